"""One field's text to one value: a number, a day, a coordinate, yes or no. What cannot be read is a problem."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from math import isfinite
from typing import TypeVar

from tabard.desk.form.typed import Typed, many, one
from tabard.places.countries import country
from tabard.rules.ids import ALPHABET, LENGTH
from tabard.vocab.words import is_word

MOST = 1_000_000
MOST_DAYS_OFF = 3_660
FIRST, LAST = date(1900, 1, 1), date(2200, 12, 31)
FLAGS = {"1": True, "0": False}
OWN = re.compile(r"own:([a-z][a-z0-9_]{1,39})")
T = TypeVar("T")


def marked(of: str, code: str | None) -> str:
    """A code as the form sends it: a word of one's own is told from a shipped one."""
    return f"own:{code}" if code and not is_word(of, code) else code or ""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field, as a code of the catalogue."""

    field: str
    code: str
    limit: int = 0


@dataclass
class Reader:
    """Reads the fields of a form or of one group in it, and notes what cannot be read."""

    form: Typed
    start: str = ""
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, name: str, code: str, limit: int = 0) -> None:
        self.problems.append(Problem(self.start + name, code, limit))

    def text(self, name: str, most: int = 200) -> str:
        found = one(self.form, name)
        if len(found) > most:
            self.wrong(name, "too_long", most)
        return found[:most]

    def word(self, name: str, of: str) -> str | None:
        """A word of a list; blank is not stated. A word of one's own is marked, and looked up when it is entered."""
        code = one(self.form, name)
        if found := OWN.fullmatch(code):
            return found[1]
        if code and not is_word(of, code):
            self.wrong(name, "unknown_word")
            return None
        return code or None

    def country(self, name: str) -> str | None:
        code = one(self.form, name)
        if code and country(code) is None:
            self.wrong(name, "unknown_country")
            return None
        return code or None

    def key(self, name: str) -> str | None:
        """The random key of a person or an organisation."""
        code = one(self.form, name)
        if code and not (len(code) == LENGTH and set(code) <= set(ALPHABET)):
            self.wrong(name, "bad_value")
            return None
        return code or None

    def several(self, name: str, of: Iterable[str]) -> tuple[str, ...]:
        """Words among those allowed."""
        found, allowed = many(self.form, name), frozenset(of)
        if any(code not in allowed for code in found):
            self.wrong(name, "unknown_word")
        return tuple(code for code in found if code in allowed)

    def flag(self, name: str) -> bool | None:
        found = one(self.form, name)
        if found and found not in FLAGS:
            self.wrong(name, "bad_value")
        return FLAGS.get(found)

    def count(self, name: str, most: int = MOST) -> int | None:
        """A whole number, in the digits of any script."""
        found = self._made(name, "bad_number", lambda text: int(text.replace(" ", "").replace("\u202f", "")))
        return found if found is None else self._within(name, found, 0, most)

    def coordinate(self, name: str, most: int) -> float | None:
        found = self._made(name, "bad_coordinate", lambda text: _finite(text.replace(",", ".")))
        if found is not None and abs(found) > most:
            self.wrong(name, "position_off_globe")
            return None
        return found

    def day(self, name: str) -> date | None:
        found = self._made(name, "bad_date", date.fromisoformat)
        return found if found is None else self._within(name, found, FIRST, LAST)

    def _made(self, name: str, code: str, make: Callable[[str], T]) -> T | None:
        text = one(self.form, name)
        try:
            return make(text) if text else None
        except ValueError:
            self.wrong(name, code)
            return None

    def _within(self, name: str, value: T, least: T, most: T) -> T | None:
        if least <= value <= most:  # type: ignore[operator]
            return value
        self.wrong(name, "out_of_range")
        return None


def _finite(text: str) -> float:
    value = float(text)
    if not isfinite(value):
        raise ValueError
    return value
