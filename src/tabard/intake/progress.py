"""How far a file has got, while its one transaction is open: a number in a small file beside the data."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from tabard.intake.models import Batch


def _path(batch: Batch) -> Path:
    folder = Path(settings.HOME) / "progress"
    folder.mkdir(exist_ok=True)
    return folder / batch.pk


def tell(batch: Batch, rows: int) -> None:
    """Write that so many rows have been read."""
    _path(batch).write_text(str(rows))


def told(batch: Batch) -> int:
    """Rows read so far; what the batch itself says once it is done."""
    try:
        text = _path(batch).read_text() if batch.state == "reading" else ""
    except FileNotFoundError:  # not begun, or just done
        text = ""
    return int(text) if text.isdecimal() else batch.rows_done


def done(batch: Batch) -> None:
    """Nothing more to tell."""
    _path(batch).unlink(missing_ok=True)
