"""Whether what is being reported may be there already: shown at entry, decided by whoever reports.

Only records that the reporter sees, and never a restricted or sealed one, even to those cleared for it: whoever
types would else learn that it is there. Places are compared only where the reporter may read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from tabard.access import trail
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.formats.report import Told
from tabard.incidents.models import Current, Revision
from tabard.incidents.queries import scoped, seen_by
from tabard.places.models import Position
from tabard.rules.canonical import incident_from
from tabard.rules.facts import Incident as Facts
from tabard.rules.linkage import MOST_DAYS_APART, Event, Likeness, event_of, likeness

SPREAD = 31  # days: a record known by its month begins so long before
LOOKED_AT = 200
SHOWN = 5
OPEN = ("public", "internal")


@dataclass(frozen=True)
class Alike:
    """A record that may speak of the same event, and what speaks for it."""

    row: Current
    told: Facts
    likeness: Likeness


def already(by: Account, told: Told, *, places: bool = False, besides: str = "") -> list[Alike]:
    """The most alike records, the most alike first. With `places` the places are compared too, which is recorded."""
    first, last = told.facts.first_day, told.facts.last_day
    if first is None or last is None or not told.facts.country:
        return []
    rows = list(_near(by, told.facts.country, first, last, besides))
    facts = dict(Revision.objects.filter(pk__in=[row.revision_id for row in rows]).values_list("pk", "facts"))
    names = _places(by, rows) if places else {}
    mine = event_of(told.facts, names_of(told) if places else ())
    found = [_alike(mine, row, incident_from(facts[row.revision_id]), names) for row in rows]
    likely = sorted((one for one in found if one.likeness.likely), key=lambda one: -one.likeness.score)
    return likely[:SHOWN]


def names_of(told: Told) -> tuple[str, ...]:
    """The places of a report, in words."""
    place = told.position
    return tuple(filter(None, (place.locality, place.admin2, place.admin1))) if place else ()


def _near(by: Account, country: str, first: date, last: date, besides: str) -> Iterable[Current]:
    apart = timedelta(MOST_DAYS_APART)
    rows = Current.objects.filter(
        seen_by(by),
        country=country,
        standing="counted",
        sensitivity__in=OPEN,
        occurred__gte=(first - apart - timedelta(SPREAD)).isoformat(),
        occurred__lte=(last + apart).isoformat(),
        last_day__gte=(first - apart).isoformat(),
    )
    return (
        rows.exclude(pk=besides)
        .select_related("incident__current")
        .order_by("-occurred", "-incident_id")[:LOOKED_AT]
    )


def _alike(mine: Event, row: Current, told: Facts, names: Mapping[str, tuple[str, ...]]) -> Alike:
    return Alike(row, told, likeness(mine, event_of(told, names.get(row.pk, ()))))


def _places(by: Account, rows: Iterable[Current]) -> dict[str, tuple[str, ...]]:
    """The places of those records whose places the account may read."""
    ids = [row.pk for row in rows]
    may = scoped(by, Permission.RESTRICTED_READ)
    readable = dict(Current.objects.filter(may, pk__in=ids).exclude(place="").values_list("pk", "place"))
    if not readable:
        return {}
    found = Position.objects.in_bulk(list(readable.values()))
    trail.has_read(
        by=by,
        verb="desk:place:compare",
        subject="incidents:some",
        fields=("admin1", "admin2", "locality"),
        rows=len(readable),
    )
    near = {pk: found[place] for pk, place in readable.items() if place in found}
    return {pk: (row.locality, row.admin2, row.admin1) for pk, row in near.items()}
