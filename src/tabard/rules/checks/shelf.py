"""The figures laid out for the checks: by document and year, and by what they count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from tabard.rules.checks.figure import Figure
from tabard.rules.checks.structure import Structure

Sheet = Mapping[str, Figure]


@dataclass(frozen=True)
class Shelf:
    """What one document says of one year is a sheet: measure -> figure. Rules of one table hold within a sheet."""

    said: Structure
    figures: tuple[Figure, ...]
    sheets: Mapping[tuple[str, str], Sheet]
    printed: Mapping[tuple[str, str], tuple[Figure, ...]]

    def numbers(self, measure: str, year: str, *, besides: str = "") -> tuple[Figure, ...]:
        """Every figure of a measure and year that is a number, one document left out."""
        found = self.printed.get((measure, year), ())
        return tuple(f for f in found if f.source != besides and f.value is not None)

    def series(self, measure: str) -> Iterator[tuple[str, tuple[Figure, ...]]]:
        """The figures of one measure, year by year."""
        for found, year in sorted(self.printed):
            if found == measure:
                yield year, self.numbers(measure, year)


def shelf(figures: Iterable[Figure], said: Structure) -> Shelf:
    """Lays the figures out; what a document prints twice keeps its first place on the sheet."""
    kept = tuple(figures)
    sheets: dict[tuple[str, str], dict[str, Figure]] = defaultdict(dict)
    printed: dict[tuple[str, str], list[Figure]] = defaultdict(list)
    for figure in kept:
        if figure.measure:
            sheets[figure.source, figure.year].setdefault(figure.measure, figure)
            printed[figure.measure, figure.year].append(figure)
    return Shelf(said, kept, sheets, {place: tuple(found) for place, found in printed.items()})


def plain(value: Decimal) -> str:
    """A number as a sentence shows it: 483, not 483.0."""
    return f"{value.normalize():f}"
