"""The worker: codes waiting reports in one thread and runs jobs in another; when one ends, so does the process."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.db import OperationalError, close_old_connections, connection
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from tabard.incidents import coder
from tabard.incidents.tasks import read_files
from tabard.incidents.worker import recover
from tabard.intake.checkpoints import Checkpoints
from tabard.rules.ids import ulid
from tabard.site.tasks import daily

IDLE_SECONDS = 0.3
YIELDS = 10  # in the machine's own measure of niceness: who reports and who reads goes before coding
LONGEST_JOB = timedelta(hours=6)  # on PostgreSQL another worker may still be at it
BROKEN = 70
log = logging.getLogger(__name__)


def once() -> None:
    """Everything that waits now, then end."""
    put_back()
    while coder.work_once():
        pass
    _jobs(batch=True).run()


def for_ever(parent: int) -> int:
    """Until the process that started this one is gone, or a part of it ends; the exit code."""
    os.nice(YIELDS)
    put_back()
    jobs = threading.Thread(target=_run_jobs, name="jobs", daemon=True)
    jobs.start()
    code, pause = _coding(), threading.Event()
    while os.getppid() == parent:
        if not jobs.is_alive():
            log.error("the runner of jobs ended")
            return BROKEN
        if not code():
            pause.wait(IDLE_SECONDS)
    return 0


def put_back() -> None:
    """What a stopped worker left half-done is put back in line: nothing of it was committed."""
    recover()
    left = DBTaskResult.objects.filter(status="RUNNING")
    if connection.vendor == "postgresql":
        left = left.filter(started_at__lt=datetime.now(UTC) - LONGEST_JOB)
    left.update(status="READY")
    read_files.enqueue()
    daily()


def _coding() -> Callable[[], int]:
    """One round of coding. On SQLite the log is written back beside it."""
    if connection.vendor != "sqlite":
        return _patient
    log_of = Checkpoints(Path(connection.settings_dict["NAME"]))
    log_of.take_over(connection)

    def code() -> int:
        with log_of.between:
            found = _patient()
        if found:
            log_of.wrote()
        return found

    return code


def _patient() -> int:
    """An import may hold the register for long: then coding waits for the next round."""
    try:
        return coder.work_once()
    except OperationalError as error:
        log.warning("coding waits: %s", type(error).__name__)
        close_old_connections()
        return 0


def _jobs(*, batch: bool) -> Worker:
    return Worker(
        queue_names=["*"],
        interval=IDLE_SECONDS,
        batch=batch,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=ulid(),
        excluded_queue_names=[],
    )


def _run_jobs() -> None:
    while True:
        try:
            _jobs(batch=False).run()
        except OperationalError as error:
            log.warning("jobs wait: %s", type(error).__name__)
            threading.Event().wait(1)
