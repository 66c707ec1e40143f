"""One printed figure: who printed it, of what, in which unit, for which time; and how its text becomes a number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

NUMBER = re.compile(r"\d{1,3}(?:[,\u0020\u00a0\u202f]\d{3})+|\d+(?:\.\d+)?")
PAIR = re.compile(r"(\d+) of (?:the )?(\d+)")
TIME = re.compile(r"(\d{4})(?:-(\d{2}))?(\.\.)?(?:(\d{4})-(\d{2}))?")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as printed. `measure` is what it counts, by the declared structure; empty where nobody says.

    `unit` is the word printed beside it, not what it turns out to count."""

    key: str
    source: str
    year: str
    measure: str
    unit: str
    text: str

    @property
    def value(self) -> Decimal | None:
        """The number that is printed; none where a text such as "6 of 7" stands in its place."""
        return amount(self.text)

    @property
    def pair(self) -> tuple[int, int] | None:
        """The n and N of "6 of 7" and "all (4 of 4)"."""
        found = PAIR.search(self.text)
        return (int(found[1]), int(found[2])) if found else None


@lru_cache(maxsize=65_536)
def amount(text: str) -> Decimal | None:
    """The number that a text is, thousands parted by comma or space; none where it is anything else."""
    bare = text.strip()
    return Decimal(re.sub(r"[^\d.]", "", bare)) if NUMBER.fullmatch(bare) else None


@lru_cache(maxsize=4_096)
def months(year: str) -> tuple[int, int] | None:
    """First and last month of a reference time, counted from year 0: `2019`, `2019-03`, `2019-01..2020-06`.

    None where it has no end (`2022..`) or is not stated."""
    found = TIME.fullmatch(year)
    if found is None or (found[3] and not found[4]):
        return None
    first = int(found[1]) * 12 + int(found[2] or 1) - 1
    if found[4]:
        return first, int(found[4]) * 12 + int(found[5]) - 1
    return first, first if found[2] else first + 11
