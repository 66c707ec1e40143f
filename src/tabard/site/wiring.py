"""What goes up between rooms, on one page: effects listened to after a commit, questions answered by named ports.

Announced today: `incident_reported(incident)`, `incident_revised(incident)`, `incident_reviewed(incident)`,
`batch_opened(batch)`. Whoever listens is named here and nowhere else."""

from __future__ import annotations

from collections.abc import Callable

from tabard.access import door
from tabard.incidents.tasks import files_came

EFFECTS: tuple[tuple[str, Callable[..., None]], ...] = (("batch_opened", files_came),)


def connect() -> None:
    """Called once, when all rooms are ready."""
    for event, listener in EFFECTS:
        door.listen(event, listener)
