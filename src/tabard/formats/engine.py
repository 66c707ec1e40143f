"""The one way a file is read: find the table, match its header, code each row, give each one state."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence, Set
from contextlib import closing
from dataclasses import replace
from hashlib import blake2b
from itertools import chain, islice
from typing import BinaryIO, Protocol

from tabard.formats import csvfile, jsonfile, workbook
from tabard.formats.columns import Layout, is_tags
from tabard.formats.reading import (
    DEFAULT_LIMITS,
    Coded,
    Country,
    Header,
    Limits,
    Note,
    Reading,
    ReadRow,
    Source,
)
from tabard.formats.tables import Raw, Table, kind, limited, opened
from tabard.rules.refusals import Refused

HEADER_WITHIN = 12  # rows from the top


class Coder(Protocol):
    """What a format brings: how it knows its header, and what it makes of a row."""

    @property
    def name(self) -> str: ...

    def match(self, header: Sequence[str], tags: Sequence[str]) -> Layout | None: ...

    def code(self, layout: Layout, cells: Sequence[str], country: Country) -> Coded: ...


def tables(stream: BinaryIO, limits: Limits) -> Iterator[Table]:
    """The tables that a file holds: one, or one for each sheet."""
    head = stream.read(64)
    stream.seek(0)
    match kind(head):
        case "xlsx":
            yield from workbook.tables(stream, limits)
        case "json":
            yield Table("", jsonfile.records(stream, limits))
        case _:
            yield Table("", csvfile.records(stream, limits))


def read(coder: Coder, source: Source, *, country: Country, limits: Limits = DEFAULT_LIMITS) -> Reading:
    """Start reading a file: its header is known at once, its rows come as they are asked for.

    The file is closed after its last row, or when it is refused."""
    stream = opened(source, limits)
    found = tables(stream, limits)
    try:
        layout, data = _found(coder, found, limits)
    except BaseException:
        stream.close()
        raise
    reading = Reading(coder.name, layout.header, iter(()), stream=stream)
    data = _all_sheets(layout, data, found, reading.left, limits)
    reading.rows = _rows(coder, layout, data, country, stream, limits)
    return reading


def _found(coder: Coder, found: Iterator[Table], limits: Limits) -> tuple[Layout, Iterator[Raw]]:
    """The first table with a header that the format knows, and the rows below it."""
    empty = True
    for table in found:
        rows = limited(table.rows, limits)
        top = list(islice(rows, HEADER_WITHIN))
        for at, row in enumerate(top):
            below = top[at + 1].cells if at + 1 < len(top) else ()
            layout = coder.match(row.cells, below if is_tags(below) else ())
            if layout is not None:
                return layout, chain(top[at + 1 + layout.header.tagged :], rows)
        empty = empty and not top
    raise Refused("empty_file") if empty else Refused("unknown_header")


def _all_sheets(
    layout: Layout, first: Iterator[Raw], others: Iterator[Table], left: list[str], limits: Limits
) -> Iterator[Raw]:
    """The rows of the first sheet and of every later one with the same header, numbered through; the
    names of the sheets left unread go to `left`."""
    number = 0
    for raw in first:
        number = raw.number
        yield raw
    for table in others:
        rows = limited(table.rows, limits)
        top = list(islice(rows, HEADER_WITHIN))
        at = next((at for at, row in enumerate(top) if row.cells == layout.header.columns), None)
        if at is None:
            left += [table.name] if top else []
            continue
        offset = number
        for raw in chain(top[at + 1 :], rows):
            number = offset + raw.number
            yield replace(raw, number=number)


def recode(coder: Coder, header: Header, cells: Sequence[str], *, country: Country) -> Coded:
    """Code one row again, mended by a person or with a country name that is known by now."""
    layout = coder.match(header.columns, ())
    if layout is None:
        raise Refused("unknown_header")
    return coder.code(layout, cells, country)


def samples(
    source: Source, most: int, limits: Limits = DEFAULT_LIMITS
) -> list[tuple[str, list[tuple[str, ...]]]]:
    """The first rows of every table, by its name, to suggest a mapping from."""
    with closing(opened(source, limits)) as stream:
        return [
            (table.name, [row.cells for row in islice(limited(table.rows, limits), most)])
            for table in tables(stream, limits)
        ]


def _rows(
    coder: Coder, layout: Layout, data: Iterator[Raw], country: Country, stream: BinaryIO, limits: Limits
) -> Iterator[ReadRow]:
    seen: dict[bytes, bytes] = {}
    with closing(stream):
        for raw in data:
            if len(seen) > limits.rows:
                raise Refused("too_large", limit=f"{limits.rows} rows")
            row = _row(coder, layout, raw, country)
            yield row if row.key is None or row.state == "rejected" else _first(row, raw, seen)


def _row(coder: Coder, layout: Layout, raw: Raw, country: Country) -> ReadRow:
    cells, refusal = _fitted(raw, len(layout.header.columns))
    if refusal is not None:
        return ReadRow(raw.number, None, raw.verbatim, "rejected", notes=(*raw.notes, *refusal))
    coded = coder.code(layout, cells, country)
    beside = (Note("unknown_column"),) if any(cell.strip() for cell in raw.cells[len(cells) :]) else ()
    notes = (*raw.notes, *beside, *coded.held, *coded.notes)
    if coded.held:
        return ReadRow(raw.number, coded.key, raw.verbatim, "held", notes=notes, lost=coded.lost)
    return ReadRow(
        raw.number, coded.key, raw.verbatim, "accepted",
        coded.facts, coded.position, coded.texts, coded.source, notes, coded.lost,
    )  # fmt: skip


def _fitted(raw: Raw, width: int) -> tuple[tuple[str, ...], tuple[Note, ...] | None]:
    """The cells brought to the header's width, or why nothing can be made of the row."""
    cells = raw.cells
    if raw.broken:
        return cells, ()
    if not any(cell.strip() for cell in cells):
        return cells, (Note("blank_row"),)
    if is_tags(cells):
        return cells, (Note("tag_row"),)
    if raw.sparse:  # a sheet leaves trailing blanks away, and people write beside its columns
        return (cells + ("",) * (width - len(cells)))[:width], None
    if len(cells) < width or any(cell.strip() for cell in cells[width:]):
        return cells, (Note("wrong_cell_count", "", (len(cells), width)),)
    return cells[:width], None


def _first(row: ReadRow, raw: Raw, seen: dict[bytes, bytes]) -> ReadRow:
    """The row itself; a repetition of it is rejected, another row under its key is held."""
    key = _digest(row.key or "")
    content = _digest(json.dumps(raw.cells))
    known = seen.setdefault(key, content)
    if known is content:
        return row
    state, code = ("rejected", "repeated_row") if known == content else ("held", "key_used_twice")
    notes = (Note(code), *row.notes)
    return ReadRow(row.number, row.key, row.verbatim, state, notes=notes, lost=row.lost)  # type: ignore[arg-type]


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).digest()


def row(
    coder: Coder, source: Source, number: int, limits: Limits = DEFAULT_LIMITS
) -> tuple[Header, tuple[str, ...]]:
    """One row of a file by its number, with the file's header: for mending it."""
    for _number, header, cells in some(coder, source, {number}, limits):
        return header, cells
    raise Refused("not_found")


def some(
    coder: Coder, source: Source, numbers: Set[int], limits: Limits = DEFAULT_LIMITS
) -> Iterator[tuple[int, Header, tuple[str, ...]]]:
    """Some rows of a file by their numbers, in one reading."""
    with closing(opened(source, limits)) as stream:
        found = tables(stream, limits)
        layout, data = _found(coder, found, limits)
        width = len(layout.header.columns)
        for raw in _all_sheets(layout, data, found, [], limits):
            if raw.number in numbers:
                yield raw.number, layout.header, (raw.cells + ("",) * width)[:width]
