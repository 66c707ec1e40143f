"""What the desk still owes an incident, from its decisions that stand. Pure: rebuilt to the same at any time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

SETTLING = {"verified": "verified", "coded": "coded"}  # kind of decision -> state
PAUSING = {"held": "held", "asked_back": "asked"}
WAITING = ("new", "changed", "coded", "asked", "held")  # states in which somebody has something to do
VERIFIED = "verified"
NOTHING_OWED = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision that stands, with the revision it holds good for."""

    kind: str  # review_kind
    number: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Owed:
    """A state (list `review_state`), and since when."""

    state: str
    since: datetime | None = None


def owed(decisions: Iterable[Decision], *, reported: datetime, held: int, changed: datetime) -> Owed:
    """What is owed to an incident reported by a person, whose revision `held` holds and was recorded at `changed`.

    A decision about an older revision no longer says enough; a pause lasts until it is released, a question
    until somebody answers or revises."""
    settled, paused = _last(decisions)
    if paused and paused.kind == "held":
        return Owed("held", paused.at)
    if paused and paused.kind == "answered":
        return Owed("changed", paused.at)
    if paused and paused.number == held:
        return Owed("asked", paused.at)
    if settled and settled.number == held:
        return Owed(SETTLING[settled.kind], settled.at)
    return Owed("changed", changed) if settled or paused else Owed("new", reported)


def _last(decisions: Iterable[Decision]) -> tuple[Decision | None, Decision | None]:
    """The last decision that settles, and the pause after it that nobody released."""
    settled = paused = None
    for decision in decisions:
        if decision.kind in SETTLING:
            settled, paused = decision, None
        elif decision.kind in PAUSING or decision.kind == "answered":
            paused = decision
        elif decision.kind == "released":
            paused = None
    return settled, paused
