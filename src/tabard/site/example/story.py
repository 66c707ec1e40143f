"""What a story is: one incident told by hand with its words, its sources and what became of it later."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from tabard.incidents.writer import Entry
from tabard.rules.facts import Harm, Incident, Outcome, SourceClaim, Texts
from tabard.rules.ids import encode
from tabard.site.example.chance import entropy
from tabard.site.example.told import place, sentences, source

ORG_TYPES = {"unsms": "un_afp", "unrwa_area": "unrwa", "ngo": "ingo", "uniformed": "un_secretariat"}


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


def said(facts: Incident, name: str, text: str, language: str = "en", *sources: SourceClaim) -> Entry:
    """What one revision of a story says, with its words marked as invented."""
    words = Texts(f"{text} {sentences()[language]['mark']}", language=language)
    return Entry(facts, place(name, facts.country), words, sources or (source(name, facts),))


def on(year: int, month: int, day: int, hour: int = 9) -> datetime:
    """A moment on the first clock."""
    return datetime(year, month, day, hour, tzinfo=UTC)


def happened(year: int, month: int, day: int, country: str, **more: object) -> Incident:
    """An incident on one day."""
    when = date(year, month, day)
    facts = Incident(
        first_day=when, last_day=when, date_precision="exact", country=country, certainty="confirmed"
    )
    return replace(facts, **more)  # type: ignore[arg-type]


def harm(n: int | None, *outcomes: str, scope: str = "unsms", **more: object) -> Harm:
    """So many people of a scope to whom the same was done."""
    basis = "unknown" if n is None else "stated"
    org_type = ORG_TYPES.get(scope)
    kind = Harm(n, basis, {code: Outcome(True) for code in outcomes}, scope=scope, org_type=org_type)
    return replace(kind, **more)  # type: ignore[arg-type]


def person(name: str) -> str:
    """The random key of one person, the same wherever that person is met."""
    return encode(int.from_bytes(entropy(f"person {name}")[:16], "big"))
