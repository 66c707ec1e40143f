"""XLSX in flat memory: text is written as text, so nothing in it is ever a formula or a link."""

from __future__ import annotations

import math
from typing import Any, BinaryIO

import xlsxwriter  # type: ignore[import-untyped]

from tabard.formats.out.columns import INCIDENTS, Cell, OutColumn, Picker, Rows
from tabard.rules.refusals import Refused

MOST_ROWS = 1_048_576 - 2  # header and tags
MOST_CHARS = 32_767
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def _write_cell(page: Any, at: tuple[int, int], cell: Cell, numeric: bool) -> None:
    if cell is None or cell == "":
        return
    if numeric and isinstance(cell, int | float) and math.isfinite(cell):
        page.write_number(*at, cell)
    else:
        page.write_string(*at, str(cell)[:MOST_CHARS])


def write(rows: Rows, stream: BinaryIO, columns: tuple[OutColumn, ...] = INCIDENTS) -> int:
    """Header, HXL tags, rows; the answer is how many texts were longer than a cell may be, and cut."""
    pick, numeric, cut = Picker(columns), [column.numeric for column in columns], 0
    with xlsxwriter.Workbook(stream, OPTIONS) as book:
        page = book.add_worksheet("data")
        page.write_row(0, 0, pick.names)
        page.write_row(1, 0, [column.hxl for column in columns])
        for number, row in enumerate(rows):
            if number >= MOST_ROWS:
                raise Refused("too_large", limit=f"{MOST_ROWS} rows")
            for at, cell in enumerate(pick(row)):
                cut += isinstance(cell, str) and len(cell) > MOST_CHARS
                _write_cell(page, (number + 2, at), cell, numeric[at])
    return cut
