"""What goes up between rooms, on one page: effects listened to after a commit, questions answered by named ports.

Announced today: `incident_reported(incident)`, `incident_revised(incident)`, `incident_reviewed(incident)`,
`batch_opened(batch)`. Whoever listens is named here and nowhere else."""

from __future__ import annotations

from collections.abc import Callable

from tabard.access import door, passwords
from tabard.access.models import Account
from tabard.incidents.tasks import files_came
from tabard.people.queries import names_around
from tabard.places.countries import countries

EFFECTS: tuple[tuple[str, Callable[..., None]], ...] = (("batch_opened", files_came),)


def countries_named(_: Account) -> list[str]:
    """Every country in every language, and its code."""
    return [text for iso3, found in countries().items() for text in (iso3, *found.names.values())]


def connect() -> None:
    """Called once, when all rooms are ready."""
    passwords.ask_too(names_around)
    passwords.ask_too(countries_named)
    for event, listener in EFFECTS:
        door.listen(event, listener)
