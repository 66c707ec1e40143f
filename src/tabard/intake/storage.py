"""Where attachments' bytes lie: one interface, a folder under TABARD_HOME by default.

Keys are random and say nothing."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

KEY = re.compile(r"[0-9a-f]{32}")


class Store(Protocol):
    """What every store does. A key is 32 hexadecimal digits; what is under it never changes."""

    def put(self, key: str, data: bytes) -> None: ...  # durable when it returns

    def get(self, key: str) -> bytes: ...  # OSError where there is none

    def exists(self, key: str) -> bool: ...

    def delete(self, key: str) -> None: ...  # harmless to repeat

    def copy(self, key: str, path: Path) -> None: ...  # to a plain file; OSError where there is none

    def stored(self) -> Iterator[tuple[str, datetime]]: ...  # each with the moment it was put


class Folder:
    """Plain files that nobody else may read; each appears under its name when it is whole."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _path(self, key: str) -> Path:
        if not KEY.fullmatch(key):
            raise ValueError("no key")
        return self.folder / key[:2] / key

    def put(self, key: str, data: bytes) -> None:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = path.with_suffix(".part")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        part.rename(path)
        for folder in (path.parent, self.folder):
            _sync(folder)

    def get(self, key: str) -> bytes:
        return self._path(key).read_bytes()

    def exists(self, key: str) -> bool:
        return self._path(key).is_file()

    def delete(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)

    def copy(self, key: str, path: Path) -> None:
        """A second name for the same bytes where the disk can do that."""
        try:
            path.hardlink_to(self._path(key))
        except FileNotFoundError:
            raise
        except OSError:
            shutil.copyfile(self._path(key), path)

    def stored(self) -> Iterator[tuple[str, datetime]]:
        for path in sorted(self.folder.glob("??/*")):
            if KEY.fullmatch(path.name):
                yield path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _sync(folder: Path) -> None:
    """A rename is durable once its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def store() -> Store:
    """The store of this installation: `TABARD_ATTACHMENTS`, else the folder `attachments`."""
    return _store(settings.ATTACHMENTS, settings.HOME)


@cache
def _store(address: str, home: Path) -> Store:
    """The S3 client is an extra, imported where somebody asks for it."""
    if not address:
        return Folder(Path(home) / "attachments")
    made: Store = import_string("tabard.intake.bucket.Bucket")(address)
    return made
