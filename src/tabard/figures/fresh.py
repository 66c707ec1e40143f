"""A snapshot that still holds: the newest one that nothing was recorded behind, else a new freeze."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django.db.models import Max

from tabard.access.models import Account
from tabard.figures.actions import freeze
from tabard.figures.freeze import moment
from tabard.figures.models import Snapshot
from tabard.incidents.models import Revision


def fresh(*, by: Account, known_on: date | None = None, recorded_by: date | None = None) -> Snapshot:
    """The snapshot to count over. Freezes where there is none, or where the register has grown since."""
    if recorded_by is not None:
        return _as_recorded(by, known_on, recorded_by)
    newest = Revision.objects.aggregate(at=Max("recorded_at"))["at"]
    found = Snapshot.objects.order_by("-recorded_by")
    if known_on is not None:
        found = found.filter(known_on=moment(known_on))
    if newest is not None:
        found = found.filter(recorded_by__gte=newest)
        found = found if known_on else found.filter(known_on__gte=newest)
    kept = found.first()
    return kept or freeze(by=by, known_on=known_on or datetime.now(UTC))


def _as_recorded(by: Account, known_on: date | None, recorded_by: date) -> Snapshot:
    known = moment(known_on) if known_on else moment(recorded_by)
    kept = Snapshot.objects.filter(known_on=known, recorded_by=moment(recorded_by)).first()
    return kept or freeze(by=by, known_on=known, recorded_by=recorded_by)
