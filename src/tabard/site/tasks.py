"""What the worker does once a day: drafts that have expired go, and failed sign-ins that no longer count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django_tasks import task
from django_tasks_db.models import DBTaskResult

from tabard.access import attempts
from tabard.access.trail import console
from tabard.desk import drafts

EVERY = timedelta(days=1)


@task()
def tidy() -> int:
    """Delete what has expired, and come again tomorrow; how many rows that was."""
    now = datetime.now(UTC)
    gone = drafts.expire(by=console()) + attempts.sweep(now)
    tidy.using(run_after=now + EVERY).enqueue()
    return gone


def daily() -> None:
    """See to it that the job is in line, once: every worker that starts asks."""
    waiting = DBTaskResult.objects.filter(task_path=tidy.module_path, status="READY")
    if not waiting.exists():
        tidy.enqueue()
