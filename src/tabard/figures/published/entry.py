"""What a printed figure is entered as, by file or by form, and what of it can be used."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from tabard.rules.checks.figure import TIME
from tabard.rules.refusals import Refused
from tabard.vocab.words import is_word

LONGEST = {
    "source": 300,
    "year": 32,
    "table": 200,
    "row": 200,
    "column": 120,
    "unit": 40,
    "printed": 60,
    "note": 2000,
}
MAY_BE_BLANK = {"year", "note"}
AS_WORDED = re.compile(r"AS PRINTED:\s*", re.I)
DERIVED = re.compile(r"\bDERIVED\b")
ISO_DAY = re.compile(r"\b(?:19|20)\d{2}-[01]\d-[0-3]\d\b")


@dataclass(frozen=True, slots=True)
class Entry:
    """One figure of a document, with the place where it stands there."""

    source: str
    year: str
    table: str
    row: str
    column: str
    unit: str
    printed: str
    scope: str = ""
    as_of: date | None = None
    note: str = ""
    derived: bool = False

    @property
    def place(self) -> tuple[str, str, str, str, str]:
        """Where it is printed: one place holds one figure."""
        return self.source, self.year, self.table, self.row, self.column

    @property
    def said(self) -> tuple[object, ...]:
        """What is printed there, besides our own note."""
        return self.unit, self.printed, self.scope, self.as_of, self.derived


def checked(entry: Entry) -> Entry:
    """The entry, where every part of it can be used. Refused otherwise, by the name of the part."""
    for name, longest in LONGEST.items():
        text = getattr(entry, name)
        usable = text.isprintable() or name == "note"
        if len(text) > longest or not usable or (not text.strip() and name not in MAY_BE_BLANK):
            raise Refused("bad_value", field=name)
    if entry.year and not TIME.fullmatch(entry.year):
        raise Refused("bad_value", field="year")
    if entry.scope and not is_word("scope", entry.scope):
        raise Refused("unknown_word", field="scope")
    return entry


def is_derived(row: str, column: str, note: str) -> bool:
    """Whether a figure was worked out by whoever made the file, and is printed nowhere."""
    if DERIVED.search(column) or note.lstrip().startswith("DERIVED"):
        return True
    return bool(row) and re.search(rf"\b{re.escape(row)} = derived\b", note, re.I) is not None


def day_of(source: str) -> date | None:
    """The first day that a document's own name states: `last updated 2021-01-20`."""
    found = ISO_DAY.search(source)
    try:
        return date.fromisoformat(found[0]) if found else None
    except ValueError:
        return None
