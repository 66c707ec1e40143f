"""What waits for the desk, as lines of its queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tabard.access.policy import Actor
from tabard.incidents.likely import AT_A_GLANCE, Neighbours, linked
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
    pairs, near = linked([row.pk for row in rows]), Neighbours(seen_by(actor), AT_A_GLANCE)
    return [_waiting(row, line, near, pairs) for row, line in zip(rows, lines(rows), strict=True)]


def _waiting(row: Current, line: Line, near: Neighbours, pairs: set[frozenset[str]]) -> Waiting:
    found = [each for each in near.alike(row) if frozenset((row.pk, each.incident)) not in pairs]
    since = datetime.fromisoformat(row.waiting_since or row.known_at)
    return Waiting(line, since, row.number, missing(line.told), len(found))
