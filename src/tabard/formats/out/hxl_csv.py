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
SUSPECT = re.compile(
    "^" + START + "|[\t\r]", re.MULTILINE
)  # the same of many texts, one a line; more, never less


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
    numeric = [column.numeric for column in columns]
    for batch in batches:
        safe = [_safe(cells, number) for cells, number in zip(batch, numeric, strict=True)]
        writer.writerows(zip(*safe, strict=True))


def _safe(cells: Column, numeric: bool) -> Column:
    """One column of a batch, safe to write: numbers stay numbers, every text is looked at."""
    different = set(cells)
    kinds = set(map(type, different))
    if numeric and str not in kinds:
        return cells
    if kinds <= PLAIN and not _suspect([text for text in different if text]):
        return cells
    return [_cell(cell, numeric) for cell in cells]


def _suspect(texts: Sequence[Cell]) -> bool:
    """Whether any of these texts may be active; a text of several lines always may."""
    joined = "\n".join(map(str, texts))
    return joined.count("\n") >= max(1, len(texts)) or SUSPECT.search(joined) is not None


def _cell(cell: Cell, numeric: bool) -> Cell:
    if cell is None or (numeric and not isinstance(cell, str)):
        return cell
    return harmless(str(cell))
