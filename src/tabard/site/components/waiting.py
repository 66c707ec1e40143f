"""What waits for the desk, as lines of its queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from tabard.access.policy import Actor
from tabard.incidents.likely import AT_A_GLANCE, alike, linked
from tabard.incidents.models import Current
from tabard.incidents.queries import seen_by
from tabard.rules.missing import missing
from tabard.site.components.lines import Line, lines


@dataclass(frozen=True)
class Waiting:
    """One line: since when it waits, what nobody has stated, and how many records are alike."""

    line: Line
    since: datetime
    number: int
    missing: tuple[str, ...]
    likely: int


def waiting_lines(rows: Sequence[Current], actor: Actor) -> list[Waiting]:
    """The rows need `incident` and `revision` selected with them."""
    pairs, seen = linked([row.pk for row in rows]), seen_by(actor)
    return [_waiting(row, line, seen, pairs) for row, line in zip(rows, lines(rows), strict=True)]


def _waiting(row: Current, line: Line, seen: Q, pairs: set[frozenset[str]]) -> Waiting:
    found = [
        each for each in alike(seen, row, AT_A_GLANCE) if frozenset((row.pk, each.incident)) not in pairs
    ]
    since = datetime.fromisoformat(row.waiting_since or row.known_at)
    return Waiting(line, since, row.number, missing(line.told), len(found))
