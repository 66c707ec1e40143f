"""Jobs of this room, for the worker. A job that fails says where, never what was in it: its traceback is stored."""

from __future__ import annotations

import logging

from django_tasks import task

from tabard.incidents import worker

log = logging.getLogger(__name__)


class Failed(Exception):
    """A job broke; the log has the place."""


@task()
def read_files() -> int:
    """Read every file that waits in line; the number of files."""
    try:
        return worker.work_once()
    except Exception as error:
        log.exception("a file was not read to its end")
        kind = type(error).__name__
    raise Failed(kind)  # not inside the handler: the error there may quote what was read


def files_came(**_: str) -> None:
    """A file was put in line."""
    read_files.enqueue()
