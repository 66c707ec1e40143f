"""Counts the example again in plain Python, from the revisions alone: what stood, and what each scope adds up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from tabard.incidents.models import Revision
from tabard.rules.canonical import incident_from
from tabard.rules.dates import end_of_day
from tabard.rules.facts import Harm, Incident
from tabard.rules.schemes import project
from tabard.vocab.schemes import scheme

LEFT = ("withdrawn", "counted_as")


def standing(known_on: date, collection: str = "example") -> list[Incident]:
    """The facts that held, as known on a day: the latest of each incident that no void cancels."""
    rows = list(Revision.objects.filter(incident__collection=collection).order_by("known_at", "number"))
    voided = {row.voids_id for row in rows if row.reason == "void"}
    latest: dict[str, Revision] = {}
    for row in rows:
        if row.reason != "void" and row.pk not in voided and row.known_at <= end_of_day(known_on):
            latest[row.incident_id] = row
    return [incident_from(row.facts) for row in latest.values() if row.reason not in LEFT]


def ever(collection: str = "example") -> list[Incident]:
    """What was said of every incident at last, duplicates, withdrawals and voided ones among them."""
    rows = (
        Revision.objects.filter(incident__collection=collection)
        .exclude(reason="void")
        .order_by("known_at", "number")
    )
    return [incident_from(row.facts) for row in {row.incident_id: row for row in rows}.values()]


def of_year(incidents: Iterable[Incident], year: int) -> Iterator[Incident]:
    """Those whose span lies wholly in the year."""
    for told in incidents:
        if told.first_day and told.last_day and told.first_day.year == told.last_day.year == year:
            yield told


def counted(told: Incident, scope: str) -> list[tuple[Harm, tuple[str, ...]]]:
    """The groups of a scope that the annex counts, with the rows that they fall in."""
    found = ((harm, project(scheme("annex"), told, harm)) for harm in told.harm if harm.scope == scope)
    return [(harm, projection.categories) for harm, projection in found if projection.counted]


def recount(incidents: Iterable[Incident], year: int, scope: str) -> Counter[str]:
    """Each row in its unit; `affected` counts a known person once; `incidents` are those with anybody in them."""
    found: Counter[str] = Counter()
    met: set[str] = set()
    for told in of_year(incidents, year):
        groups = counted(told, scope)
        found["incidents"] += bool(groups)
        found["intimidation_harassment"] += any("intimidation_harassment" in rows for _, rows in groups)
        for harm, rows in groups:
            found.update({row: harm.n or 0 for row in rows if row != "intimidation_harassment"})
            found["bodies"] += harm.n or 0
            found["affected"] += 0 if harm.subject in met else harm.n or 0
            found["unknown"] += harm.n is None
            met |= {harm.subject} if harm.subject else set()
    return found


def attacks(incidents: Iterable[Incident], year: int, kind: str) -> int:
    """Attacks on one kind of things of the United Nations: nobody of another scope was harmed with them."""
    return sum(
        thing.n or 0
        for told in of_year(incidents, year)
        for thing in told.objects
        if thing.kind == kind and "attacked" in thing.effects and {h.scope for h in told.harm} <= {"unsms"}
    )


def killed(incidents: Iterable[Incident], year: int, scope: str, row: str, **who: Any) -> int:
    """The killed of one row of whom something more is so: recruitment, or the cause."""
    cause = who.pop("cause", None)
    return sum(
        harm.n or 0
        for told in of_year(incidents, year)
        for harm, rows in counted(told, scope)
        if row in rows
        and all(getattr(harm, name) == value for name, value in who.items())
        and (cause is None or (harm.cause or told.cause) == cause)
    )
