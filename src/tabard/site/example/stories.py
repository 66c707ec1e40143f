"""What a story is: one incident told by hand with its words, its sources and what became of it later."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from tabard.incidents.writer import Entry
from tabard.rules.facts import Harm, Incident, Outcome, Position, SourceClaim, Texts
from tabard.rules.ids import encode
from tabard.rules.schemes import project
from tabard.site.example.chance import entropy
from tabard.vocab.schemes import scheme

YES = Outcome(True)


@dataclass(frozen=True)
class Step:
    """What was done to the record later. `act`: revise, withdraw, count_as, void."""

    act: str
    known: datetime | None = None
    entry: Entry | None = None
    reason: str = "correction"
    another: str = ""  # the name of the story that it counts as
    number: int = 0  # the revision that is cancelled


@dataclass(frozen=True)
class Story:
    """One hand-written incident. `counts`: whether it still stands after all its steps."""

    name: str
    entry: Entry
    known: datetime
    steps: tuple[Step, ...] = ()
    sensitivity: str = "internal"
    owner: str = "unsms"

    @property
    def final(self) -> Incident | None:
        """The facts that hold after all steps; None when it has left the counts."""
        held, before = self.entry.facts, self.entry.facts
        for step in self.steps:
            if step.act == "revise" and step.entry is not None:
                before, held = held, step.entry.facts
            elif step.act == "void" and step.number > 1:
                held = before
            else:
                return None
        return held


def told(
    name: str, facts: Incident, text: str, known: datetime, *, language: str = "en", **more: object
) -> Story:
    """A story with its text marked as invented."""
    place, sources = more.pop("place", None), more.pop("sources", ())
    entry = Entry(facts, place, Texts(text, language=language), sources)  # type: ignore[arg-type]
    return Story(name, entry, known, **more)  # type: ignore[arg-type]


def on(year: int, month: int, day: int, hour: int = 9) -> datetime:
    """A moment on the first clock."""
    return datetime(year, month, day, hour, tzinfo=UTC)
