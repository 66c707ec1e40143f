"""One document against the others: the same count printed otherwise, a long time with less than a year of it,
a number that cannot fall and does, and a change between years that asks to be explained."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from tabard.rules.checks.figure import Figure, months
from tabard.rules.checks.finding import ERROR, NOTE, WARNING, Finding, Suggestion
from tabard.rules.checks.footing import lies_within
from tabard.rules.checks.shelf import Shelf, plain
from tabard.rules.checks.structure import Structure, Within

HUNDRED = 100


def editions(shelf: Shelf) -> Iterator[Finding]:
    """What several documents print of the same count."""
    for (_, year), found in shelf.printed.items():
        numbers = [figure for figure in found if figure.value is not None]
        if year and len({figure.value for figure in numbers}) > 1:
            yield differ(numbers, shelf.said)
    for within in shelf.said.within:
        yield from _across(shelf, within)
    for code in sorted({measure for measure, _ in shelf.printed}):
        yield from _covered(shelf, code)
        yield from _jumps(shelf, code)
    for code in shelf.said.never_falls:
        yield from _falls(shelf, code)


def differ(figures: Sequence[Figure], said: Structure) -> Finding:
    """One count, printed differently: a note where later editions of a living source differ by as much."""
    values = [figure.value or Decimal() for figure in figures]
    low, high = min(values), max(values)
    grave = (high - low) * HUNDRED > high * said.revised_by
    told = "; ".join(f"{plain(figure.value or Decimal())} ({figure.source})" for figure in figures)
    numbers: dict[str, str | int] = {"printed": told, "low": plain(low), "high": plain(high)}
    keys = tuple(figure.key for figure in figures)
    numbers |= {"off": plain(high - low), "year": figures[0].year}
    odd = _odd_one(figures) if grave else ()  # a small difference may as well be the newer edition's
    return Finding("check_sources_differ", WARNING if grave else NOTE, keys, numbers, odd)


def _odd_one(figures: Sequence[Figure]) -> tuple[Suggestion, ...]:
    """Where all but one agree, that one is likely the misprint."""
    values = [figure.value for figure in figures]
    if len(figures) < 3 or len(set(values)) != 2:
        return ()
    odd = next((figure for figure in figures if values.count(figure.value) == 1), None)
    usual = next((value for value in values if odd and value != odd.value), None)
    return (Suggestion(odd.key, odd.text, plain(usual), "others_agree"),) if odd and usual is not None else ()


def _across(shelf: Shelf, said: Within) -> Iterator[Finding]:
    """A part that one document prints, and only others print its whole: more than none of them allows."""
    for year, parts in shelf.series(said.part):
        wholes = shelf.numbers(said.whole, year)
        highest = max(wholes, key=lambda whole: whole.value or 0, default=None)
        for part in parts:
            if highest and said.whole not in shelf.sheets[part.source, year]:
                yield from lies_within(part, highest)


def _covered(shelf: Shelf, code: str) -> Iterator[Finding]:
    """A time of eighteen months holds the year inside it: its count is not smaller."""
    spans = [(months(year), figure) for year, found in shelf.series(code) for figure in found]
    known = [(span, figure) for span, figure in spans if span is not None]
    for long, outer in known:
        for short, inner in known:
            inside = long[0] <= short[0] and short[1] <= long[1] and long != short
            if inside and (inner.value or 0) > (outer.value or 0):
                numbers = {"part": inner.text, "whole": outer.text, "year": inner.year, "years": outer.year}
                yield Finding("check_year_over_span", ERROR, (inner.key, outer.key), numbers)


def _years(shelf: Shelf, code: str) -> list[tuple[int, tuple[Figure, ...]]]:
    """The plain years of a series."""
    return [(int(year), found) for year, found in shelf.series(code) if year.isdigit() and found]


def _jumps(shelf: Shelf, code: str) -> Iterator[Finding]:
    """Each document's number against the years beside it, by whoever printed those."""
    limit = shelf.said.jumps
    if limit is None or not code:
        return
    for (first, before), (second, after) in pairwise(_years(shelf, code)):
        if second - first != 1:
            continue
        for one, other in ((a, b) for a in before for b in after if _alike(a, b, before, after)):
            low, high = sorted((one.value or Decimal(), other.value or Decimal()))
            if high >= low * limit.factor and high - low >= limit.least:
                yield Finding("check_jump", WARNING, (one.key, other.key), _change(one, other, limit.factor))


def _change(one: Figure, other: Figure, factor: int) -> dict[str, str | int]:
    return {"before": one.text, "after": other.text, "year": other.year, "factor": factor}


def _alike(one: Figure, other: Figure, before: Sequence[Figure], after: Sequence[Figure]) -> bool:
    """Two figures are set side by side in one document or series; across documents only where nothing nearer is."""
    same = {figure.source for figure in before} & {figure.source for figure in after}
    return one.source == other.source if one.source in same or other.source in same else True


def _falls(shelf: Shelf, code: str) -> Iterator[Finding]:
    """A count such as States parties goes up from one document to the next, in the order they came."""
    found = sorted((f for f in shelf.figures if f.measure == code and f.value is not None), key=_order)
    for one, other in pairwise(found):
        if (other.value or 0) < (one.value or 0):
            numbers = {"before": one.text, "after": other.text, "source": other.source}
            yield Finding("check_falls", ERROR, (one.key, other.key), numbers)


def _order(figure: Figure) -> tuple[int, ...]:
    """The place of a document in its series: the numbers of its symbol."""
    return tuple(int(part) for part in figure.source.split("/") if part.isdigit())
