"""Entering many incidents in one act: the example, and a register that moves in from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tabard.access.door import action, record
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.incidents import standing
from tabard.incidents.checks import check
from tabard.incidents.models import Incident
from tabard.incidents.references import allocate, prefix
from tabard.incidents.writer import Entry, Sheaf, Stamp
from tabard.rules.refusals import Refused

MOVED_IN = "moved-in"  # whose keys: those of the register that it came from


@dataclass(frozen=True)
class Coming:
    """One incident to enter: its ULID, what is known, and since when."""

    id: str
    entry: Entry
    known_at: datetime
    owner: str = ""
    sensitivity: str = "internal"
    source_key: str | None = None
    reviewed: bool = True  # where it comes from; else it joins the desk's queue


def _about(*, collection: str, **_: Any) -> tuple[str, ...]:
    return (f"collection:{collection}",)


@action(Permission.INCIDENT_REPORT, about=_about)
def report_many(*, by: Account, collection: str, coming: Sequence[Coming]) -> int:
    """Enter them all, or none. Those whose id is there already are left as they are; the number entered."""
    there = set(Incident.objects.filter(pk__in=[one.id for one in coming]).values_list("pk", flat=True))
    fresh = [one for one in coming if one.id not in there]
    now = datetime.now(UTC)
    if any(one.known_at > now for one in fresh):
        raise Refused("future_date", field="known_at")
    references = allocate(_prefix(one) for one in fresh)
    sheaf, made = Sheaf(), []
    for one, reference in zip(fresh, references, strict=True):
        check(one.entry.facts)
        stamp = Stamp(1, one.known_at, now, by.pk, "new")
        new = sheaf.begin(_incident(one, collection, reference, now), stamp, one.entry)
        made.append((new, one.entry.facts))
    sheaf.write()
    standing.begin(made)
    record("incidents:incident:report-many", f"collection:{collection}", incidents=len(fresh))
    return len(fresh)


def _prefix(one: Coming) -> str:
    return prefix(one.entry.facts.country, (one.entry.facts.first_day or one.known_at).year)


def _incident(one: Coming, collection: str, reference: str, now: datetime) -> Incident:
    return Incident(
        id=one.id,
        reference=reference,
        collection_id=collection,
        owner=one.owner,
        sensitivity=one.sensitivity,
        source=MOVED_IN if one.reviewed else "",
        source_key=one.source_key,
        made_at=now,
    )
