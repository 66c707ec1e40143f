"""The whole example as plain values: every incident with its words, place, source, id and moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from tabard.incidents.bulk import Coming
from tabard.incidents.writer import Entry
from tabard.rules.ids import ulid
from tabard.site.example.chance import Stream, entropy
from tabard.site.example.incidents import Drafted
from tabard.site.example.mass import mass
from tabard.site.example.plan import plans, profiles
from tabard.site.example.reckoning import taken
from tabard.site.example.stories import Story, stories
from tabard.site.example.told import known, place, source, words


def drafts() -> Iterator[Drafted]:
    """Every incident that no story tells."""
    told = [story.final for story in stories()]
    standing = [facts for facts in told if facts is not None]
    for plan in plans():
        yield from mass(plan, taken(plan, standing))


def coming(owners: Mapping[str, Sequence[str]]) -> list[Coming]:
    """All of it, ready to enter. `owners`: the organisations that report for each scope."""
    found = [_of_story(story, owners) for story in stories()]
    found += [_of_draft(each, owners) for each in drafts()]
    return sorted(found, key=lambda each: each.id)


def identity(name: str, moment: datetime) -> str:
    """The ULID of an incident: made when it was first known."""
    return ulid(int(moment.timestamp() * 1000), entropy(f"{name}-id")[:10])


def _of_story(story: Story, owners: Mapping[str, Sequence[str]]) -> Coming:
    owner = _owner(story.name, story.owner, owners)
    key = identity(story.name, story.known)
    return Coming(key, story.entry, story.known, owner, story.sensitivity, reviewed=False)


def _of_draft(each: Drafted, owners: Mapping[str, Sequence[str]]) -> Coming:
    moment = known(each.name, each.facts.last_day)
    claim = source(each.name, each.facts)
    entry = Entry(each.facts, place(each.name, each.facts.country), words(each), (claim,))
    sensitivity = profiles()["row"][each.row].get("sensitivity", "internal")
    owner = _owner(each.name, each.scope, owners)
    return Coming(identity(each.name, moment), entry, moment, owner, sensitivity)


def _owner(name: str, scope: str, owners: Mapping[str, Sequence[str]]) -> str:
    possible = owners.get(scope, ())
    return Stream(f"{name}-owner").one(possible) if possible else ""
