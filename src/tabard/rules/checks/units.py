"""Is each figure in the unit that it counts in: persons are not attacks, and a series does not change its unit.

A/RES/75/125 prints "483 recorded attacks" where its source counts 483 persons in 277 attacks; A/RES/72/131 and 73/137
print attacks in the same place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from tabard.rules.checks.figure import Figure
from tabard.rules.checks.finding import ERROR, WARNING, Finding
from tabard.rules.checks.footing import adds_up, sums
from tabard.rules.checks.shelf import Sheet, Shelf, plain
from tabard.rules.checks.structure import Parts, Reading

NEAR = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Read:
    """A figure of an ambiguous row, what it turned out to count, and the parts printed beside it."""

    figure: Figure
    persons: bool
    parts: tuple[Figure, ...]

    @property
    def values(self) -> list[Decimal]:
        """The parts that are numbers."""
        return [part.value for part in self.parts if part.value is not None]


def units(shelf: Shelf) -> Iterator[Finding]:
    """Printed units against declared ones, then the rows whose unit has to be found out."""
    for figure in shelf.figures:
        yield from declared(shelf, figure)
    for reading in shelf.said.readings:
        yield from _series(shelf, reading)


def declared(shelf: Shelf, figure: Figure) -> Iterator[Finding]:
    """The unit printed beside a figure is the one that its row is declared to be counted in."""
    measure = shelf.said.measures.get(figure.measure)
    printed = shelf.said.unit_of(figure.unit)
    if measure is None or printed == measure.unit or figure.pair:
        return
    numbers = {"value": figure.text, "printed": figure.unit, "declared": measure.unit}
    yield Finding("check_unit_other", ERROR, (figure.key,), numbers)


def _series(shelf: Shelf, said: Reading) -> Iterator[Finding]:
    """Each figure of an ambiguous row by itself, then all of them as one series."""
    beside = next((p for p in shelf.said.parts if p.total == said.persons), None)
    found = [
        read(shelf, sheet, said, beside)
        for sheet in shelf.sheets.values()
        if said.measure in sheet and beside
    ]
    known = [each for each in found if each is not None]
    for each in known:
        if each.persons:
            yield from _persons(shelf, said, each)
    yield from _mixed(known)


def read(shelf: Shelf, sheet: Sheet, said: Reading, beside: Parts | None) -> Read | None:
    """What a figure counts: persons where its parts add up to it, else whatever it comes nearest to."""
    figure = sheet[said.measure]
    parts = tuple(sheet[code] for code in (beside.parts if beside else ()) if code in sheet)
    values = [part.value for part in parts if part.value is not None]
    if figure.value is None or not values:
        return None
    if sum(values, Decimal()) == figure.value:
        return Read(figure, True, parts)
    near = _nearest(shelf, said, figure)
    if near is None:
        near = _apart(figure.value, sum(values, Decimal())) <= NEAR or figure.value > sum(values)
    return Read(figure, near, parts)


def _nearest(shelf: Shelf, said: Reading, figure: Figure) -> bool | None:
    """Whether other documents' persons come nearer than their events; none where neither is within a tenth."""
    value = figure.value or Decimal()
    near = {
        persons: min((_apart(value, other.value or Decimal()) for other in others), default=Decimal(1))
        for persons, others in _others(shelf, said, figure).items()
    }
    return None if min(near.values()) > NEAR else near[True] <= near[False]


def _others(shelf: Shelf, said: Reading, figure: Figure) -> Mapping[bool, tuple[Figure, ...]]:
    return {
        True: shelf.numbers(said.persons, figure.year, besides=figure.source),
        False: shelf.numbers(said.events, figure.year, besides=figure.source),
    }


def _apart(one: Decimal, other: Decimal) -> Decimal:
    return abs(one - other) / max(one, other, Decimal(1))


def _persons(shelf: Shelf, said: Reading, found: Read) -> Iterator[Finding]:
    """Printed as events, counts persons: the wrong word; and its parts have to add up."""
    figure = found.figure
    numbers = sums(found.values, figure.value or Decimal()) | {"printed": figure.unit}
    keys = (figure.key, *(part.key for part in found.parts))
    if shelf.said.unit_of(figure.unit) == shelf.said.measures[said.events].unit:
        yield Finding("check_unit_wrong", ERROR, keys[:1], numbers)
    counted = Figure(figure.key, figure.source, figure.year, said.persons, figure.unit, figure.text)
    yield from adds_up(counted, found.parts, shelf=shelf)


def _mixed(found: list[Read]) -> Iterator[Finding]:
    """In a series that counts persons and events, the rarer ones are said to be the others."""
    persons = [each for each in found if each.persons]
    events = [each for each in found if not each.persons]
    rarer, rest = sorted((persons, events), key=len)
    if not rest or not rarer:
        return
    for each in rarer:
        numbers = sums(each.values, each.figure.value or Decimal())
        numbers |= {"others": len(rest), "all": len(found), "value": plain(each.figure.value or Decimal())}
        rule = "check_unit_mix_persons" if each.persons else "check_unit_mix_events"
        yield Finding(rule, WARNING, (each.figure.key,), numbers)
