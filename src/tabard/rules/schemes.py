"""Projects facts into a scheme's categories: what one group of persons counts as, and why.

A scheme is data (`vocab/data/schemes/<code>.toml`); nothing here names one. Facts never become
categories in storage, so the same person may be "killed" in one scheme and "kidnapped" in another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from tabard.rules.facts import OUTCOMES, Harm, Incident

NOT_STATED = "not_stated"  # what a condition names to accept that nothing is said
# The three-valued facts of a harm that a condition may name, beside each outcome.
FLAGS = ("care", "serious", "held_24h", "on_duty", "family_member")
CODES = ("scope", "org_type", "recruitment", "gender", "function", "contract", "fate")
FACTS = frozenset({*OUTCOMES, *FLAGS, *CODES, "cause", "branch", "captor", "any_outcome"})

# Every fact named must have one of the values listed for it.
Condition = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A category, or a reason to leave out: it holds when any one of its conditions does."""

    code: str
    when: tuple[Condition, ...]
    unit: str = "persons"
    outcomes: tuple[str, ...] = ()  # which facts it shows; the first with a day of its own dates it


@dataclass(frozen=True, slots=True)
class Scheme:
    """A versioned way of counting. `single`: a person falls in the first category that holds."""

    code: str
    version: str
    label: str
    provenance: str
    valid_from: date | None = None
    day_from: str = "incident"  # which date picks the year: the incident's, or the outcome's own
    single: bool = False
    counts_rowless: bool = False  # persons with an outcome count even where no category names it
    categories: tuple[Rule, ...] = ()
    outside: tuple[Rule, ...] = ()  # asked first: these persons are none of the scheme's business
    reasons: tuple[Rule, ...] = ()  # asked last: why no category holds
    carries: frozenset[str] = frozenset()  # facts that a record of this scheme has a place for
    branches: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    captors: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Projection:
    """`days` goes with `categories`, one each; `date_day` is the day that picks the year.

    Where a date is only a span, its first day stands for it; the span stays with the incident."""

    counted: bool
    categories: tuple[str, ...]
    because: str  # scheme_reason
    date_day: date | None
    days: tuple[date | None, ...] = ()


def project(scheme: Scheme, incident: Incident, harm: Harm) -> Projection:
    """What these persons count as. Says nothing on how many they are: `harm.n` stays what it is."""
    known = view(scheme, incident, harm)
    if reason := _first(scheme.outside, known):
        return Projection(False, (), reason, incident.first_day)
    rules = tuple(rule for rule in scheme.categories if _holds(rule, known))
    if scheme.single:
        rules = rules[:1]
    if not rules:
        return _without_category(scheme, incident, known)
    days = tuple(_day(scheme, incident, harm, rule) for rule in rules)
    return Projection(True, tuple(rule.code for rule in rules), "counted", _earliest(days), days)


def lost(scheme: Scheme, incident: Incident, harm: Harm) -> tuple[str, ...]:
    """The stated facts (list `fact`) that a record of this scheme has no place for."""
    stated = {*_stated(incident), *_stated(harm)} - {"harm", "outcomes", "days_off"}
    projection = project(scheme, incident, harm)
    held = {name for name, outcome in harm.outcomes.items() if outcome.holds}
    extra = {"other_outcome"} if held - _shown(scheme, projection) else set()
    if scheme.day_from == "incident" and any(outcome.on for outcome in harm.outcomes.values()):
        extra.add("outcome_day")
    return tuple(sorted((stated - scheme.carries) | extra))


def view(scheme: Scheme, incident: Incident, harm: Harm) -> Mapping[str, str]:
    """The facts as conditions see them: text throughout, with `not_stated` for what nobody said."""
    known = {name: _yes(_outcome(harm, name)) for name in OUTCOMES}
    known |= {name: _yes(getattr(harm, name)) for name in FLAGS}
    known |= {name: getattr(harm, name) or NOT_STATED for name in CODES}
    if known["died_in_captivity"] == "yes":
        known["died"] = "yes"
    cause = harm.cause or incident.cause
    known["cause"] = cause or NOT_STATED
    known["branch"] = scheme.branches.get(cause or "", NOT_STATED)
    known["captor"] = _captor(scheme, incident, harm, known)
    known["any_outcome"] = "yes" if any(known[name] == "yes" for name in OUTCOMES) else "no"
    return known


def _captor(scheme: Scheme, incident: Incident, harm: Harm, known: Mapping[str, str]) -> str:
    """Who holds them: as stated; else the word chosen (abducted, detained); else the actor."""
    if harm.captor:
        return harm.captor
    if known["abducted"] == known["detained"] == "yes":
        return NOT_STATED
    if known["abducted"] == "yes":
        return "non_state"
    if known["detained"] == "yes":
        return "state"
    return scheme.captors.get(incident.actor or "", NOT_STATED)


def _without_category(scheme: Scheme, incident: Incident, known: Mapping[str, str]) -> Projection:
    reason = _first(scheme.reasons, known) or "outcome_outside"
    counted = scheme.counts_rowless and known["any_outcome"] == "yes"
    return Projection(counted, (), reason, incident.first_day)


def _first(rules: tuple[Rule, ...], known: Mapping[str, str]) -> str | None:
    return next((rule.code for rule in rules if _holds(rule, known)), None)


def _holds(rule: Rule, known: Mapping[str, str]) -> bool:
    for each in rule.when:  # plain loops: asked some dozens of times for every person of every table
        for name, values in each.items():
            if known[name] not in values:
                break
        else:
            return True
    return False


def _day(scheme: Scheme, incident: Incident, harm: Harm, rule: Rule) -> date | None:
    if scheme.day_from == "outcome":
        for name in rule.outcomes:
            outcome = harm.outcomes.get(name)
            if outcome is not None and outcome.holds and outcome.on:
                return outcome.on
    return incident.first_day


def _earliest(days: tuple[date | None, ...]) -> date | None:
    return min((day for day in days if day), default=None)


def _shown(scheme: Scheme, projection: Projection) -> set[str]:
    rules = (rule for rule in scheme.categories if rule.code in projection.categories)
    return {name for rule in rules for name in rule.outcomes}


def _stated(facts: Incident | Harm) -> set[str]:
    """The names of the fields that say something; a default says nothing."""
    blanks = type(facts)() if isinstance(facts, Incident) else Harm(n=None)
    return {name for name in facts.__slots__ if getattr(facts, name) != getattr(blanks, name)}


def _outcome(harm: Harm, name: str) -> bool | None:
    outcome = harm.outcomes.get(name)
    return None if outcome is None else outcome.holds


def _yes(value: bool | None) -> str:
    return NOT_STATED if value is None else "yes" if value else "no"
