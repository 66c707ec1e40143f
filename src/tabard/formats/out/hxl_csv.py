"""CSV in UTF-8 with an HXL row; no cell can be a formula to any spreadsheet that opens it.

A text that would start one gets an apostrophe in front; numbers stay numbers, negative ones too."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from itertools import islice
from types import NoneType
from typing import TextIO

from tabard.formats.out.columns import INCIDENTS, Cell, Column, OutColumn, Picker, Rows

BATCH = 2_000
PLAIN = {str, NoneType}
# What starts a formula, after blanks and unseen characters a spreadsheet may skip; full-width forms too.
START = "[\\s\u200b-\u200f\u2060\ufeff\0]*[=+\\-@\uff1d\uff0b\uff0d\uff20\u2212]"
ACTIVE = re.compile(START + "|[\t\r\n]")
# The same of many texts, each behind a line's end; more, never less. The first is quick: most start with a letter.
UNUSUAL = re.compile("\n[^0-9A-Za-z]")
SUSPECT = re.compile("^" + START + "|[\t\r]", re.MULTILINE)
FEW = 100  # different cells a batch: a column of codes, whose cells come again and again


def harmless(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would take for a formula."""
    return "'" + text if ACTIVE.match(text) else text


def write(rows: Rows, stream: TextIO, columns: tuple[OutColumn, ...] = INCIDENTS) -> None:
    """Header, HXL tags, then the rows as they come."""
    ahead = map(Picker(columns), rows)
    batches = iter(lambda: list(islice(ahead, BATCH)), [])
    write_columns((list(zip(*batch, strict=True)) for batch in batches), stream, columns)


def write_columns(
    batches: Iterable[Sequence[Column]], stream: TextIO, columns: tuple[OutColumn, ...] = INCIDENTS
) -> None:
    """The same for batches of rows that come column by column: a column of codes is looked at once, not by cell."""
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([column.name for column in columns])
    writer.writerow([column.hxl for column in columns])
    lookers = [Looker(column.numeric) for column in columns]
    for batch in batches:
        safe = [looker.safe(cells) for looker, cells in zip(lookers, batch, strict=True)]
        writer.writerows(zip(*safe, strict=True))


class Looker:
    """Looks at one column, batch by batch; remembers the codes that it found harmless."""

    def __init__(self, numeric: bool) -> None:
        self._numeric = numeric
        self._known: set[Cell] = set()

    def safe(self, cells: Column) -> Column:
        """The cells, safe to write: numbers stay numbers, every text is looked at once."""
        if self._known and self._known.issuperset(cells):
            return cells
        different = set(cells)
        if not self._harmless(different):
            return [_cell(cell, self._numeric) for cell in cells]
        if len(different) <= FEW and len(self._known) <= FEW:
            self._known |= different
        return cells

    def _harmless(self, different: set[Cell]) -> bool:
        kinds = set(map(type, different))
        if self._numeric and str not in kinds:
            return True
        return kinds <= PLAIN and not _suspect([text for text in different if text])


def _suspect(texts: Sequence[Cell]) -> bool:
    """Whether any of these texts may be active; a text of several lines always may."""
    joined = "\n" + "\n".join(map(str, texts))
    if joined.count("\n") > max(1, len(texts)):
        return True
    return UNUSUAL.search(joined) is not None and SUSPECT.search(joined) is not None


def _cell(cell: Cell, numeric: bool) -> Cell:
    if cell is None or (numeric and not isinstance(cell, str)):
        return cell
    return harmless(str(cell))
