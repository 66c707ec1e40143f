"""What a killed command left in the data folder: unfinished copies, which hold what is restricted."""

from __future__ import annotations

import re
import shutil
import stat
import time
from collections.abc import Iterator
from pathlib import Path

UNFINISHED = re.compile(r"(freeze-|backup-|restore-|tmp)[a-z0-9_]{8}")
HOUR = 3600


def leftovers(home: Path) -> Iterator[Path]:
    """Unfinished folders and files in which nothing has changed for an hour."""
    if home.stat().st_mode & stat.S_ISVTX:
        return  # a shared folder: what lies there may be anybody's
    for path in [*home.glob("*"), *home.glob("snapshots/**/*.part"), *home.glob("attachments/??/*.part")]:
        if path.is_symlink() or not (path.suffix == ".part" or UNFINISHED.fullmatch(path.name)):
            continue
        if time.time() - _touched(path) > HOUR:
            yield path


def _touched(path: Path) -> float:
    """When anything in it was last written; now, where somebody is removing it."""
    try:
        return max(each.lstat().st_mtime for each in [path, *path.rglob("*")])
    except FileNotFoundError:
        return time.time()


def sweep(home: Path) -> int:
    """Remove them; how many there were."""
    found = list(leftovers(home))
    for path in found:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(found)
