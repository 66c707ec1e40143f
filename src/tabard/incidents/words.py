"""Reading restricted fields: words, names and exact places, only in scope, and never without an audit line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tabard.access import policy, trail
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.incidents.actions import keys_of
from tabard.incidents.entries import position_of, texts_of
from tabard.incidents.models import Incident, Revision, Words
from tabard.places.models import Position
from tabard.rules import facts

FIELDS = ("details", "actor_name", "lat", "lon", "admin1", "admin2", "locality")


@dataclass(frozen=True)
class Restricted:
    """The words and places of an incident's revisions, by the ids that revisions carry; empty ids are erased."""

    words: Mapping[str, facts.Texts]
    places: Mapping[str, facts.Position]


def may_read(by: Account, incident: Incident) -> bool:
    """Whether the account reads restricted fields of this incident."""
    return policy.may(by, Permission.RESTRICTED_READ, keys_of(incident))


def read(incident: Incident, revisions: Iterable[Revision], *, by: Account) -> Restricted | None:
    """The restricted fields, with an audit line for the read; None for whoever may not."""
    if not may_read(by, incident):
        return None
    rows = list(revisions)
    words = Words.objects.filter(pk__in={row.words for row in rows})
    places = Position.objects.filter(pk__in={row.place for row in rows})
    trail.has_read(by=by, verb="incidents:restricted:read", subject=f"incident:{incident.pk}", fields=FIELDS)
    return Restricted({row.pk: texts_of(row) for row in words}, {row.pk: position_of(row) for row in places})
