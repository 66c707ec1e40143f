"""Writes SQLite's log back beside the commits instead of within them: a commit that must also write the log back
keeps everybody waiting. Cut off when nobody writes, or when it has grown long."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper

EVERY = 0.5  # seconds
IDLE = 5.0
LONGEST = 256 * 1024 * 1024  # bytes of log
PAGES_KIB = 65_536  # of pages held: indexes are written here and there, and a page read twice is paid twice
log = logging.getLogger(__name__)


class Checkpoints:
    """A thread for one file; whoever commits there holds `between` meanwhile and says `wrote` afterwards."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.between = threading.Lock()
        self._wrote = time.monotonic()
        self._ended = threading.Event()
        threading.Thread(target=self._run, name=f"checkpoints-{file.name}", daemon=True).start()

    def take_over(self, connection: BaseDatabaseWrapper) -> None:
        """This connection's commits leave the log to this thread."""
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_autocheckpoint=0")
            cursor.execute(f"PRAGMA cache_size=-{PAGES_KIB}")

    def wrote(self) -> None:
        """Something was committed."""
        self._wrote = time.monotonic()

    def end(self) -> None:
        """No more of it."""
        self._ended.set()

    def _run(self) -> None:
        cut = 0.0
        with closing(sqlite3.connect(self.file, isolation_level=None, timeout=1)) as connection:
            while not self._ended.wait(EVERY):
                idle = time.monotonic() - self._wrote > IDLE
                if not idle:
                    _checkpoint(connection, "PASSIVE")
                if (idle and cut < self._wrote) or self._length() > LONGEST:
                    with self.between:
                        _checkpoint(connection, "TRUNCATE")
                    cut = time.monotonic()

    def _length(self) -> int:
        try:
            return self.file.with_name(self.file.name + "-wal").stat().st_size
        except FileNotFoundError:
            return 0


def _checkpoint(connection: sqlite3.Connection, how: str) -> None:
    try:
        connection.execute(f"PRAGMA wal_checkpoint({how})").fetchall()
    except sqlite3.OperationalError as error:  # somebody holds the file; the next round does it
        log.info("checkpoint later: %s", type(error).__name__)
