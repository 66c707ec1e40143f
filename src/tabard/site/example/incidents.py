"""One invented incident at a time: when, where, why and how, drawn from the weights of its row."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from tabard.rules.facts import Harm, Incident, ObjectHarm
from tabard.site.example.chance import Stream
from tabard.site.example.people import harmed
from tabard.site.example.plan import Plan, areas, profiles

FIGHTING = frozenset({"armed_conflict", "terrorism"})
ONLY_IN = {
    "unrwa_area": {"PSE": 6, "SYR": 3, "LBN": 3, "JOR": 2},
    "uniformed": {"MLI": 6, "CAF": 4, "COD": 5, "SSD": 3, "SDN": 2},
}
CONTEXTS = {
    "mob": "mob_violence",
    "detention": "detention",
    "shelling": "combat",
    "aerial_bombardment": "combat",
    "bodily_assault": "individual_attack",
    "blunt_or_bladed": "individual_attack",
}
GRAVE = frozenset({"killed_violence", "injured_violence", "abducted"})


@dataclass(frozen=True)
class Drafted:
    """An incident with the name that it has here, and the row that it was made for."""

    name: str
    row: str
    scope: str
    facts: Incident


@dataclass(frozen=True)
class Wanted:
    """What must hold for one incident; the rest is left to chance."""

    row: str
    size: int = 0
    outcomes: tuple[str, ...] = ()
    cause: str | None = None
    local: tuple[bool, ...] = ()


def draft(plan: Plan, wanted: Wanted, name: str) -> Drafted:
    """The incident with this name: the same whenever it is asked for."""
    chance = Stream(name)
    profile = profiles()["row"][wanted.row]
    cause = wanted.cause or _stated(chance.weighed(profile["causes"]))
    day = date(plan.year, 1, 1) + timedelta(chance.below(365))
    facts = Incident(
        country=_country(plan.scope, cause, chance),
        cause=cause,
        certainty=chance.weighed(profiles()["certainty"]),
        severity=profile["severity"],
    )
    facts = _when(facts, day, chance)
    facts = _how(facts, profile, chance)
    setting = profiles()["elsewhere"].get(plan.scope, {}).get(facts.setting, facts.setting)
    facts = replace(facts, setting=setting)
    if wanted.size:
        facts = replace(facts, harm=_harm(plan, wanted, profile, chance))
    return Drafted(name, wanted.row, plan.scope, replace(facts, tags=_tags(wanted.row, facts, chance)))


def struck(facts: Incident, row: str, chance: Stream) -> Incident:
    """The incident with one thing attacked in it; `row` is premises or vehicles."""
    profile = profiles()["row"][row]
    more = chance.weighed(profile["effects"])
    effects = ("attacked",) if more == "attacked" else ("attacked", more)
    return replace(facts, objects=(ObjectHarm(1, profile["object"], effects),))


def _stated(code: str) -> str | None:
    return None if code == "none" else code


def _harm(plan: Plan, wanted: Wanted, profile: Mapping[str, Any], chance: Stream) -> tuple[Harm, ...]:
    outcomes = wanted.outcomes or (profile["outcome"],)
    return harmed(plan.scope, outcomes, wanted.size, chance, wanted.local)


def _country(scope: str, cause: str | None, chance: Stream) -> str:
    if scope in ONLY_IN:
        return chance.weighed(ONLY_IN[scope])
    fighting = cause in FIGHTING
    return chance.weighed({a.iso3: a.weight for a in areas().values() if a.conflict or not fighting})


def _when(facts: Incident, day: date, chance: Stream) -> Incident:
    """Mostly a day; now and then only a month, or a few days either side, never across the year's end."""
    month = calendar.monthrange(day.year, day.month)[1]
    if chance.happens(3):
        first, last = day.replace(day=1), day.replace(day=month)
        return replace(facts, first_day=first, last_day=last, date_precision="month")
    if chance.happens(3) and 2 < day.day <= month - 2:
        first, last = day - timedelta(2), day + timedelta(2)
        return replace(facts, first_day=first, last_day=last, date_precision="days", days_off=2)
    return replace(facts, first_day=day, last_day=day, date_precision="exact")


def _how(facts: Incident, profile: Mapping[str, Any], chance: Stream) -> Incident:
    said = profiles()
    cause = facts.cause or ""
    if cause in said["safety_settings"]:
        return replace(facts, setting=said["safety_settings"][cause])
    setting = chance.weighed(profile["settings"])
    means = chance.weighed(profile.get("means") or said["means"][cause])
    if profile.get("outcome") == "detained":
        actor = chance.weighed(said["actors"]["held"])
        return replace(facts, setting=setting, means=means, actor=actor, context="detention")
    return replace(
        facts,
        setting=setting,
        means=means,
        actor=chance.weighed(said["actors"][cause]),
        context="ambush" if setting == "road" and cause in FIGHTING else CONTEXTS.get(means),
        motive=chance.weighed(said["motives"][cause]),
        motive_confidence=chance.one(("low", "moderate", "moderate", "high")),
        targeting=chance.weighed(said["targeting"][cause]),
        targeting_confidence=chance.one(("low", "moderate", "high")),
        complexity="complex" if means == "complex_attack" else "single",
    )


def _tags(row: str, facts: Incident, chance: Stream) -> tuple[tuple[str, str], ...]:
    said = profiles()
    tags = []
    if row in GRAVE and chance.happens(30):
        tags.append(("programme", chance.weighed(said["programme"])))
    if row == "arrested_detained" and chance.happens(35):
        tags.append(("breach", chance.weighed(said["breach"])))
    if row in GRAVE and any(_medical(harm) for harm in facts.harm):
        tags.append(("medical", "personnel"))
    return tuple(tags)


def _medical(harm: Harm) -> bool:
    return harm.scope == "ngo" and harm.function in ("health_worker", "ambulance_crew")
