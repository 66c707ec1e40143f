"""Notices: what was reported or revised that answers to somebody's subscriptions.

Nothing is written when an incident changes: what one is told is worked out at the moment of looking, from what
one may see at that moment. Only the newest `LOOKED_AT` changes of the register are looked at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import QuerySet

from tabard.access import policy
from tabard.access.door import action, record
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.desk.filters import question, scopes, visible_to
from tabard.desk.models import SavedFilter, Subscription
from tabard.incidents import queries, queue
from tabard.incidents.models import Current
from tabard.incidents.queries import Filters
from tabard.rules.ids import ulid

LOOKED_AT = 2_000
COUNTED_TO = 99
SHOWN = 100
SHOWN_DAYS = 30
# Ids are made before they are committed: what is younger than this may still be overtaken.
UNSETTLED = timedelta(seconds=60)


@dataclass(frozen=True)
class Notice:
    """One incident that changed, and the filter that it answers to."""

    row: Current
    kept: SavedFilter
    unread: bool


def _own(*, by: Account, **_: object) -> Sequence[str]:
    return scopes(by)


def unread(actor: policy.Actor) -> int:
    """How many changes the account has not looked at; counted up to `COUNTED_TO`, one incident once."""
    found: set[str] = set()
    for subscription in _subscriptions(actor):
        if len(found) <= COUNTED_TO:
            found |= set(_fresh(actor, subscription).values_list("pk", flat=True)[: COUNTED_TO + 1])
    return min(len(found), COUNTED_TO + 1)


def notices(actor: policy.Actor) -> list[Notice]:
    """What changed in the last days, newest first, each incident once."""
    since = _id_at(datetime.now(UTC) - timedelta(days=SHOWN_DAYS))
    found: dict[str, Notice] = {}
    for subscription in _subscriptions(actor):
        rows = _answering(actor, subscription.filter, max(since, _id_at(subscription.made_at)))
        for row in rows.select_related("incident", "revision").order_by("-revision_id")[:SHOWN]:
            is_new = row.revision_id > subscription.seen and row.revision_id not in subscription.told
            found.setdefault(row.pk, Notice(row, subscription.filter, is_new))
    return sorted(found.values(), key=lambda notice: notice.row.revision_id, reverse=True)[:SHOWN]


@action(Permission.INCIDENT_READ, about=_own)
def mark_read(*, by: Account) -> None:
    """All that is shown now has been looked at."""
    settled = _id_at(datetime.now(UTC) - UNSETTLED)
    for subscription in _subscriptions(by):
        told = _answering(by, subscription.filter, settled).values_list("revision_id", flat=True)
        subscription.told = list(told)
        subscription.seen = max(settled, subscription.seen)
        subscription.save(update_fields=["told", "seen"])
    record("desk:notice:read", f"account:{by.pk}")


def _subscriptions(actor: policy.Actor) -> Iterable[Subscription]:
    """Those to filters that the account still sees."""
    if not isinstance(actor, Account):
        return ()
    mine = Subscription.objects.filter(account=actor.pk, filter__in=visible_to(actor))
    return list(mine.select_related("filter").order_by("made_at"))


def _fresh(actor: policy.Actor, subscription: Subscription) -> QuerySet[Current]:
    rows = _answering(actor, subscription.filter, subscription.seen)
    return rows.exclude(revision_id__in=subscription.told)


def _answering(actor: policy.Actor, kept: SavedFilter, since: str) -> QuerySet[Current]:
    """Of the newest changes, what the account may see and the filter asks for."""
    newest = Current.objects.filter(revision_id__gt=since).order_by("-revision_id").values("pk")[:LOOKED_AT]
    asked = question(kept)
    if isinstance(asked, Filters):
        return queries.asked(Current.objects.filter(pk__in=newest), actor, asked)
    rows = queue.waiting(actor, asked).filter(pk__in=newest)
    return rows.filter(review=asked.state) if asked.state else rows


def _id_at(moment: datetime) -> str:
    """The smallest id of a moment."""
    return ulid(int(moment.timestamp() * 1000), bytes(10))
