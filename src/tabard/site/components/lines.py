"""Incidents as lines of a list, each told from the facts of the revision that holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tabard.incidents.models import Current
from tabard.rules.canonical import incident_from
from tabard.rules.facts import Incident
from tabard.site.components import telling


@dataclass(frozen=True)
class Line:
    """One incident in a list."""

    reference: str
    collection: str
    told: Incident
    what: str
    counts: list[telling.Count]
    persons: int | None
    basis: str
    standing: str
    held_now: bool


def lines(rows: Iterable[Current]) -> list[Line]:
    """The rows need `incident` and `revision` selected with them."""
    return [_line(row, incident_from(row.revision.facts)) for row in rows]


def _line(row: Current, told: Incident) -> Line:
    return Line(
        reference=row.incident.reference,
        collection=row.collection,
        told=told,
        what=telling.what(told),
        counts=telling.tally(told),
        persons=row.persons,
        basis=row.persons_basis,
        standing=row.standing,
        held_now=telling.held_now(told),
    )
