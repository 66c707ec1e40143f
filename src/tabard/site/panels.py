"""Panels that rooms add to the page of one incident. A room writes `panel(incident, by) -> Panel | None` and
is named in `PANELS`, in the order of the page; None leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tabard.access.models import Account
from tabard.incidents.models import Incident


@dataclass(frozen=True)
class Panel:
    """A template that makes one `<section class="sheet">`, with what it needs; `aside` stands in the narrow column."""

    template: str
    shown: Mapping[str, Any] = field(default_factory=dict)
    aside: bool = True


PANELS: Sequence[Callable[[Incident, Account], Panel | None]] = ()


def panels(incident: Incident, by: Account) -> list[Panel]:
    """What the rooms have to say on an incident that the account was found to see."""
    return [panel for make in PANELS if (panel := make(incident, by)) is not None]
