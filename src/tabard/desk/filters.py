"""Saved filters: kept by their owner, shared with a scope, thrown away; and subscriptions to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q, QuerySet

from tabard.access import policy
from tabard.access.door import action, record
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.desk.models import SavedFilter, Subscription
from tabard.incidents.queries import Filters
from tabard.incidents.queue import Asked
from tabard.rules.ids import ulid
from tabard.rules.refusals import Refused

LONGEST = 80
MOST = 50
PLACES: dict[str, type[Filters] | type[Asked]] = {"incidents": Filters, "review": Asked}


def _own(*, by: Account, **_: Any) -> Sequence[str]:
    """Whoever may read somewhere may keep a question."""
    return scopes(by)


def scopes(account: policy.Actor) -> list[str]:
    """The scopes in which the account reads: with these it may share."""
    return list(dict.fromkeys(g.scope for g in policy.holding(account, Permission.INCIDENT_READ)))


def visible_to(actor: policy.Actor) -> QuerySet[SavedFilter]:
    """One's own filters, and those shared with a scope that one holds; everything covers every scope."""
    if not isinstance(actor, Account):
        return SavedFilter.objects.none()
    held = scopes(actor)
    shared = ~Q(shared="") if policy.EVERYTHING in held else Q(shared__in=held) & ~Q(shared="")
    return SavedFilter.objects.filter(Q(by=actor.pk) | shared) if held else SavedFilter.objects.none()


def question(kept: SavedFilter) -> Filters | Asked:
    """The question as its page asks it; what a later version no longer knows is left out."""
    kind = PLACES[kept.place]
    return kind(**{name: value for name, value in kept.asked.items() if name in kind.__dataclass_fields__})


@action(Permission.INCIDENT_READ, about=_own)
def keep(
    *, by: Account, place: str, name: str, asked: Filters | Asked, shared: str = "", tell: bool = False
) -> SavedFilter:
    """Keep a question under a name; the same name again replaces it."""
    _check(by, place, name.strip(), asked, shared)
    stated = {field: value for field, value in asdict(asked).items() if value not in ("", None)}
    kept, _ = SavedFilter.objects.update_or_create(
        by=by.pk,
        place=place,
        name=name.strip(),
        defaults={"asked": stated, "shared": shared, "made_at": datetime.now(UTC)},
    )
    record("desk:filter:keep", f"filter:{kept.pk}", place=place, shared=shared)
    if tell:
        subscribe(by=by, kept=kept)
    return kept


@action(Permission.INCIDENT_READ, about=_own)
def throw_away(*, by: Account, kept: SavedFilter) -> None:
    """Delete a filter of one's own, with everybody's subscriptions to it."""
    if kept.by != by.pk:
        raise Refused("not_found")
    pk = kept.pk
    kept.delete()
    record("desk:filter:throw-away", f"filter:{pk}")


@action(Permission.INCIDENT_READ, about=_own)
def subscribe(*, by: Account, kept: SavedFilter) -> Subscription:
    """Be told from now on of what answers to it."""
    if not visible_to(by).filter(pk=kept.pk).exists():
        raise Refused("not_found")
    now = datetime.now(UTC)
    made, new = Subscription.objects.get_or_create(
        filter=kept, account=by.pk, defaults={"seen": ulid(), "made_at": now}
    )
    if new:
        record("desk:filter:subscribe", f"filter:{kept.pk}")
    return made


@action(Permission.INCIDENT_READ, about=_own)
def unsubscribe(*, by: Account, kept: SavedFilter) -> None:
    """Be told no longer."""
    gone, _ = Subscription.objects.filter(filter=kept, account=by.pk).delete()
    if gone:
        record("desk:filter:unsubscribe", f"filter:{kept.pk}")


def _check(by: Account, place: str, name: str, asked: Filters | Asked, shared: str) -> None:
    if place not in PLACES or not isinstance(asked, PLACES[place]):
        raise Refused("bad_value", field="place")
    if not name:
        raise Refused("missing_field", field="name")
    if len(name) > LONGEST:
        raise Refused("too_long", field="name", limit=LONGEST)
    if shared and shared not in scopes(by):
        raise Refused("unknown_word", field="shared")
    others = SavedFilter.objects.filter(by=by.pk).exclude(place=place, name=name)
    if others.count() >= MOST:
        raise Refused("too_many_filters", limit=MOST)
