"""The desk's queue: what waits for a decision, the longest wait first, within the scope of who reviews."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from tabard.access.permissions import Permission
from tabard.access.policy import Actor
from tabard.incidents.models import Current
from tabard.incidents.queries import END, PAGE, scoped, seen_by
from tabard.rules.refusals import Refused
from tabard.rules.reviewing import WAITING

COUNTED_TO = 1_000  # beyond, a number says no more than "many"
CURSOR = re.compile(
    r"(?P<since>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00)_(?P<incident>[0-9A-Z]{26})_(?P<side>[ab])",
    re.ASCII,
)


@dataclass(frozen=True)
class Asked:
    """What of the queue is asked for; empty means any."""

    state: str = ""
    country: str = ""
    collection: str = ""
    owner: str = ""


@dataclass(frozen=True)
class Place:
    """A place in the queue: the row at the edge of a page."""

    since: str
    incident: str
    back: bool = False

    @classmethod
    def parse(cls, text: str) -> Place | None:
        """A place from an address; None for an empty one."""
        if not text:
            return None
        found = CURSOR.fullmatch(text)
        if found is None:
            raise Refused("bad_value", field="cursor")
        return cls(found["since"], found["incident"], found["side"] == "b")

    def __str__(self) -> str:
        return f"{self.since}_{self.incident}_{'b' if self.back else 'a'}"


@dataclass(frozen=True)
class Queue:
    """One page of the queue, with the places of its neighbours ("" where there is none)."""

    rows: Sequence[Current]
    following: str
    previous: str


def waiting(actor: Actor, asked: Asked) -> QuerySet[Current]:
    """All that waits and that the actor may decide on."""
    mine = scoped(actor, Permission.INCIDENT_REVIEW)
    seen = seen_by(actor)
    rows = Current.objects.filter(mine if mine == seen else mine & seen, waiting_since__isnull=False)
    for name in ("country", "collection", "owner"):
        if value := getattr(asked, name):
            rows = rows.filter(**{name: "" if value == "unknown" else value})
    return rows


def counts(actor: Actor, asked: Asked) -> list[tuple[str, int]]:
    """How many wait in each state; never counted beyond `COUNTED_TO`."""
    rows = waiting(actor, asked)
    return [(state, rows.filter(review=state).order_by()[: COUNTED_TO + 1].count()) for state in WAITING]


def page(actor: Actor, asked: Asked, place: Place | None = None, size: int = PAGE) -> Queue:
    """One page of one state, the longest wait first."""
    back = place is not None and place.back
    order = ("-waiting_since", "-incident_id") if back else ("waiting_since", "incident_id")
    rows = waiting(actor, asked).filter(_beyond(place), review=asked.state).order_by(*order)
    found = list(rows.select_related("incident", "revision")[: size + 1])
    more, found = len(found) > size, found[:size]
    if back:
        found.reverse()
    return Queue(
        found,
        _edge(found[-1:], more or back, back=False),
        _edge(found[:1], more if back else place is not None, back=True),
    )


def following(actor: Actor, after: Current | None, asked: Asked) -> Current | None:
    """What is next in the queue behind one that was just decided on; else the first."""
    rows = waiting(actor, asked).order_by("waiting_since", "incident_id")
    rows = rows.filter(review=asked.state) if asked.state else rows
    if after is not None and after.waiting_since:
        rows = rows.exclude(pk=after.pk)
    return rows.first()


def _beyond(place: Place | None) -> Q:
    if place is None:
        return Q()
    side = "lt" if place.back else "gt"
    same = Q(waiting_since=place.since) & Q(**{f"incident__{side}": place.incident})
    edge = Q(**{f"waiting_since__{side}e": place.since})  # said once more, so that an index is entered there
    return edge & (Q(**{f"waiting_since__{side}": place.since}) | same)


def _edge(rows: Sequence[Current], there: bool, *, back: bool) -> str:
    return str(Place(rows[0].waiting_since or "", rows[0].pk, back)) if rows and there else END
