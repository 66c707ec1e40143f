"""What every page's frame needs: the rooms this account may enter, the languages, whether an example is here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from tabard.access.permissions import Permission
from tabard.access.policy import may_somewhere
from tabard.desk.notices import unread
from tabard.incidents.models import Collection


@dataclass(frozen=True)
class Room:
    """One entry of the menu."""

    name: str  # of its address, and the start of the names of the pages inside it
    label: Any
    permission: Permission


ROOMS = (
    Room("situation", _("Situation"), Permission.INCIDENT_READ),
    Room("incidents", _("Incidents"), Permission.INCIDENT_READ),
    Room("review", _("Review"), Permission.INCIDENT_REVIEW),
    Room("needs", _("Help and actions"), Permission.NEED_KEEP),
    Room("imports", _("Imports"), Permission.BATCH_IMPORT),
    Room("figures", _("Figures"), Permission.TABLE_READ),
    Room("audit", _("Audit"), Permission.AUDIT_READ),
    Room("admin", _("Administration"), Permission.ACCOUNT_CREATE),
)


def frame(request: HttpRequest) -> dict[str, Any]:
    """The context processor."""
    user = getattr(request, "user", None)
    match = request.resolver_match
    return {
        "rooms": [room for room in ROOMS if user is not None and may_somewhere(user, room.permission)],
        "room": _room(match.url_name or "") if match else "",
        "languages": [(code, name, _switch(request, code)) for code, name in settings.LANGUAGES],
        "tells": user is not None and may_somewhere(user, Permission.INCIDENT_READ),
        "unread": SimpleLazyObject(lambda: unread(user) if user is not None else 0),
        "example_here": SimpleLazyObject(lambda: Collection.objects.filter(is_example=True).exists()),
    }


def _switch(request: HttpRequest, code: str) -> str:
    """The same page in another language."""
    query = request.GET.copy()
    query["lang"] = code
    return "?" + query.urlencode()


def _room(page: str) -> str:
    """The room a page lies in: `incidents-find` and `incident` both lie in `incidents`."""
    first = page.split("-")[0]
    return "incidents" if first == "incident" else first
