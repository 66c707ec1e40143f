"""A file as tables of text, whatever holds it (CSV, XLSX or JSON), told apart by its first bytes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from tabard.formats.reading import Limits, Note, Source
from tabard.rules.refusals import Refused

OLD_OFFICE = b"\xd0\xcf\x11\xe0"  # XLS, or a workbook locked with a password
OTHERS = (b"%PDF", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf", b"\x89PNG", b"\xff\xd8\xff", b"SQLite ", b"PAR1")


@dataclass(frozen=True, slots=True)
class Raw:
    """One row as it stands in the file; the first of a table is its header."""

    number: int
    cells: tuple[str, ...]
    verbatim: str
    notes: tuple[Note, ...] = ()
    broken: bool = False  # the notes say why nothing can be made of it
    sparse: bool = False  # trailing blank cells are left away


@dataclass(frozen=True, slots=True)
class Table:
    """A name (of the sheet, where there is one) and rows, read as they are asked for."""

    name: str
    rows: Iterator[Raw]


def opened(source: Source, limits: Limits) -> BinaryIO:
    """The source as a seekable binary file of an allowed size; closed where it is refused."""
    if isinstance(source, bytes):
        stream: BinaryIO = io.BytesIO(source)
    elif isinstance(source, Path):
        stream = source.open("rb")
    else:
        stream = source
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    if 0 < size <= limits.bytes:
        return stream
    stream.close()
    raise Refused("too_large", limit=f"{limits.bytes // 1_000_000} MB") if size else Refused("empty_file")


def kind(head: bytes) -> str:
    """csv, xlsx or json, from the first bytes of a file; anything else is refused."""
    if head.startswith(b"PK"):
        return "xlsx"
    if head.startswith((OLD_OFFICE, *OTHERS)):
        raise Refused("unreadable_file", format="CSV, XLSX or JSON")
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return "json" if text[:1] in (b"[", b"{") else "csv"


def checked(row: Raw, limits: Limits) -> Raw:
    """The row, if it is of an allowed size; NUL characters, which no register can keep, are marked."""
    if len(row.cells) > limits.cells_per_row or sum(map(len, row.cells)) > limits.chars_per_row:
        raise Refused("row_too_long", row=row.number)
    if row.cells and max(map(len, row.cells)) > limits.chars_per_cell:
        raise Refused("row_too_long", row=row.number)
    if "\0" in row.verbatim or any("\0" in cell for cell in row.cells):
        cells = tuple(cell.replace("\0", "\ufffd") for cell in row.cells)
        notes = (*row.notes, Note("unreadable_character"))
        verbatim = row.verbatim.replace("\0", "\ufffd")
        return replace(row, cells=cells, verbatim=verbatim, notes=notes)
    return row


def limited(rows: Iterator[Raw], limits: Limits) -> Iterator[Raw]:
    """The rows, each checked; more than allowed are refused."""
    for count, row in enumerate(rows):
        if count > limits.rows:
            raise Refused("too_large", limit=f"{limits.rows} rows")
        yield checked(row, limits)
