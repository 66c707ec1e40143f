"""Adds up what incidents state. A number that nobody stated is carried along as unknown, never as zero,
and persons are counted by themselves, never as the sum of a table's rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tabard.rules.facts import Harm, Incident
from tabard.rules.schemes import Scheme, project


@dataclass(frozen=True, slots=True)
class Count:
    """`known` as far as numbers are stated, and how many groups had no number."""

    known: int = 0
    unknown: int = 0

    def plus(self, n: int | None) -> Count:
        """One more group of `n`, or of an unknown number."""
        return Count(self.known, self.unknown + 1) if n is None else Count(self.known + n, self.unknown)

    @property
    def value(self) -> int | None:
        """The number where it is certain; `None` where only a lower bound is known."""
        return None if self.unknown else self.known


@dataclass(frozen=True, slots=True)
class Affected:
    """Persons a scheme counts, and how often one of them came up again and was not counted twice."""

    count: Count = Count()
    repeats: int = 0


def total(numbers: Iterable[int | None]) -> Count:
    """The sum of groups, some of which may be of unknown size."""
    count = Count()
    for n in numbers:
        count = count.plus(n)
    return count


def stated(incident: Incident, dimension: str, value: str = "") -> Count:
    """What the source states for one value of one dimension (Margin's words; "total" for everybody).

    Where a dimension has margins they are the stated numbers, and a value they do not name is zero;
    else the harm rows are summed."""
    margins = [
        margin for margin in incident.margins if margin.dimension == dimension and not margin.dimension2
    ]
    if margins:
        return total(margin.n for margin in margins if margin.value == value)
    return total(harm.n for harm in incident.harm if _has(harm, dimension, value))


def said(incident: Incident, dimension: str, value: str) -> int | None:
    """The number as a cell shows it: what is stated as far as known, or None where nothing is said of it."""
    marginal = any(
        m.dimension == dimension and m.value == value and not m.dimension2 for m in incident.margins
    )
    spoken = marginal or any(_speaks(harm, dimension, value) for harm in incident.harm)
    if not spoken:
        return None
    count = stated(incident, dimension, value)
    return None if count.unknown and not count.known else count.known


def rows(scheme: Scheme, incidents: Iterable[Incident]) -> Mapping[str, Count]:
    """Each category's persons (or cases), summed over harm rows. Categories may overlap."""
    counts = {rule.code: Count() for rule in scheme.categories}
    for incident in incidents:
        for harm in incident.harm:
            for category in project(scheme, incident, harm).categories:
                counts[category] = counts[category].plus(harm.n)
    return counts


def affected(scheme: Scheme, incidents: Iterable[Incident]) -> Affected:
    """Everybody the scheme counts, once: a known person met again is a repeat, not another person."""
    count, repeats, seen = Count(), 0, set[str]()
    for incident in incidents:
        for harm in incident.harm:
            if not project(scheme, incident, harm).counted:
                continue
            if harm.subject and harm.subject in seen:
                repeats += 1
                continue
            seen.update({harm.subject} if harm.subject else ())
            count = count.plus(harm.n)
    return Affected(count, repeats)


def _has(harm: Harm, dimension: str, value: str) -> bool:
    if dimension == "total":
        return True
    if dimension == "outcome":
        outcome = harm.outcomes.get(value)
        return outcome is not None and outcome.holds
    return bool(getattr(harm, dimension) == value)


def _speaks(harm: Harm, dimension: str, value: str) -> bool:
    return value in harm.outcomes if dimension == "outcome" else bool(getattr(harm, dimension) == value)
