"""The one writer of `intake.db`: reports of many requests in one commit. PostgreSQL takes plain commits from many.

A process owns the writer by a lock beside the file. Whoever waits learns the outcome after the commit, never before.
A writer that ends takes its process with it."""

from __future__ import annotations

import fcntl
import logging
import os
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

from django.db import DatabaseError, close_old_connections, connections, router

from tabard.intake.checkpoints import Checkpoints
from tabard.intake.models import Original
from tabard.intake.receiving import Coming, Receipt, keep, keep_all
from tabard.rules.refusals import Refused

log = logging.getLogger(__name__)

GROUP = 256  # reports a commit, at most
MANY, PACE = 16, 0.024  # from so many on, so many seconds between two commits: full groups, time for pages
PATIENCE = 30.0  # seconds that a request waits for its commit
BEAT = 1.0  # seconds between two signs of life
TRIES = 10
BROKEN = 70  # the exit code of a process whose writer ended
Waiting = tuple[Coming, "Future[Receipt]"]


def receive(coming: Coming) -> Receipt:
    """Keep one report, whatever the engine; durable when this returns."""
    if connections[router.db_for_write(Original)].vendor == "sqlite":
        return owner().keep(coming)
    close_old_connections()
    try:
        return keep(coming)
    except DatabaseError as error:
        raise Refused("not_now") from error


def path() -> Path:
    """The file of originals on SQLite."""
    return Path(connections["intake"].settings_dict["NAME"])


def lock_of(file: Path) -> Path:
    """Held by the process whose writer runs; touched at every beat."""
    return file.with_suffix(".lock")


class Writer:
    """A thread that commits what waits."""

    def __init__(self, file: Path, end: Callable[[int], None] = os._exit) -> None:
        self.file, self._end = file, end
        self._line: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()
        self._held = _hold(lock_of(file))
        self._log = Checkpoints(file)
        self.alive = True
        self._thread = threading.Thread(target=self._run, name="intake-writer", daemon=True)
        self._thread.start()

    def keep(self, coming: Coming) -> Receipt:
        """Wait in line for the commit."""
        if not self.alive:
            raise Refused("not_now")
        future: Future[Receipt] = Future()
        self._line.put((coming, future))
        try:
            return future.result(PATIENCE)
        except TimeoutError as error:
            raise Refused("not_now") from error

    def stop(self) -> None:
        """Commit what waits, then end; for tests and an orderly shutdown."""
        self._line.put(None)
        self._thread.join(PATIENCE)

    def _run(self) -> None:
        code = BROKEN
        try:
            self._log.take_over(connections["intake"])
            while (group := self._next()) is not None:
                if group:
                    self._commit_in_turn(group)
                os.utime(self._held)
            code = 0
        except Exception:
            log.exception("the writer of reports ended")
            raise
        finally:
            self._ended(code)

    def _next(self) -> list[Waiting] | None:
        """What waits now; an empty group when nothing came for a while, `None` at the end."""
        group: list[Waiting] = []
        try:
            first = self._line.get(timeout=BEAT)
            while first is not None:
                group.append(first)
                if len(group) == GROUP:
                    return group
                first = self._line.get_nowait()
        except queue.Empty:
            return group
        if group:
            self._line.put(None)  # what waited before the end is committed first
            return group
        return None

    def _commit_in_turn(self, group: list[Waiting]) -> None:
        """While many wait, commits keep a distance: fuller groups cost less, and the others here get their turn."""
        began = time.monotonic()
        self._commit(group)
        if len(group) >= MANY:
            time.sleep(max(0.0, began + PACE - time.monotonic()))

    def _commit(self, group: list[Waiting]) -> None:
        """One transaction; nobody is answered before it is durable. What cannot be kept now is not lost silently."""
        try:
            with self._log.between:
                outcomes = keep_all([coming for coming, _ in group])
        except DatabaseError as error:
            log.warning("reports not kept: %s", type(error).__name__)
            outcomes = [Refused("not_now")] * len(group)
        except BaseException:
            _refuse(group)
            raise
        self._log.wrote()
        for (_, future), outcome in zip(group, outcomes, strict=True):
            if isinstance(outcome, Refused):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)

    def _ended(self, code: int) -> None:
        self.alive = False
        self._log.end()
        left = []
        while not self._line.empty():
            left.append(self._line.get())
        _refuse([one for one in left if one is not None])
        connections.close_all()
        os.close(self._held)
        if code:
            threading.Timer(0.5, self._end, [code]).start()  # time for the answers to those who waited


def _refuse(group: list[Waiting]) -> None:
    for _, future in group:
        if not future.done():
            future.set_exception(Refused("not_now"))


def _hold(lock: Path) -> int:
    """The lock, held until this process ends; refused where another process holds it."""
    held = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    for _ in range(TRIES):  # whoever only looks whether it is held, holds it for a moment
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.1)
        else:
            return held
    os.close(held)
    raise Refused("not_now")


_starting = threading.Lock()
_owner: list[Writer] = []


def owner() -> Writer:
    """This process's writer, started when first needed."""
    if not _owner or _owner[0].file != path():
        with _starting:
            if not _owner or _owner[0].file != path():
                _owner[:] = [Writer(path())]
    return _owner[0]


def silent_for(file: Path, now: float) -> float | None:
    """Seconds since the last sign of life of whoever owns the writer; none where nobody does."""
    try:
        held = os.open(lock_of(file), os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return None
    except BlockingIOError:
        return now - os.fstat(held).st_mtime
    finally:
        os.close(held)
