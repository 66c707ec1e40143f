"""Attached files are opened and written anew in a process of their own, with a limit on memory and time."""

from __future__ import annotations

import json
import subprocess
import sys
from threading import BoundedSemaphore

from tabard.formats.attached.kinds import REFUSED, kind_of
from tabard.rules.refusals import Refused

LARGEST = 10_000_000
PATIENCE = 30  # seconds; the process's own limit is on computing time
AT_ONCE = BoundedSemaphore(2)  # each may take a gigabyte


def clean(data: bytes, *, name: str, declared: str) -> tuple[str, bytes]:
    """The kind of the file and what is kept of it; a refusal says what is wrong with it."""
    if len(data) > LARGEST:
        raise Refused("attachment_too_large", limit=f"{LARGEST // 1_000_000} MB")
    if not data:
        raise Refused("no_file")
    kind = kind_of(data, name, declared)
    kept = _cleaned(data, kind)
    if len(kept) > LARGEST:
        raise Refused("attachment_too_large", limit=f"{LARGEST // 1_000_000} MB")
    return kind, kept


def _cleaned(data: bytes, kind: str) -> bytes:
    command = [sys.executable, "-I", "-m", "tabard.formats.attached", kind]
    with AT_ONCE:
        try:
            # what it complains of may quote the file: nobody reads it
            done = subprocess.run(
                command,
                input=data,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=PATIENCE,
                env={},
            )
        except subprocess.TimeoutExpired:
            raise Refused("damaged_file") from None
    if done.returncode == REFUSED:
        code, fields = json.loads(done.stdout)
        raise Refused(code, **fields)
    if done.returncode or not done.stdout:
        raise Refused("damaged_file")
    return done.stdout
