"""An attacker who owes nothing to the guard: exact search over every register that fits what was told.

Unknown is how many persons there are of each *kind* (a combination of attributes). Each cell is a set of kinds. What
was told fixes sums; a withheld cell with somebody in it is known to be not empty. The equations are solved exactly in
fractions, the rest is searched by bounds and branching in whole numbers: no linear programming, no tolerance."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

Kind = Hashable
Members = frozenset[Kind]
STEPS = 4_000  # of one search: far more than nearly all need


class Undecided(Exception):
    """The search would take too long: another story is drawn."""


@dataclass(frozen=True)
class Known:
    """The sum over some kinds lies between two numbers (`high` None: no limit)."""

    members: Members
    low: int
    high: int | None


@dataclass(frozen=True)
class View:
    """What one reader knows of one edition: its counts of each kind, what was told, what was withheld."""

    counts: Mapping[Kind, int]
    told: frozenset[Members]
    withheld: frozenset[Members]

    def value(self, members: Members) -> int:
        return sum(self.counts[kind] for kind in members)


def knowledge(views: list[View], zero_hidden: bool = False) -> list[Known]:
    """All of it, in terms of the last edition's counts. Several editions: this reader knows how each cell changed."""
    now, found = views[-1], []
    for view in views:
        for members in view.told:
            found.append(Known(members, now.value(members), now.value(members)))
        for members in view.withheld:
            least = 0 if zero_hidden or not view.value(members) else 1
            found.append(Known(members, now.value(members) - view.value(members) + least, None))
    return found


def spread(views: list[View], target: Members, enough: int, zero_hidden: bool = False) -> int:
    """How far apart the lowest and the highest possible value of the target lie, counted up to `enough`."""
    known, truth = knowledge(views, zero_hidden), views[-1].value(target)
    far = 0
    for sign in (1, -1):
        steps = range(enough - far, 0, -1)
        far += next(
            (n for n in steps if fits(known, views[-1], Known(target, truth + sign * n, truth + sign * n))), 0
        )
        if far >= enough:
            return enough
    return far


def fits(known: list[Known], view: View, more: Known) -> bool:
    """Whether any register fits what is known and this as well."""
    kinds = sorted(view.counts, key=repr)
    every = [*known, more]
    solved = eliminated(
        [[*(int(kind in each.members) for kind in kinds), each.low] for each in every if fixed(each)]
    )
    if solved is None:
        return False
    expressed = {kind: {index: Fraction(1)} for index, kind in enumerate(kinds)} | {
        kinds[pivot]: {index: -value for index, value in enumerate(row) if value and index != pivot}
        for pivot, row in solved.items()
    }
    constant = len(kinds)  # its column; the right-hand side comes back with the other sign
    sums = [Known(frozenset([kind]), 0, None) for kind in kinds] + [each for each in every if not fixed(each)]
    rules = [rule for each in sums if (rule := _rule(each, expressed, constant)) is not None]
    uneven = [
        (terms, -row[constant])
        for pivot, row in solved.items()
        if any(value.denominator > 1 for value in row)
        for terms in [{index: value for index, value in enumerate(row[:-1]) if value and index != pivot}]
    ]
    roof = max(view.counts.values()) + 18  # no kind needs to move farther than a few widths
    return _search(
        rules, uneven, {index: (0, roof) for index in range(len(kinds)) if index not in solved}, [STEPS]
    )


def fixed(known: Known) -> bool:
    return known.low == known.high


def eliminated(rows: list[list[int]]) -> dict[int, list[Fraction]] | None:
    """The equations solved for some of their unknowns, exactly: row by unknown. None where they contradict."""
    solved: dict[int, list[Fraction]] = {}
    for raw in rows:
        row = [Fraction(value) for value in raw]
        for pivot, other in solved.items():
            row = _less(row, other, row[pivot])
        pivot = next((index for index, value in enumerate(row[:-1]) if value), None)
        if pivot is None:
            if row[-1]:
                return None
            continue
        row = [value / row[pivot] for value in row]
        solved = {each: _less(other, row, other[pivot]) for each, other in solved.items()} | {pivot: row}
    return solved


def _less(row: list[Fraction], other: list[Fraction], times: Fraction) -> list[Fraction]:
    return [value - times * each for value, each in zip(row, other, strict=True)] if times else row


Terms = dict[int, Fraction]
Rule = tuple[Terms, Fraction]  # the terms add up to at least this


def _rule(known: Known, expressed: Mapping[Kind, Terms], constant: int) -> Rule | None:
    """`at least low`, in terms of the free unknowns."""
    terms: Terms = {}
    for kind in known.members:
        for index, value in expressed[kind].items():
            terms[index] = terms.get(index, Fraction(0)) + value
    least = Fraction(known.low) + terms.pop(constant, Fraction(0))
    terms = {index: value for index, value in terms.items() if value}
    return (terms, least) if terms or least > 0 else None


def _search(
    rules: list[Rule], uneven: list[Rule], bounds: dict[int, tuple[int, int]], left: list[int]
) -> bool:
    """Whether whole numbers within the bounds keep every rule, and make the `uneven` sums whole."""
    left[0] -= 1
    if not left[0]:
        raise Undecided
    if not _narrowed(rules, bounds):
        return False
    rules = [rule for rule in rules if _lowest(rule[0], bounds) < rule[1]]
    for terms, right in uneven:
        settled = all(bounds[index][0] == bounds[index][1] for index in terms)
        if settled and (_lowest(terms, bounds) + right).denominator > 1:
            return False
    bound_up = {index for terms, _ in uneven for index in terms}
    for index in set(bounds) - bound_up:  # what only helps when it is larger, or smaller, is made so
        signs = {terms[index] > 0 for terms, _ in rules if index in terms}
        if len(signs) < 2 and bounds[index][0] < bounds[index][1]:
            end = bounds[index][1] if signs == {True} else bounds[index][0]
            return _search(rules, uneven, bounds | {index: (end, end)}, left)
    return all(_branched(rules, uneven, bounds, part, left) for part in _parts(rules, uneven, bounds))


def _branched(
    rules: list[Rule], uneven: list[Rule], bounds: dict[int, tuple[int, int]], part: set[int], left: list[int]
) -> bool:
    index = min(part, key=lambda each: (bounds[each][1] - bounds[each][0], each))
    low, high = bounds[index]
    middle = (low + high) // 2
    here = [rule for rule in rules if rule[0].keys() & part]
    even = [rule for rule in uneven if rule[0].keys() & part]
    return any(
        _search(here, even, bounds | {index: half}, left) for half in ((low, middle), (middle + 1, high))
    )


def _parts(rules: list[Rule], uneven: list[Rule], bounds: dict[int, tuple[int, int]]) -> list[set[int]]:
    """The open unknowns in groups that no rule joins."""
    groups: list[set[int]] = []
    for terms, _ in [*rules, *uneven]:
        joined = {index for index in terms if bounds[index][0] < bounds[index][1]}
        if joined:
            apart = [group for group in groups if not group & joined]
            groups = [*apart, joined.union(*(group for group in groups if group & joined))]
    return groups


def _lowest(terms: Terms, bounds: Mapping[int, tuple[int, int]]) -> Fraction:
    return sum((value * bounds[index][value < 0] for index, value in terms.items()), Fraction(0))


def _narrowed(rules: list[Rule], bounds: dict[int, tuple[int, int]]) -> bool:
    """Propagate until nothing changes; False on a contradiction."""
    changed = True
    while changed:
        changed = False
        for terms, least in rules:
            highest = sum((value * bounds[index][value > 0] for index, value in terms.items()), Fraction(0))
            if highest < least:
                return False
            for index, value in terms.items():
                low, high = bounds[index]
                limit = (least - highest + value * (high if value > 0 else low)) / value
                new = (max(low, ceil(limit)), high) if value > 0 else (low, min(high, floor(limit)))
                if new != (low, high):
                    if new[0] > new[1]:
                        return False
                    highest += value * (new[value > 0] - (high if value > 0 else low))
                    bounds[index] = new
                    changed = True
    return True
