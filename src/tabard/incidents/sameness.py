"""A reporter says that their new report speaks of an event that is there already: a link, which changes no count."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tabard.access.door import action, record
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.incidents.actions import keys_of
from tabard.incidents.models import Incident, Link, Revision
from tabard.incidents.queries import visible_to
from tabard.rules.refusals import Forbidden


def _mine(*, incident: Incident, **_: Any) -> tuple[str, ...]:
    return keys_of(incident)


@action(Permission.INCIDENT_REPORT, about=_mine)
def say_same(*, by: Account, incident: Incident, another: Incident) -> Link | None:
    """Only of a report of one's own, and of an incident that one sees. Said twice, it is one link."""
    own = Revision.objects.filter(incident=incident, number=1, by=by.pk).exists()
    if not own or incident.pk == another.pk or not visible_to(by).filter(pk=another.pk).exists():
        raise Forbidden
    pair = {"first": incident, "second": another, "kind": "same_event"}
    if Link.objects.filter(**pair, voids=None, voided_by=None).exists():
        return None
    made = Link.objects.create(**pair, by=by.pk, decided_at=datetime.now(UTC))
    record("incidents:incident:link", f"incident:{incident.pk}", other=another.pk, kind="same_event")
    return made
