"""CSV in UTF-8 with an HXL row; no cell can be a formula to any spreadsheet that opens it.

A text that would start one gets an apostrophe in front; numbers stay numbers, negative ones too."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TextIO

from tabard.formats.out.columns import INCIDENTS, Cell, OutColumn, Picker, Rows

BATCH = 2_000
REMEMBERED = 4_000
# What starts a formula, after blanks and unseen characters a spreadsheet may skip; full-width forms too.
ACTIVE = re.compile("[\\s\u200b-\u200f\u2060\ufeff\0]*[=+\\-@\uff1d\uff0b\uff0d\uff20\u2212]|[\t\r\n]")


def harmless(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would take for a formula."""
    return "'" + text if ACTIVE.match(text) else text


class Harmless(dict[str, str]):
    """Text -> its harmless form; short ones, codes above all, are remembered."""

    def __missing__(self, text: str) -> str:
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
    safe = lines(rows, columns)
    while batch := list(islice(safe, BATCH)):
        writer.writerows(batch)


def lines(rows: Iterable[tuple[Cell, ...]], columns: tuple[OutColumn, ...]) -> Iterator[list[Cell]]:
    """Every row as cells that are safe to write."""
    numeric, safe = [column.numeric for column in columns], Harmless()
    for row in rows:
        yield [
            safe[cell] if type(cell) is str else cell if number or cell is None else safe[str(cell)]
            for cell, number in zip(row, numeric, strict=True)
        ]
