"""What got lost: columns and facts that the other side has no place for, each with a reason (list `loss`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tabard.formats.reading import Reading


@dataclass(frozen=True, slots=True)
class Lost:
    """A column of a file or a fact of ours, why it was not carried, and in how many rows (None: in any)."""

    what: str
    reason: str  # loss
    rows: int | None = None
    because: str = ""


def lost(reading: Reading, standing: Mapping[str, str]) -> tuple[Lost, ...]:
    """The losses of one reading: columns no field takes, values no code takes, sheets with other columns,
    and what the format itself cannot say."""
    unknown = set(reading.header.unknown)
    of_rows = [
        Lost(column, "unmapped" if column in unknown else "no_column", rows)
        for column, rows in reading.lost.items()
    ]
    silent = [Lost(column, "unmapped", 0) for column in reading.header.unknown if column not in reading.lost]
    of_format = [Lost(name, "coarser_word", None, because) for name, because in standing.items()]
    of_sheets = [Lost(sheet, "unmapped") for sheet in reading.left]
    return (*of_rows, *silent, *of_sheets, *of_format)
