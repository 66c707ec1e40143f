"""Can a printed percentage be: is there any n of the N beside it that gives it, and with which rounding?

A/RES/75/125 prints 54 per cent where 6 of 11 (and 24 of 44) is 54.55; A/RES/74/116 prints 56, which no n of 31 and no n
of 11 gives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

from tabard.rules.checks.figure import Figure
from tabard.rules.checks.finding import ERROR, NOTE, WARNING, Finding, Suggestion
from tabard.rules.checks.shelf import Sheet, Shelf, plain
from tabard.rules.checks.structure import Fraction, Share

ROUNDINGS = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "truncated": ROUND_DOWN}


@dataclass(frozen=True, slots=True, order=True)
class Reached:
    """n of N gives the percentage under one rounding."""

    whole: int
    part: int
    rounding: str


def reached(percent: Decimal, wholes: Iterable[int]) -> tuple[Reached, ...]:
    """Every n of every N that gives the percentage at the places it is printed with, by each rounding."""
    return tuple(
        Reached(whole, part, name)
        for whole in sorted(set(wholes))
        for part in _near(percent, whole)
        for name, rounding in ROUNDINGS.items()
        if _rounded(part, whole, percent, rounding) == percent
    )


def _near(percent: Decimal, whole: int) -> range:
    """The few n that could give it: one unit of the last printed place around the percentage."""
    step = Decimal((0, (1,), int(percent.as_tuple().exponent)))
    low = int((percent - step) * whole / 100)
    return range(max(low, 0), min(int((percent + step) * whole / 100) + 1, whole) + 1)


def _rounded(part: int, whole: int, percent: Decimal, rounding: str) -> Decimal:
    places = Decimal((0, (1,), int(percent.as_tuple().exponent)))
    return (Decimal(part) * 100 / whole).quantize(places, rounding=rounding)


def shares(shelf: Shelf) -> Iterator[Finding]:
    """Every declared share of every sheet."""
    for sheet in shelf.sheets.values():
        for share in shelf.said.shares:
            yield from _share(sheet, share)
    for fraction in shelf.said.fractions:
        yield from _implied(shelf, fraction)


def _share(sheet: Sheet, said: Share) -> Iterator[Finding]:
    figure = sheet.get(said.measure)
    wholes = [sheet[code] for code in said.of if code in sheet and (sheet[code].value or 0) > 0]
    if figure is None or not wholes:
        return
    if figure.pair:
        yield from _pair(figure, wholes)
    elif figure.value is not None and figure.value <= 100:
        yield from reachable(figure, wholes, said.rounding)


def reachable(figure: Figure, wholes: Iterable[Figure], rounding: str) -> Iterator[Finding]:
    """A percentage against the counts it may be of."""
    kept = tuple(wholes)
    counts = [int(whole.value or 0) for whole in kept]
    percent = figure.value or Decimal()
    found = reached(percent, counts)
    keys = (figure.key, *(whole.key for whole in kept))
    numbers: dict[str, str | int] = {
        "value": plain(percent),
        "tried": ", ".join(map(str, sorted(set(counts)))),
    }
    if not found:
        yield Finding("check_share_unreachable", ERROR, keys, numbers | {"near": _nearest(percent, counts)})
    elif not any(each.rounding == rounding for each in found):
        shown = {f"{each.part}/{each.whole}": Decimal(each.part * 100) / each.whole for each in found}
        exact = f"{next(iter(shown.values())):.2f}"
        numbers |= {"pairs": ", ".join(shown), "exact": exact}
        yield Finding("check_share_truncated", WARNING, keys, numbers, _rounded_up(figure, found, rounding))


def _rounded_up(figure: Figure, found: tuple[Reached, ...], rounding: str) -> tuple[Suggestion, ...]:
    percent = figure.value or Decimal()
    wanted = {plain(_rounded(r.part, r.whole, percent, ROUNDINGS[rounding])) for r in found}
    return tuple(Suggestion(figure.key, figure.text, each, rounding) for each in sorted(wanted))


def _nearest(percent: Decimal, counts: Iterable[int]) -> str:
    """What comes nearest for each N, so that one sees by how much it misses: `17/31 = 54.84`."""
    parts = (
        (min(range(n + 1), key=lambda part: abs(Decimal(part * 100) / n - percent)), n) for n in set(counts)
    )
    return ", ".join(f"{part}/{n} = {Decimal(part * 100) / n:.2f}" for part, n in sorted(parts))


def _pair(figure: Figure, wholes: Iterable[Figure]) -> Iterator[Finding]:
    """`6 of 7` has to be of a count that the same document prints."""
    counts = {int(whole.value or 0): whole for whole in wholes}
    part, whole = figure.pair or (0, 0)
    if whole not in counts:
        tried = ", ".join(map(str, sorted(counts)))
        numbers: dict[str, str | int] = {"part": part, "whole": whole, "tried": tried}
        keys = (figure.key, *(each.key for each in counts.values()))
        yield Finding("check_share_of_other", ERROR, keys, numbers)


def _implied(shelf: Shelf, said: Fraction) -> Iterator[Finding]:
    """A percentage without its N: which N it implies, as a span, since a bare per cent cannot be checked."""
    for sheet in shelf.sheets.values():
        figure = sheet.get(said.measure)
        count = next((sheet[code] for code in said.counts if code in sheet), None)
        if figure and count and figure.value and count.value:
            half = Decimal((0, (5,), int(figure.value.as_tuple().exponent) - 1))
            low, high = count.value * 100 / (figure.value + half), count.value * 100 / (figure.value - half)
            numbers: dict[str, str | int] = {"value": plain(figure.value), "count": plain(count.value)}
            span = {"low": f"{low:.0f}", "high": f"{high:.0f}"}
            yield Finding("check_share_alone", NOTE, (figure.key, count.key), numbers | span)
