"""The cells of one row by field, read as counts, words, days and places; what goes wrong is noted.

`held` gathers what a person has to mend, `notes` what is only remarkable, `lost` what is not carried.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from datetime import date

from tabard.formats.columns import Layout, fold
from tabard.formats.reading import Country, Note
from tabard.rules import dates

MOST_PERSONS = 1_000_000
MOST_KEY, MOST_NAME = 64, 200  # characters
NO_COUNTRY = frozenset(("", "unknown", "not known", "none", "n a"))
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d*)?")
_DECIMAL_COMMA = re.compile(r"[-+]?\d{1,3},\d+")
_LETTERS = re.compile(r"[A-Za-z]")


class Cells:
    """One row being coded."""

    def __init__(self, layout: Layout, cells: Sequence[str]) -> None:
        self.layout, self.cells = layout, cells
        self.held: list[Note] = []
        self.notes: list[Note] = []
        self.lost: list[str] = [
            layout.header.columns[at][:MOST_NAME] for at in layout.beside if cells[at].strip()
        ]

    def note(self, code: str, field: str = "", *numbers: int) -> None:
        self._add(self.notes, Note(code, field, numbers))

    def hold(self, code: str, field: str = "") -> None:
        self._add(self.held, Note(code, field))

    @staticmethod
    def _add(notes: list[Note], note: Note) -> None:
        if note not in notes:
            notes.append(note)

    def has(self, field: str) -> bool:
        return field in self.layout.where

    def name(self, field: str) -> str:
        """The column's name as the file writes it."""
        at = self.layout.where.get(field)
        return self.layout.header.columns[at][:MOST_NAME] if at is not None else field

    def lose(self, field: str) -> None:
        name = self.name(field)
        if name not in self.lost:
            self.lost.append(name)

    def text(self, field: str) -> str:
        """The cell without outer blanks; blank where the file has no such column."""
        at = self.layout.where.get(field)
        return self.cells[at].replace("&nbsp;", " ").strip() if at is not None else ""

    def key(self) -> str | None:
        """The row's own identifier. Where there is a column for it, a row without one is held."""
        key = self.text("key").removesuffix(".0")
        if self.has("key") and not 0 < len(key) <= MOST_KEY:
            self.hold("no_identity", self.name("key"))
            return None
        return key or None

    def place_name(self, field: str) -> str:
        """The name of a place, cut where it is longer than any place's."""
        text = self.text(field)
        if len(text) > MOST_NAME:
            self.note("text_cut", self.name(field))
            self.lose(field)
        return text[:MOST_NAME]

    def prose(self, field: str) -> str:
        """A text with its HTML entities read; the row itself keeps them."""
        raw = self.untouched(field)
        if "&" not in raw:
            return raw
        clean = html.unescape(raw).replace("\xa0", " ").replace("\0", "\ufffd").strip()
        if clean != raw:
            self.note("text_cleaned", self.name(field))
        return clean

    def untouched(self, field: str) -> str:
        """A text as it stands, with whatever is wrong with it."""
        at = self.layout.where.get(field)
        return self.cells[at].strip() if at is not None else ""

    def count(self, field: str) -> int | None:
        """Persons: a whole number from 0; blank is not stated. Anything else is held."""
        text = self.text(field)
        if not text:
            return None
        digits = text.removesuffix(".0")
        if digits.isascii() and digits.isdigit() and len(digits) < 9 and int(digits) <= MOST_PERSONS:
            return int(digits)
        self.hold("bad_number", self.name(field))
        return None

    def word(self, field: str, words: Mapping[str, str]) -> str | None:
        """The code of a label; an unknown label is lost, with a note, never guessed at from its sense."""
        raw = self.text(field)
        label = fold(raw)
        if not label:
            return None
        code = words.get(label)
        if code is None:
            code = self._shortened(label, words)
            self.note("label_cleaned" if code is not None else "unknown_label", self.name(field))
        if code == "":
            self.note("wider_code", self.name(field))
        if not code:
            self.lose(field)
        return code or None

    @staticmethod
    def _shortened(label: str, words: Mapping[str, str]) -> str | None:
        """A label cut off after three letters or more, where it can only be one."""
        codes = {code for known, code in words.items() if len(label) >= 3 and known.startswith(label)}
        return codes.pop() if len(codes) == 1 else None

    def span(self, year: str, month: str, day: str) -> dates.Span:
        """The span of a date in three columns, any of which may be blank; no year at all is held."""
        parts = [self._part(year, 1900, 2200), self._part(month, 1, 12), self._part(day, 1, 31)]
        if parts[0] is None:
            self.hold("bad_date", self.name(year))
            return dates.UNKNOWN
        if parts[1] is None and parts[2] is not None:
            self.note("day_without_month", self.name(day))
            parts[2] = None
        try:
            return dates.span(*parts)
        except ValueError:
            self.hold("bad_date", self.name(day))
            return dates.UNKNOWN

    def _part(self, field: str, least: int, most: int) -> int | None:
        text = self.text(field).removesuffix(".0")
        if not text:
            return None
        if text.isascii() and text.isdigit() and len(text) < 5 and least <= int(text) <= most:
            return int(text)
        self.hold("bad_date", self.name(field))
        return None

    def country(self, find: Country, name: str = "country", code: str = "country_code") -> str | None:
        """ISO alpha-3. Blank name and code are unknown; a name or code nobody knows is held."""
        text, given = self.text(name), self.text(code)
        if fold(text) in NO_COUNTRY and not given:
            return None
        found = find(text, given or None)
        if found is None:
            self.hold("unknown_country", self.name(name) if text else self.name(code))
        elif text and given and find(text, None) not in (None, found):
            self.note("country_disagrees", self.name(code))
        return found

    def coordinates(self, lat: str = "lat", lon: str = "lon") -> tuple[float | None, float | None]:
        """Both or neither. A pair inside one cell, and stray marks around a number, are read and noted."""
        texts = self.text(lat)[:80], self.text(lon)[:80]
        if not any(texts):
            return None, None
        if all(map(_DECIMAL_COMMA.fullmatch, texts)):
            texts = texts[0].replace(",", "."), texts[1].replace(",", ".")
        found = [_NUMBER.findall(text) for text in texts]
        north = found[0][0] if found[0] else None
        east = found[1][0] if found[1] else (found[0][1] if len(found[0]) > 1 else None)
        if any(_LETTERS.search(text) for text in texts) or north is None or east is None:
            return self._no_coordinates(lat)
        if (north, east) != texts:
            self.note("coordinate_cleaned", self.name(lat))
        place = float(north), float(east)
        return place if abs(place[0]) <= 90 and abs(place[1]) <= 180 else self._no_coordinates(lat)

    def _no_coordinates(self, field: str) -> tuple[None, None]:
        self.note("bad_coordinate", self.name(field))
        self.lose(field)
        return None, None


def within(span: dates.Span, day: date) -> dates.Span:
    """The span cut at the edges of the year that its source counts it in."""
    if span.first is None or span.last is None:
        return span
    first, last = max(span.first, date(day.year, 1, 1)), min(span.last, date(day.year, 12, 31))
    return dates.Span(first, last, span.precision, span.days_off)


def near(locality: str, admin2: str, admin1: str, country: str | None) -> str:
    """The precision of an approximated position, from the finest name given with it."""
    named = {"near": locality, "admin2": admin2, "admin1": admin1, "country": country}
    return next((precision for precision, name in named.items() if name), "unknown")


def sums_to(stated: int | None, parts: Sequence[int | None]) -> bool:
    """Whether a stated total agrees with its stated parts; a total not stated disagrees with nothing."""
    return stated is None or stated == sum(part or 0 for part in parts)
