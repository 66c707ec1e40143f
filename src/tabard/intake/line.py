"""The line of reports: how far it has got, what waits, and what became of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connections, router
from django.db.models import Max

from tabard.access import policy
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.intake.models import Original, Taken, Turn
from tabard.intake.receiving import LINE
from tabard.rules.refusals import Refused


def last_turn() -> int:
    """The last turn in line behind which none can still appear.

    PostgreSQL gives turns out before they are committed. Whoever adds to the line holds a lock shared until the
    commit; alone with it for a moment, every turn given out is committed or gone, and later ones are higher."""
    connection = connections[router.db_for_read(Turn)]
    if connection.vendor != "postgresql":
        return Turn.objects.aggregate(last=Max("pk"))["last"] or 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LINE])
        try:
            return Turn.objects.aggregate(last=Max("pk"))["last"] or 0
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LINE])


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many reports wait to be coded, and since when the oldest of them does."""

    count: int
    oldest: datetime | None

    def age(self, now: datetime) -> float:
        """Seconds."""
        return (now - self.oldest).total_seconds() if self.oldest else 0.0


def backlog() -> Backlog:
    """What waits to be coded. Never slow: turns are numbered without a gap but for what was refused."""
    done = Taken.objects.aggregate(last=Max("turn"))["last"] or 0
    line = Turn.objects.filter(pk__gt=done)
    first = line.order_by("pk").values_list("original", flat=True).first()
    since = Original.objects.filter(pk=first).values_list("received_at", flat=True).first() if first else None
    return Backlog(line.count() if first else 0, since)


def held() -> int:
    """How many reports wait for a person."""
    return Taken.objects.filter(state="held").count()


@dataclass(frozen=True, slots=True)
class Kept:
    """A report as its sender may follow it: received, then accepted, held or rejected."""

    id: str
    received_at: datetime
    state: str
    notes: tuple[Mapping[str, str | int], ...] = ()
    incident: str = ""  # its id; whoever shows it asks whether it is visible
    at: datetime | None = None


def receipt(by: Account, id: str) -> Kept:
    """What has become of a report; only for whoever sent it, or may report into its scope.

    Absent and hidden are the same."""
    original = Original.objects.filter(pk=id, kind="report").first()
    if original is None or not _follows(by, original):
        raise Refused("not_found")
    taken = Taken.objects.filter(original=id).first()
    if taken is None:
        return Kept(original.pk, original.received_at, "received")
    return Kept(original.pk, original.received_at, taken.state, tuple(taken.notes), taken.incident, taken.at)


def _follows(by: Account, original: Original) -> bool:
    keys = [f"collection:{original.collection}", *([f"org:{original.owner}"] if original.owner else [])]
    mine = original.by == by.pk and policy.may_somewhere(by, Permission.INCIDENT_REPORT)
    return mine or policy.may(by, Permission.INCIDENT_REVISE, keys)
