"""What the desk owes an incident, told from its decisions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tabard.rules.reviewing import Decision, Owed, owed

START = datetime(2026, 1, 1, tzinfo=UTC)
CHANGED = START + timedelta(days=30)


def after(days: int) -> datetime:
    return START + timedelta(days=days)


def told(held: int, *decisions: tuple[str, int]) -> Owed:
    """Decisions one day after the other, as (kind, revision)."""
    made = [Decision(kind, number, after(day)) for day, (kind, number) in enumerate(decisions, 1)]
    return owed(made, reported=START, held=held, changed=CHANGED)


@pytest.mark.parametrize(
    ("held", "decisions", "expected"),
    [
        (1, [], Owed("new", START)),
        (4, [], Owed("new", START)),
        (1, [("linked", 1)], Owed("new", START)),
        (1, [("verified", 1)], Owed("verified", after(1))),
        (2, [("verified", 1)], Owed("changed", CHANGED)),
        (1, [("coded", 1)], Owed("coded", after(1))),
        (1, [("coded", 1), ("verified", 1)], Owed("verified", after(2))),
        (1, [("held", 1)], Owed("held", after(1))),
        (2, [("held", 1)], Owed("held", after(1))),
        (1, [("held", 1), ("released", 1)], Owed("new", START)),
        (1, [("verified", 1), ("held", 1)], Owed("held", after(2))),
        (1, [("verified", 1), ("held", 1), ("released", 1)], Owed("verified", after(1))),
        (1, [("asked_back", 1)], Owed("asked", after(1))),
        (2, [("asked_back", 1)], Owed("changed", CHANGED)),
        (1, [("asked_back", 1), ("answered", 1)], Owed("changed", after(2))),
        (1, [("asked_back", 1), ("answered", 1), ("verified", 1)], Owed("verified", after(3))),
        (1, [("asked_back", 1), ("verified", 1)], Owed("verified", after(2))),
    ],
)
def test_owed(held: int, decisions: list[tuple[str, int]], expected: Owed) -> None:
    assert told(held, *decisions) == expected
