"""Does a table add up: parts against totals, parts within wholes, figures that are what their unit allows.

Within one document and one year only: figures of different documents are compared in `editions`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from tabard.rules.checks.figure import Figure
from tabard.rules.checks.finding import ERROR, Finding, Suggestion
from tabard.rules.checks.shelf import Sheet, Shelf, plain
from tabard.rules.checks.structure import Parts, Within

SHARE_UNITS = {"per_cent"}


def footing(shelf: Shelf) -> Iterator[Finding]:
    """Every sheet against every declared sum and inclusion."""
    for sheet in shelf.sheets.values():
        for parts in shelf.said.parts:
            yield from _parts(shelf, sheet, parts)
        for within in shelf.said.within:
            yield from _within(sheet, within)
    for figure in shelf.figures:
        yield from possible(figure, shelf.said.unit_of(figure.unit))


def _parts(shelf: Shelf, sheet: Sheet, said: Parts) -> Iterator[Finding]:
    total = sheet.get(said.total)
    found = [sheet[code] for code in said.parts if code in sheet]
    if total is None or (said.whole and len(found) < len(said.parts)):
        return
    yield from adds_up(total, found, said.whole, shelf)


def adds_up(
    total: Figure, parts: Sequence[Figure], whole: bool = True, shelf: Shelf | None = None
) -> Iterator[Finding]:
    """Parts against their total: equal where they are all the parts, never more where some are not printed."""
    values = [part.value for part in parts if part.value is not None]
    if total.value is None or not values or len(values) < len(parts):
        return
    found = sum(values, Decimal())
    if found == total.value or (not whole and found < total.value):
        return
    numbers = sums(values, total.value)
    keys = (total.key, *(part.key for part in parts))
    rule = "check_parts_total" if whole else "check_parts_over"
    yield Finding(rule, ERROR, keys, numbers, corrections(total, parts, whole, shelf))


def sums(values: Sequence[Decimal], total: Decimal) -> dict[str, str | int]:
    """The arithmetic of a sum that does not hold: `125 + 234 + 134`, 493, 483, 10."""
    found = sum(values, Decimal())
    return {
        "parts": " + ".join(map(plain, values)),
        "sum": plain(found),
        "total": plain(total),
        "off": plain(abs(found - total)),
    }


def corrections(
    total: Figure, parts: Sequence[Figure], whole: bool, shelf: Shelf | None
) -> tuple[Suggestion, ...]:
    """What one figure alone would have to be for the sum to hold; first what another document prints too."""
    found = sum((part.value or Decimal() for part in parts), Decimal())
    off = found - (total.value or Decimal())
    wanted = [(part, (part.value or Decimal()) - off) for part in parts] if whole else []
    wanted.append((total, found))
    told = [_suggested(figure, value, shelf) for figure, value in wanted if value >= 0]
    backed = tuple(each for each in told if each.why == "also_printed")
    return backed or tuple(told)


def _suggested(figure: Figure, value: Decimal, shelf: Shelf | None) -> Suggestion:
    others = shelf.numbers(figure.measure, figure.year, besides=figure.source) if shelf else ()
    why = "also_printed" if value in {other.value for other in others} else "adds_up"
    return Suggestion(figure.key, figure.text, plain(value), why)


def _within(sheet: Sheet, said: Within) -> Iterator[Finding]:
    part, whole = sheet.get(said.part), sheet.get(said.whole)
    if part and whole:
        yield from lies_within(part, whole)


def lies_within(part: Figure, whole: Figure) -> Iterator[Finding]:
    """A part is never more than its whole."""
    if part.value is not None and whole.value is not None and part.value > whole.value:
        numbers = {"part": plain(part.value), "whole": plain(whole.value)}
        yield Finding("check_part_over_whole", ERROR, (part.key, whole.key), numbers)


def possible(figure: Figure, unit: str) -> Iterator[Finding]:
    """A count is a whole number, and a share at most all of it."""
    value = figure.value
    if value is None:
        pair = figure.pair
        if pair and pair[0] > pair[1]:
            numbers = {"part": pair[0], "whole": pair[1]}
            yield Finding("check_part_over_whole", ERROR, (figure.key,), numbers)
    elif unit in SHARE_UNITS:
        if value > 100:
            yield Finding("check_over_hundred", ERROR, (figure.key,), {"value": plain(value)})
    elif value != value.to_integral_value():
        yield Finding("check_not_whole", ERROR, (figure.key,), {"value": plain(value)})
