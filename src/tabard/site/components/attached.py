"""The panel of an incident's attached files."""

from __future__ import annotations

from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.access.policy import may
from tabard.incidents import kin
from tabard.incidents.actions import keys_of
from tabard.incidents.attaching import listed
from tabard.incidents.models import Incident
from tabard.site.components.panel import Panel


def panel(incident: Incident, by: Account) -> Panel | None:
    """What is attached; nothing for whoever finds nothing here and may add nothing."""
    files, keys = listed(incident, by=by), keys_of(incident)
    may_add = may(by, Permission.ATTACHMENT_ADD, keys)
    if not files and not may_add:
        return None
    shown = {
        "incident": incident,
        "files": files,
        "may_add": may_add,
        "may_remove": may(by, Permission.ATTACHMENT_REMOVE, keys),
        "waits": kin.holds(incident),
        "withheld": sum(not file.may_read for file in files),
    }
    return Panel("components/attached.html", shown)
