"""Jobs of this room, for the worker: drafts that have expired are deleted once a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django_tasks import task
from django_tasks_db.models import DBTaskResult

from tabard.access.trail import console
from tabard.desk import drafts

EVERY = timedelta(days=1)


@task()
def forget_drafts() -> int:
    """Delete what has expired, and come again tomorrow; how many drafts that was."""
    gone = drafts.expire(by=console())
    forget_drafts.using(run_after=datetime.now(UTC) + EVERY).enqueue()
    return gone


def daily() -> None:
    """See to it that the job is in line, once: every worker that starts asks."""
    waiting = DBTaskResult.objects.filter(task_path=forget_drafts.module_path, status="READY")
    if not waiting.exists():
        forget_drafts.enqueue()
