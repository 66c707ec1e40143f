"""The hand-written incidents of `data/stories.toml`, with their words, their sources and what came later."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import cache
from typing import Any

from tabard.incidents.writer import Entry
from tabard.rules.facts import Harm, Incident, Margin, ObjectHarm, Outcome, SourceClaim, Texts
from tabard.rules.ids import encode
from tabard.site.example.chance import entropy
from tabard.site.example.plan import DATA
from tabard.site.example.told import place, sentences, source

ORG_TYPES = {"unsms": "un_afp", "unrwa_area": "unrwa", "ngo": "ingo", "uniformed": "un_secretariat"}
PLAIN = {field.name for field in fields(Incident)} - {"harm", "margins", "objects", "tags"}


@dataclass(frozen=True)
class Step:
    """What was done to the record later: revise, withdraw, count_as or void."""

    act: str
    known: datetime | None = None
    entry: Entry | None = None
    reason: str = "correction"
    another: str = ""  # the story that it counts as
    number: int = 0  # the revision that is cancelled


@dataclass(frozen=True)
class Story:
    """One incident told by hand."""

    name: str
    entry: Entry
    known: datetime
    steps: tuple[Step, ...] = ()
    sensitivity: str = "internal"
    owner: str = "unsms"

    @property
    def final(self) -> Incident | None:
        """The facts that hold after all steps; None where it has left the counts."""
        held = [self.entry.facts]
        for step in self.steps:
            if step.entry is not None:
                held.append(step.entry.facts)
            elif step.act == "void":
                del held[step.number - 1]
            else:
                return None
        return held[-1] if held else None


@cache
def stories() -> tuple[Story, ...]:
    """All of them, in the order of the file."""
    said = tomllib.loads((DATA / "stories.toml").read_text("utf-8"))
    return tuple(_story(each) for each in said["story"])


def person(name: str) -> str:
    """The random key of one person, the same wherever that person is met."""
    return encode(int.from_bytes(entropy(f"person {name}")[:16], "big"))


def _story(said: Mapping[str, Any]) -> Story:
    entry = _entry(said, said, Incident(certainty="confirmed"))
    steps = tuple(_step(said, each, entry.facts) for each in said.get("steps", ()))
    rest = {name: said[name] for name in ("sensitivity", "owner") if name in said}
    return Story(said["name"], entry, said["known"], steps, **rest)


def _step(story: Mapping[str, Any], said: Mapping[str, Any], before: Incident) -> Step:
    entry = _entry(story, said, before) if said["act"] == "revise" else None
    rest = {name: said[name] for name in ("known", "reason", "another", "number") if name in said}
    return Step(said["act"], entry=entry, **rest)


def _entry(story: Mapping[str, Any], said: Mapping[str, Any], before: Incident) -> Entry:
    """One revision: the facts before it with what is said anew, and its words, marked as invented."""
    facts = _facts(said, before)
    at = story.get("at", story["name"])
    language = story.get("language", "en")
    words = Texts(f"{said['text']} {sentences()[language]['mark']}", language=language)
    claims = tuple(SourceClaim(**each) for each in said.get("sources", ())) or (source(at, facts),)
    return Entry(facts, place(at, facts.country), words, claims)


def _facts(said: Mapping[str, Any], before: Incident) -> Incident:
    anew: dict[str, Any] = {name: value for name, value in said.items() if name in PLAIN}
    if "day" in said:
        anew |= {"first_day": said["day"], "last_day": said["day"], "date_precision": "exact"}
    if "tags" in said:
        anew["tags"] = tuple((words, code) for words, code in said["tags"])
    if "harm" in said:
        anew["harm"] = tuple(_harm(**each) for each in said["harm"])
    if "margins" in said:
        anew["margins"] = tuple(Margin(**({"value": ""} | each)) for each in said["margins"])
    if "objects" in said:
        anew["objects"] = tuple(_thing(**each) for each in said["objects"])
    return replace(before, **anew)


def _harm(
    *, outcomes: Any, scope: str = "unsms", subject: str = "", n: int | None = None, **more: Any
) -> Harm:
    """So many people to whom the same was done: `outcomes` is a list, or a table with days of its own."""
    dated = outcomes if isinstance(outcomes, dict) else dict.fromkeys(outcomes)
    told = {"n_basis": "unknown" if n is None else "stated", "org_type": ORG_TYPES.get(scope)} | more
    facts = {code: Outcome(True, day) for code, day in dated.items()}
    return Harm(n, outcomes=facts, scope=scope, subject=person(subject) if subject else None, **told)


def _thing(*, kind: str, effects: list[str], n: int | None = None) -> ObjectHarm:
    return ObjectHarm(n, kind, tuple(effects), "unknown" if n is None else "stated")
