"""Panels that rooms add to the page of one incident. A room writes `panel(incident, by) -> Panel | None` and
is named in `PANELS`, in the order of the page; None leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tabard.access.models import Account
from tabard.incidents.models import Incident
from tabard.site.components import attached, informed, original, owed, phoned
from tabard.site.components.panel import Panel

PANELS: Sequence[Callable[[Incident, Account], Panel | None]] = (
    informed.panel,
    owed.panel,
    phoned.panel,
    attached.panel,
    original.panel,
)


def panels(incident: Incident, by: Account) -> list[Panel]:
    """What the rooms have to say on an incident that the account was found to see."""
    return [panel for make in PANELS if (panel := make(incident, by)) is not None]
