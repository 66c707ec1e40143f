"""The register as it was known on one instant and recorded by another.

Per incident: the revision latest by (known_at, number) with known_at <= D and recorded_at <= T that no
void recorded by T cancels. The freeze says the same in SQL of its own; a test holds both against a recount."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from tabard.incidents.models import Revision
from tabard.rules.dates import end_of_day


def instant(when: date | datetime) -> datetime:
    """A bare date means the end of that day, UTC."""
    return when if isinstance(when, datetime) else end_of_day(when)


def standing(known_on: datetime, recorded_by: datetime | None = None) -> QuerySet[Revision]:
    """All revisions that stood then: known and recorded in time, and not cancelled by a void recorded in time."""
    by_then = Q() if recorded_by is None else Q(recorded_at__lte=recorded_by)
    voids = Revision.objects.filter(by_then, voids=OuterRef("pk"))
    return Revision.objects.filter(by_then, ~Exists(voids), known_at__lte=known_on).exclude(reason="void")


def latest(
    incidents: Sequence[str], known_on: datetime, recorded_by: datetime | None = None
) -> dict[str, Revision]:
    """The revision that held for each of these incidents; absent where none did."""
    rows = standing(known_on, recorded_by).filter(incident_id__in=incidents)
    return {row.incident_id: row for row in rows.order_by("incident_id", "known_at", "number")}
