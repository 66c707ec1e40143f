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
APART = timedelta(days=MOST_DAYS_APART)
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


Near = tuple[dict[str, object], Event]


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
    return Neighbours(seen_by(actor), LOOKED_AT).alike(row)


class Neighbours:
    """The same for many records of one page, among what a condition shows: asked once for each country and days,
    since what waits together most often happened together."""

    def __init__(self, seen: Q, most: int) -> None:
        self._seen, self._most = seen, most
        self._found: dict[tuple[str, str, str], list[Near]] = {}

    def alike(self, row: Current) -> list[Likely]:
        """The records most alike to this one, the most alike first."""
        if not row.occurred or not row.country:
            return []
        mine = _event({name: getattr(row, name) for name in COLUMNS})
        others = [near for near in self._near(row) if near[0]["incident_id"] != row.pk]
        found = (_likely(mine, *near) for near in others[: self._most])
        fitting = [each for each in found if each.likeness.likely]
        return sorted(fitting, key=lambda each: -each.likeness.score)[:SHOWN]

    def _near(self, row: Current) -> list[Near]:
        place = (row.country, row.occurred, row.last_day or row.occurred)
        if place not in self._found:
            self._found[place] = [(other, _event(other)) for other in self._rows(*place)]
        return self._found[place]

    def _rows(self, country: str, first: str, last: str) -> list[dict[str, object]]:
        near = Current.objects.filter(
            self._seen,
            country=country,
            standing="counted",
            occurred__gte=(date.fromisoformat(first) - APART).isoformat(),
            occurred__lte=(date.fromisoformat(last) + APART).isoformat(),
        )
        rows = near.order_by("-occurred", "-incident_id")
        return list(rows.values(*COLUMNS)[: self._most + 1])  # one of them is the record itself


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


def _likely(mine: Event, other: dict[str, object], event: Event) -> Likely:
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
