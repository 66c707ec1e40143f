"""Reads of the register. Every one starts at `visible_to`: what the account may see, filtered in SQL."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Case, Q, QuerySet, Sum, Value, When

from tabard.access import policy
from tabard.access.permissions import Permission
from tabard.access.policy import Actor, Grant
from tabard.access.roles import SENSITIVITIES, cleared
from tabard.incidents import kin
from tabard.incidents.facets import OPEN, UNKNOWN, facet
from tabard.incidents.models import Counter, Current, Incident, Listing, Revision
from tabard.rules.refusals import Refused

PAGE = 50
END = ""
# To look up n references costs about n steps; to walk the list of all until a page is full, about all * WALK / n.
WALK = 15
CURSOR = re.compile(r"(?P<occurred>(\d{4}-\d\d-\d\d)?)_(?P<incident>[0-9A-Z]{26})_(?P<side>[ab])", re.ASCII)


def _grant(grant: Grant, prefix: str) -> Q:
    """What one grant shows, over the columns that `Current` and `Listing` share."""
    seen = cleared(grant.role.clearance)
    q = Q() if len(seen) == len(SENSITIVITIES) else Q(**{f"{prefix}sensitivity__in": seen})
    kind, _, key = grant.scope.partition(":")
    column = {"org": "owner", "country": "country", "collection": "collection"}.get(kind)
    if grant.scope == policy.EVERYTHING:
        return q
    return q & Q(**{f"{prefix}{column}": key}) if column and key else Q(pk__in=[])


def covered(grant: Grant) -> QuerySet[Current]:
    """What one grant would show, were it given: for whoever gives roles, who sees the number only."""
    return Current.objects.filter(_grant(grant, ""))


def scoped(actor: Actor, permission: Permission, prefix: str = "") -> Q:
    """The condition for what the actor's grants of a permission cover; nothing for a stranger."""
    found = [_grant(grant, prefix) for grant in policy.holding(actor, permission)]
    return reduce(or_, found) if found else Q(pk__in=[])


def seen_by(actor: Actor, prefix: str = "") -> Q:
    """The condition for what the actor sees."""
    return scoped(actor, Permission.INCIDENT_READ, prefix)


def asked(rows: QuerySet[Current], actor: Actor, filters: Filters) -> QuerySet[Current]:
    """Of these rows of the index, what the actor sees of what is asked."""
    found = rows.filter(
        seen_by(actor) & _condition(filters) & _begins(filters.prefix) & Q(standing="counted")
    )
    if not filters.about_people:
        return found
    return found.filter(pk__in=Listing.objects.filter(_people(filters)).values("incident_id"))


def visible_to(actor: Actor) -> QuerySet[Incident]:
    """The incidents whose existence the actor may know of."""
    return Incident.objects.filter(seen_by(actor, "current__"))


@dataclass(frozen=True)
class Filters:
    """What a list is asked for; empty means any."""

    country: str = ""
    category: str = ""
    recruitment: str = ""
    gender: str = ""
    collection: str = ""
    first_year: int | None = None
    last_year: int | None = None
    reference: str = ""

    @property
    def about_people(self) -> bool:
        """Whether the question is about the people harmed, which only `Listing` can answer."""
        return bool(self.category or self.recruitment or self.gender)

    @property
    def prefix(self) -> str:
        """How the references asked for begin."""
        return self.reference.strip().upper()


@dataclass(frozen=True)
class Cursor:
    """A place in the list: the newest first, day and id of the row at the edge."""

    occurred: str
    incident: str
    back: bool = False

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        """A cursor from an address; None for an empty one."""
        if not text:
            return None
        found = CURSOR.fullmatch(text)
        if found is None:
            raise Refused("bad_value", field="cursor")
        return cls(found["occurred"], found["incident"], found["side"] == "b")

    def __str__(self) -> str:
        return f"{self.occurred}_{self.incident}_{'b' if self.back else 'a'}"


@dataclass(frozen=True)
class Page:
    """One page of a list, newest first, with the cursors of its neighbours ("" where there is none)."""

    rows: Sequence[Current]
    following: str
    previous: str


def _condition(filters: Filters) -> Q:
    q = Q()
    for name in ("country", "collection"):
        if value := getattr(filters, name):
            q &= Q(**{name: "" if value == "unknown" else value})
    if filters.first_year is not None:
        q &= Q(occurred__gte=f"{filters.first_year:04d}")
    if filters.last_year is not None:
        q &= Q(occurred__lt=f"{filters.last_year + 1:04d}", occurred__gt="")
    return q


def _begins(prefix: str) -> Q:
    return Q(incident__reference__startswith=prefix) if prefix else Q()


def _people(filters: Filters) -> Q:
    parts = (filters.category, filters.recruitment, filters.gender)
    return Q(facet=facet(*(UNKNOWN if part == "unknown" else part or OPEN for part in parts)))


def _beyond(cursor: Cursor | None) -> Q:
    if cursor is None:
        return Q()
    side = "gt" if cursor.back else "lt"
    same_day = Q(occurred=cursor.occurred) & Q(**{f"incident__{side}": cursor.incident})
    return Q(**{f"occurred__{side}": cursor.occurred}) | same_day


def keys(
    actor: Actor, filters: Filters, cursor: Cursor | None, size: int, *, leaving: bool = False
) -> list[tuple[str, str]]:
    """(first day, incident id) of the next `size` incidents beyond the cursor, in the list's order.

    `leaving` is asked by machines: what waits for word to next of kin answers to no question about recruitment."""
    order = ("occurred", "incident_id") if cursor and cursor.back else ("-occurred", "-incident_id")
    where = seen_by(actor) & _condition(filters) & _beyond(cursor)
    if leaving and filters.recruitment:
        where &= kin.may_leave("incident__current__")
    if filters.about_people:
        found = _found(Listing.objects.all(), where & _people(filters), filters.prefix)
    else:
        found = _found(Current.objects.all(), where & Q(standing="counted"), filters.prefix)
    return list(found.order_by(*order).values_list("occurred", "incident_id")[:size])


def _found(rows: QuerySet[Any], where: Q, prefix: str) -> QuerySet[Any]:
    """The rows for which it holds. Few references are looked up first: no engine would choose that by itself."""
    if not prefix or not _few(prefix):
        return rows.filter(where & _begins(prefix))
    span = Q(reference__gte=prefix, reference__lt=f"{prefix}Z")  # "-" and digits sort before letters
    begun = Current.objects.filter(span, reference__startswith=prefix)
    near = begun if rows.model is Current else rows.filter(incident__in=begun.values("pk"))
    fitting: QuerySet[Any] = near.annotate(fits=Case(When(where, then=Value(1)), default=Value(0)))
    return fitting.filter(fits=1)


def _few(prefix: str) -> bool:
    """Whether few references begin so: their counters say it at once."""
    if prefix.count("-") > 1:  # a number is given
        return True
    begun = Q(prefix__gte=prefix, prefix__lt=f"{prefix}Z")
    given = Counter.objects.aggregate(begun=Sum("last", filter=begun), all=Sum("last"))
    return (given["begun"] or 0) ** 2 <= WALK * (given["all"] or 0)


def page(
    actor: Actor, filters: Filters, cursor: Cursor | None = None, size: int = PAGE, *, leaving: bool = False
) -> Page:
    """One page of what the actor may see of what is asked."""
    found = keys(actor, filters, cursor, size + 1, leaving=leaving)
    more, found = len(found) > size, found[:size]
    back = cursor is not None and cursor.back
    if back:
        found.reverse()
    rows = _rows(found)
    has_following = bool(found) and (more if not back else True)
    has_previous = bool(found) and (more if back else cursor is not None)
    following = str(Cursor(*found[-1])) if has_following else END
    previous = str(Cursor(*found[0], back=True)) if has_previous else END
    return Page(rows, following, previous)


def _rows(found: Sequence[tuple[str, str]]) -> list[Current]:
    ids = [incident for _, incident in found]
    rows = Current.objects.filter(pk__in=ids).select_related("incident", "revision").in_bulk()
    return [rows[incident] for incident in ids if incident in rows]


def find(actor: Actor, reference: str) -> Incident:
    """One incident by its reference. Hidden and absent look the same."""
    found = visible_to(actor).filter(reference=reference).select_related("current", "collection").first()
    if found is None:
        raise Refused("not_found")
    return found


def revisions(incident: Incident) -> list[Revision]:
    """All revisions of an incident that was found visible, oldest first."""
    rows = Revision.objects.filter(incident=incident).order_by("number")
    return list(rows.select_related("counted_as", "voids").prefetch_related("sources"))
