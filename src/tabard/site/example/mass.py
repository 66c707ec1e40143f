"""The many incidents of one year and scope: as many as the plan leaves once the stories are counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from tabard.rules.facts import Harm, Incident
from tabard.rules.ids import encode
from tabard.site.example.chance import Stream, entropy
from tabard.site.example.incidents import Drafted, Wanted, draft, struck
from tabard.site.example.plan import CASES, FILLER, Plan, profiles

ALONGSIDE = {"premises": "un_premises", "vehicles": "road"}  # things hit where people were harmed as well
ALSO_HIT = ("injured_violence", "robbery", "other")


def mass(plan: Plan, taken: Mapping[str, int]) -> list[Drafted]:
    """The year's incidents; `taken` is what the stories already count for, by row and as `affected`."""
    left = Counter({row: count - taken.get(row, 0) for row, count in plan.rows.items()})
    made = list(_both(plan, left))
    for row in plan.rows:
        made += _planned(plan, row, taken) if row in plan.local else _row(plan, row, left[row])
    made = _met_again(plan, made)
    if plan.affected is not None:
        made += _row(plan, FILLER, plan.affected - taken.get("affected", 0) - persons(d.facts for d in made))
    for things in ALONGSIDE:
        made = _attacks(plan, made, things, getattr(plan, things) - taken.get(things, 0))
    return made


def persons(incidents: Iterable[Incident]) -> int:
    """How many people these are, somebody met again counted once."""
    harm = [each for incident in incidents for each in incident.harm]
    known = {each.subject for each in harm if each.subject}
    return len(known) + sum(each.n or 0 for each in harm if not each.subject)


def _both(plan: Plan, left: Counter[str]) -> Iterator[Drafted]:
    """Persons with two outcomes: both rows count them."""
    for pair, count in plan.both.items():
        rows = pair.split("+")
        outcomes = tuple(profiles()["row"][row]["outcome"] for row in rows)
        left.subtract(dict.fromkeys(rows, count))
        for number in range(count):
            yield draft(plan, Wanted(rows[0], 1, outcomes), f"{plan.name}-{'-'.join(rows)}-{number:03d}")


def _row(plan: Plan, row: str, count: int) -> Iterator[Drafted]:
    """Incidents of one row. `count` is persons, or incidents where the row counts reported cases."""
    number = 0
    while count > 0:
        name = f"{plan.name}-{row}-{number:03d}"
        size = int(Stream(f"{name}-size").weighed(profiles()["row"][row]["sizes"]))
        size = size if row == CASES else min(size, count)
        yield draft(plan, Wanted(row, size), name)
        count -= 1 if row == CASES else size
        number += 1


def _planned(plan: Plan, row: str, taken: Mapping[str, int]) -> Iterator[Drafted]:
    """The killed, one by one: how many were recruited locally, and of what they died, is given."""
    count = plan.rows[row] - taken.get(row, 0)
    local = plan.local[row] - taken.get(f"{row}:local", 0)
    chance = Stream(f"{plan.name}-{row}")
    recruited = chance.shuffled([True] * local + [False] * (count - local))
    said = plan.causes.get(row, {})
    causes: list[str | None] = [
        cause for cause, n in said.items() for _ in range(n - taken.get(f"{row}:{cause}", 0))
    ]
    for number, (each, cause) in enumerate(zip(recruited, causes or [None] * count, strict=True)):
        yield draft(plan, Wanted(row, 1, cause=cause, local=(each,)), f"{plan.name}-{row}-{number:03d}")


def _met_again(plan: Plan, made: Sequence[Drafted]) -> list[Drafted]:
    """The same with some persons in two incidents: threatened, then threatened again or assaulted."""
    alone = [each for each in made if each.row == CASES and _one(each)]
    assaulted = [each for each in made if each.row == "aggravated_assault" and _one(each)]
    changed = {}
    for number in range(plan.repeats):
        first = alone[number]
        second = assaulted[number] if number % 2 else alone[-1 - number]
        subject = encode(int.from_bytes(entropy(f"{first.name}-person")[:16], "big"))
        who = replace(first.facts.harm[0], subject=subject)
        changed[first.name] = replace(first.facts, harm=(who,))
        changed[second.name] = _same_person(second.facts, who, first.facts.country)
    return [replace(each, facts=changed.get(each.name, each.facts)) for each in made]


def _one(each: Drafted) -> bool:
    return [harm.n for harm in each.facts.harm] == [1]


def _same_person(facts: Incident, who: Harm, country: str | None) -> Incident:
    there = replace(who, outcomes=facts.harm[0].outcomes, on_duty=facts.harm[0].on_duty)
    return replace(facts, country=country, harm=(there,))


def _attacks(plan: Plan, made: Sequence[Drafted], things: str, count: int) -> list[Drafted]:
    """The same with so many attacks on things: a third where people were harmed, the others by themselves.

    Things hit with nobody harmed are the United Nations' own; other scopes have them with people only."""
    hit = [each for each in made if each.row in ALSO_HIT and each.facts.setting == ALONGSIDE[things]]
    hit = [each for each in hit if not each.facts.objects][: count // 3 if plan.scope == "unsms" else count]
    changed = {each.name: struck(each.facts, things, Stream(f"{each.name}-{things}")) for each in hit}
    alone = [f"{plan.name}-{things}-{number:03d}" for number in range(count - len(hit))]
    bare = (draft(plan, Wanted(things), name) for name in alone)
    added = [
        replace(each, facts=struck(each.facts, things, Stream(f"{each.name}-{things}"))) for each in bare
    ]
    return [replace(each, facts=changed.get(each.name, each.facts)) for each in made] + added
