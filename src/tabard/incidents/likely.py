"""Records that may speak of the same event: suggested from the index, decided by a person, never merged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from tabard.access.policy import Actor
from tabard.incidents.models import Current, Incident, Link
from tabard.incidents.queries import seen_by
from tabard.rules.linkage import MOST_DAYS_APART, Event, Likeness, likeness

LOOKED_AT = 60  # records of the same country and days, for one record
AT_A_GLANCE = 15  # the same, for each line of a list
SHOWN = 8
OUTCOMES = ("died", "injured", "abducted", "detained")
COLUMNS = (
    "incident_id",
    "reference",
    "collection",
    "occurred",
    "last_day",
    "country",
    "cause",
    "means",
    "setting",
    "persons",
    *OUTCOMES,
)


@dataclass(frozen=True)
class Likely:
    """Another record, and how alike it is."""

    incident: str
    reference: str
    collection: str
    event: Event
    likeness: Likeness


def likely(actor: Actor, row: Current) -> list[Likely]:
    """The records most alike to this one, among those that the actor sees; the most alike first."""
    return alike(seen_by(actor), row, LOOKED_AT)


def alike(seen: Q, row: Current, most: int) -> list[Likely]:
    """The same among what a condition shows, so that a list asks the policy once."""
    if not row.occurred or not row.country:
        return []
    mine = _event({name: getattr(row, name) for name in COLUMNS})
    found = (_likely(mine, other) for other in _near(seen, row, most))
    fitting = [each for each in found if each.likeness.likely]
    return sorted(fitting, key=lambda each: -each.likeness.score)[:SHOWN]


def linked(incidents: Iterable[str]) -> set[frozenset[str]]:
    """The pairs that somebody joined already, whatever the kind."""
    ids = list(incidents)
    rows = Link.objects.filter(voids=None, voided_by=None)
    near = [*rows.filter(first__in=ids), *rows.filter(second__in=ids)]
    return {frozenset((row.first_id, row.second_id)) for row in near}


def unlinked(incident: Incident, found: Iterable[Likely]) -> list[Likely]:
    """Those of them that nobody has joined to this incident."""
    pairs = linked([incident.pk])
    return [each for each in found if frozenset((incident.pk, each.incident)) not in pairs]


def _near(seen: Q, row: Current, most: int) -> Iterable[dict[str, object]]:
    apart = timedelta(days=MOST_DAYS_APART)
    first = date.fromisoformat(row.occurred) - apart
    last = date.fromisoformat(row.last_day or row.occurred) + apart
    near = Current.objects.filter(
        seen,
        country=row.country,
        standing="counted",
        occurred__gte=first.isoformat(),
        occurred__lte=last.isoformat(),
    )
    rows = near.exclude(pk=row.pk).order_by("-occurred", "-incident_id")
    return list(rows.values(*COLUMNS)[:most])


def _likely(mine: Event, other: dict[str, object]) -> Likely:
    event = _event(other)
    incident, reference = str(other["incident_id"]), str(other["reference"])
    return Likely(incident, reference, str(other["collection"]), event, likeness(mine, event))


def _event(row: dict[str, object]) -> Event:
    first, last = str(row["occurred"]), str(row["last_day"] or row["occurred"])
    return Event(
        date.fromisoformat(first),
        date.fromisoformat(last),
        str(row["country"]),
        _word(row["cause"]),
        _word(row["means"]),
        _word(row["setting"]),
        frozenset(code for code in OUTCOMES if row[code]),
        int(str(row["persons"])) if row["persons"] else None,
    )


def _word(code: object) -> str | None:
    return None if code in (None, "unknown") else str(code)
