"""What is declared of printed tables, as data: which row counts what, what adds up, which series has one unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tabard.rules.checks.figure import Figure


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that is counted. `ours` names the table and row of this register that count the same."""

    code: str
    unit: str
    scope: str = ""
    ours: str = ""


@dataclass(frozen=True, slots=True)
class Parts:
    """`total` is the sum of `parts`: of all of them where `whole`, else of at most them."""

    total: str
    parts: tuple[str, ...]
    cite: str
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Within:
    """`part` is never more than `whole`."""

    part: str
    whole: str
    cite: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A row whose printed unit does not say what it counts: events, or the persons they hit."""

    measure: str
    events: str
    persons: str
    cite: str


@dataclass(frozen=True, slots=True)
class Share:
    """A percentage of one of these counts; `rounding` is what the document says it does."""

    measure: str
    of: tuple[str, ...]
    cite: str
    rounding: str = "half_up"


@dataclass(frozen=True, slots=True)
class Fraction:
    """A percentage of which only the numerator is printed: the denominator behind it can be worked out."""

    measure: str
    counts: tuple[str, ...]
    cite: str


@dataclass(frozen=True, slots=True)
class Cause:
    """The count of one cause among `of`: a text that lists causes has to name it, or must not."""

    word: str
    measure: str
    of: str


@dataclass(frozen=True, slots=True)
class Jumps:
    """From which change between two years on a figure asks to be looked at: both must be passed."""

    factor: int
    least: int


@dataclass(frozen=True, slots=True)
class Structure:
    """Everything that is declared; empty where a register declares nothing."""

    units: Mapping[str, str]
    rows: Mapping[tuple[str, str, str], str]
    measures: Mapping[str, Measure]
    parts: tuple[Parts, ...] = ()
    within: tuple[Within, ...] = ()
    readings: tuple[Reading, ...] = ()
    shares: tuple[Share, ...] = ()
    fractions: tuple[Fraction, ...] = ()
    causes: tuple[Cause, ...] = ()
    never_falls: tuple[str, ...] = ()
    jumps: Jumps | None = None
    revised_by: int = 10

    def unit_of(self, printed: str) -> str:
        """The code of a unit that was printed as a word; empty where it is unknown."""
        return self.units.get(printed.strip().casefold(), "")

    def bound(self, key: str, cells: Mapping[str, str]) -> Figure:
        """A row of a file of printed figures, with the measure that its table, row and column stand for."""
        place = (cells["table"], cells["row"], cells["column"])
        measure = self.rows.get(place) or self.rows.get((*place[:2], "*"), "")
        return Figure(key, cells["source"], cells["year"], measure, cells["unit"], cells["printed"])


def structure(said: Iterable[Mapping[str, Any]]) -> Structure:
    """The structure that several declarations say together."""
    files = tuple(said)
    units = {
        word.casefold(): code for f in files for code, words in f.get("units", {}).items() for word in words
    }
    jumps = next((Jumps(**f["jumps"]) for f in files if "jumps" in f), None)
    return Structure(
        units=units,
        rows=dict(_rows(files)),
        measures={m["code"]: Measure(**m) for f in files for m in f.get("measure", ())},
        parts=tuple(Parts(**_tuples(p, "parts")) for f in files for p in f.get("parts", ())),
        within=tuple(Within(**w) for f in files for w in f.get("within", ())),
        readings=tuple(Reading(**r) for f in files for r in f.get("reading", ())),
        shares=tuple(Share(**_tuples(s, "of")) for f in files for s in f.get("share", ())),
        fractions=tuple(Fraction(**_tuples(s, "counts")) for f in files for s in f.get("fraction", ())),
        causes=tuple(Cause(**c) for f in files for c in f.get("cause", ())),
        never_falls=tuple(code for f in files for code in f.get("never_falls", ())),
        jumps=jumps,
        revised_by=next((f["revised_by"] for f in files if "revised_by" in f), 10),
    )


def _rows(files: Iterable[Mapping[str, Any]]) -> Iterable[tuple[tuple[str, str, str], str]]:
    for said in files:
        for table in said.get("table", ()):
            for row, column, measure in table["rows"]:
                yield (table["title"], row, column), measure


def _tuples(said: Mapping[str, Any], name: str) -> dict[str, Any]:
    return dict(said) | {name: tuple(said[name])}
