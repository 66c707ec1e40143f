"""The verbs of this room: freeze the register."""

from __future__ import annotations

from datetime import UTC, date, datetime

from tabard.access import door, policy
from tabard.access.door import action
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.figures import freeze as freezer
from tabard.figures.freeze import Frozen, moment
from tabard.figures.models import Snapshot
from tabard.rules.dates import end_of_day
from tabard.rules.ids import ulid
from tabard.rules.refusals import Refused


def freeze(*, by: Account, known_on: date | datetime, recorded_by: date | datetime | None = None) -> Snapshot:
    """Freeze what was known on `known_on` as recorded by `recorded_by` (now).

    The files are written before the act opens: on SQLite an open act keeps every other writer waiting."""
    policy.require(by, Permission.SNAPSHOT_FREEZE)
    known = moment(known_on)
    if known > end_of_day(datetime.now(UTC).date()):
        raise Refused("future_date", field="known_on")
    recorded = min(moment(recorded_by or datetime.now(UTC)), datetime.now(UTC))
    frozen = freezer.build(ulid(), known, recorded)
    return keep(by=by, frozen=frozen, known_on=known, recorded_by=recorded)


@action(Permission.SNAPSHOT_FREEZE)
def keep(*, by: Account, frozen: Frozen, known_on: datetime, recorded_by: datetime) -> Snapshot:
    """Enter a written snapshot in the register, with the digest of its manifest."""
    snapshot = Snapshot.objects.create(
        id=frozen.id,
        known_on=known_on,
        recorded_by=recorded_by,
        made_at=datetime.now(UTC),
        by=by.pk,
        manifest_sha256=frozen.manifest_sha256,
        incidents=frozen.incidents,
        harm_rows=frozen.harm_rows,
    )
    door.record("figures:snapshot:freeze", f"snapshot:{snapshot.id}", manifest=frozen.manifest_sha256)
    return snapshot
