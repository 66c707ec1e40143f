"""Reads a CSV file of printed figures: one row a figure, with the document and the place where it stands."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import date

from tabard.figures.published.entry import AS_WORDED, Entry, checked, day_of, is_derived
from tabard.rules.refusals import Refused

COLUMNS = ("source_document", "reference_year", "table", "row", "column", "unit", "value")
LARGEST = 5_000_000
MOST = 50_000


def entries(data: bytes) -> tuple[Entry, ...]:
    """Every figure of the file, in its order. Refused as a whole where one row cannot be used."""
    if len(data) > LARGEST:
        raise Refused("too_large", limit="5 MB")
    found = tuple(_entries(_rows(_text(data))))
    if not found:
        raise Refused("empty_file")
    return found


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("wrong_encoding") from None


def _rows(text: str) -> Iterator[Mapping[str, str]]:
    reader = csv.DictReader(io.StringIO(text), strict=True)
    try:
        if not set(COLUMNS) <= set(reader.fieldnames or ()):
            raise Refused("unknown_header")
        for number, row in enumerate(reader, 2):
            if number > MOST or None in row or None in row.values():
                raise Refused("row_too_long" if number <= MOST else "too_large", row=number, limit=str(MOST))
            yield row
    except csv.Error:
        raise Refused("unreadable_file", format="CSV") from None


def _entries(rows: Iterator[Mapping[str, str]]) -> Iterator[Entry]:
    for row in rows:
        note = row.get("note", "")
        yield checked(
            Entry(
                source=row["source_document"].strip(),
                year=row["reference_year"].strip(),
                table=row["table"].strip(),
                row=row["row"].strip(),
                column=row["column"].strip(),
                unit=AS_WORDED.sub("", row["unit"]).strip(),
                printed=row["value"].strip(),
                scope=row.get("scope", "").strip(),
                as_of=_day(row.get("as_of", "")) or day_of(row["source_document"]),
                note=note.strip(),
                derived=is_derived(row["row"], row["column"], note),
            )
        )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise Refused("bad_date", field="as_of") from None
