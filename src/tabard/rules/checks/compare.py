"""Sets two lists of figures side by side: what another document printed, what the last edition said, what we count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tabard.rules.checks.figure import Figure
from tabard.rules.checks.finding import NOTE, WARNING, Finding
from tabard.rules.checks.shelf import plain
from tabard.rules.checks.structure import Structure


@dataclass(frozen=True, slots=True)
class Compared:
    """Two figures of one count and year. `off` is right less left; none where they are in different units."""

    left: Figure
    right: Figure
    off: Decimal | None

    @property
    def same(self) -> bool:
        """Whether both say the same."""
        return self.off == 0

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "measure": self.left.measure,
            "year": self.left.year,
            "left": {"source": self.left.source, "value": self.left.text, "unit": self.left.unit},
            "right": {"source": self.right.source, "value": self.right.text, "unit": self.right.unit},
            "off": None if self.off is None else plain(self.off),
        }


def compared(left: Iterable[Figure], right: Iterable[Figure], said: Structure) -> Iterator[Compared]:
    """Every pair of one measure and year, in the order of the left. Different units are never subtracted."""
    beside: dict[tuple[str, str], list[Figure]] = defaultdict(list)
    for figure in right:
        beside[figure.measure, figure.year].append(figure)
    for figure in left:
        for other in beside.get((figure.measure, figure.year), ()) if figure.measure else ():
            if other.key != figure.key:
                yield Compared(figure, other, difference(figure, other, said))


def difference(left: Figure, right: Figure, said: Structure) -> Decimal | None:
    """Right less left; none where one is no number, or the units are not the same."""
    units = {said.unit_of(left.unit), said.unit_of(right.unit)}
    if left.value is None or right.value is None or len(units) > 1:
        return None
    return right.value - left.value


def against_last(last: Iterable[Figure], this: Iterable[Figure], said: Structure) -> Iterator[Finding]:
    """What this edition says otherwise than the last one about the same year: each needs a reason in the ledger."""
    for pair in compared(last, this, said):
        numbers: dict[str, str | int] = {
            "before": pair.left.text,
            "after": pair.right.text,
            "year": pair.left.year,
        }
        keys = (pair.left.key, pair.right.key)
        if pair.off is None:
            yield Finding("check_last_unit", WARNING, keys, numbers)
        elif pair.off:
            grave = abs(pair.off) * 100 > said.revised_by * max(pair.left.value or 0, pair.right.value or 0)
            off = f"{'+' if pair.off > 0 else ''}{plain(pair.off)}"
            yield Finding("check_last_edition", WARNING if grave else NOTE, keys, numbers | {"off": off})
