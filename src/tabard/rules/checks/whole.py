"""All checks at once, over a set of printed figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tabard.rules.checks.editions import editions
from tabard.rules.checks.figure import Figure
from tabard.rules.checks.finding import Finding, ordered
from tabard.rules.checks.footing import footing
from tabard.rules.checks.shares import shares
from tabard.rules.checks.shelf import Shelf, shelf
from tabard.rules.checks.structure import Structure
from tabard.rules.checks.units import units


def check(figures: Iterable[Figure], said: Structure) -> tuple[Finding, ...]:
    """Everything that is wrong, or asks to be explained, among these figures."""
    return ordered(_all(shelf(figures, said)))


def _all(laid: Shelf) -> Iterator[Finding]:
    for rule in (footing, units, shares, editions):
        yield from rule(laid)
