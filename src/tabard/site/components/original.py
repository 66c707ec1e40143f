"""The panel that leads to what was sent, where the desk put a report right before it became the incident."""

from __future__ import annotations

from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.access.policy import may, may_somewhere
from tabard.incidents import held
from tabard.incidents.models import Incident
from tabard.site.components.panel import Panel


def panel(incident: Incident, by: Account) -> Panel | None:
    """Only for whoever may review such reports and read what was sent; that page records the reading."""
    if not may_somewhere(by, Permission.INCIDENT_REVIEW):
        return None
    sent = held.behind(incident)
    reads = sent and all(
        may(by, each, held.keys_of(sent)) for each in (Permission.INCIDENT_REVIEW, Permission.ORIGINAL_READ)
    )
    return Panel("components/original.html", {"sent": sent}) if reads else None
