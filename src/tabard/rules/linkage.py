"""How alike two records of an incident are, so that a person can decide whether they speak of one event.

Nothing here merges or counts anything. What only one of the two states neither speaks for nor against; another
country, or days too far apart, end the question."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from rapidfuzz import fuzz

from tabard.rules.facts import Incident

MOST_DAYS_APART = 3
LIKELY = 0.6  # from here on, somebody should look
WEIGHTS = {
    "day": 3.0,
    "place": 3.0,
    "outcomes": 2.5,
    "cause": 1.5,
    "means": 1.0,
    "setting": 0.5,
    "persons": 1.5,
}
# The day alone is weak evidence: this much more must be compared before a likeness can be whole.
ENOUGH = 5.5


@dataclass(frozen=True, slots=True)
class Event:
    """What is compared. `places` are names in words: village, district, province."""

    first_day: date | None = None
    last_day: date | None = None
    country: str | None = None
    cause: str | None = None
    means: str | None = None
    setting: str | None = None
    outcomes: frozenset[str] = frozenset()
    persons: int | None = None
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike, from 0 to 1, and which facts speak for it, the strongest first."""

    score: float
    because: tuple[str, ...] = ()

    @property
    def likely(self) -> bool:
        return self.score >= LIKELY


def event_of(told: Incident, places: tuple[str, ...] = ()) -> Event:
    """What of an incident is compared."""
    counts = [harm.n for harm in told.harm]
    known = [n for n in counts if n is not None]
    return Event(
        told.first_day,
        told.last_day,
        told.country,
        told.cause,
        told.means,
        told.setting,
        frozenset(code for harm in told.harm for code, said in harm.outcomes.items() if said.holds),
        sum(known) if known and len(known) == len(counts) else None,
        tuple(name for name in places if name.strip()),
    )


def likeness(one: Event, other: Event) -> Likeness:
    """The weighted share of what both state that agrees. The same whichever comes first."""
    apart = days_apart(one, other)
    if apart is None or apart > MOST_DAYS_APART or not _one_country(one, other):
        return Likeness(0.0)
    found = {"day": 1 - apart / (MOST_DAYS_APART + 1), **dict(_compared(one, other))}
    total = sum(WEIGHTS[name] * share for name, share in found.items())
    score = total / max(sum(WEIGHTS[name] for name in found), ENOUGH)
    speaking = sorted((name for name, share in found.items() if share >= 0.5), key=lambda n: -WEIGHTS[n])
    return Likeness(round(score, 4), tuple(speaking))


def days_apart(one: Event, other: Event) -> int | None:
    """The days between the two spans, 0 where they touch; None where a day is not known."""
    if one.first_day is None or one.last_day is None or other.first_day is None or other.last_day is None:
        return None
    return max(0, (one.first_day - other.last_day).days, (other.first_day - one.last_day).days)


def _one_country(one: Event, other: Event) -> bool:
    return one.country is not None and one.country == other.country


def _compared(one: Event, other: Event) -> Iterator[tuple[str, float]]:
    """What both state, with how well it agrees, from 0 to 1."""
    for name in ("cause", "means", "setting"):
        mine, theirs = getattr(one, name), getattr(other, name)
        if mine and theirs:
            yield name, float(mine == theirs)
    if one.outcomes and other.outcomes:
        yield "outcomes", len(one.outcomes & other.outcomes) / len(one.outcomes | other.outcomes)
    if one.persons and other.persons:
        yield "persons", min(one.persons, other.persons) / max(one.persons, other.persons)
    if one.places and other.places:
        yield "place", max(same_place(a, b) for a in one.places for b in other.places)


def same_place(one: str, other: str) -> float:
    """How alike two names of a place are: spelling, accents, case and the order of words hardly matter."""
    a, b = sorted((folded(one), folded(other)))
    ratio = fuzz.token_sort_ratio(a, b) / 100
    return ratio if a and ratio >= 0.75 else 0.0


def folded(text: str) -> str:
    """Letters and digits in words, without case and accents."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return " ".join("".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c)).split())
