"""CSV in UTF-8 with an HXL row; no cell can be a formula to any spreadsheet that opens it.

A text that would start one gets an apostrophe in front; numbers stay numbers, negative ones too."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from itertools import islice
from types import NoneType
from typing import TextIO

from tabard.formats.out.columns import INCIDENTS, Cell, OutColumn, Picker, Rows

BATCH = 2_000
REMEMBERED = 4_000
PLAIN = {str, NoneType}
# What starts a formula, after blanks and unseen characters a spreadsheet may skip; full-width forms too.
ACTIVE = re.compile("[\\s\u200b-\u200f\u2060\ufeff\0]*[=+\\-@\uff1d\uff0b\uff0d\uff20\u2212]|[\t\r\n]")


def harmless(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would take for a formula."""
    return "'" + text if ACTIVE.match(text) else text


class Harmless(dict[Cell, Cell]):
    """Text -> its harmless form; short ones, codes above all, are remembered. Nothing stays nothing."""

    def __init__(self) -> None:
        super().__init__({None: None})

    def __missing__(self, text: Cell) -> Cell:
        assert isinstance(text, str)
        safe = harmless(text)
        if len(self) < REMEMBERED and len(text) < 64:
            self[text] = safe
        return safe


def write(rows: Rows, stream: TextIO, columns: tuple[OutColumn, ...] = INCIDENTS) -> None:
    """Header, HXL tags, then the rows as they come."""
    write_cells(map(Picker(columns), rows), stream, columns)


def write_cells(
    rows: Iterable[tuple[Cell, ...]], stream: TextIO, columns: tuple[OutColumn, ...] = INCIDENTS
) -> None:
    """The same for rows whose cells stand in the order of the columns already."""
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([column.name for column in columns])
    writer.writerow([column.hxl for column in columns])
    numeric, safe, ahead = [column.numeric for column in columns], Harmless(), iter(rows)
    while batch := list(islice(ahead, BATCH)):
        # column by column: most hold codes only, and are looked up without a step of Python a cell
        whole = zip(zip(*batch, strict=True), numeric, strict=True)
        writer.writerows(zip(*(_column(cells, number, safe) for cells, number in whole), strict=True))


def _column(cells: tuple[Cell, ...], numeric: bool, safe: Harmless) -> Sequence[Cell]:
    """One column of a batch, safe to write: numbers stay numbers, every text is looked at."""
    kinds = set(map(type, cells))
    if numeric and str not in kinds:
        return cells
    if kinds <= PLAIN:
        return list(map(safe.__getitem__, cells))
    return [
        safe[cell] if isinstance(cell, str) else cell if numeric or cell is None else safe[str(cell)]
        for cell in cells
    ]
