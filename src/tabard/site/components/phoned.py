"""The panel of who told it on the phone: only for whoever may read an incident's words."""

from __future__ import annotations

from tabard.access.models import Account
from tabard.desk.callers import callers
from tabard.incidents.models import Incident
from tabard.site.components.panel import Panel


def panel(incident: Incident, by: Account) -> Panel | None:
    """Nothing where nobody told it on the phone, or the reader may not know who did."""
    found = callers(incident, by=by)
    return Panel("components/phoned.html", {"callers": found}) if found else None
