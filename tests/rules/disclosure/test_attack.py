"""A differencing attack by an exact solver over random registers and pairs of editions: it works out no withheld cell,
and it does where one half of the control is switched off."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

import pytest
from hypothesis import Phase, given, reject, settings

from rules.disclosure.attack import Undecided, View, spread
from rules.disclosure.registers import Story, stories
from tabard.rules.disclosure import Key, Ledger, Reason, Verdict, guard
from tabard.rules.disclosure.guard import primary

PROVING = os.environ.get("TABARD_PROVE") == "1"
MANY = settings(max_examples=4_000 if PROVING else 60, deadline=None)
SOME = settings(max_examples=400 if PROVING else 15, deadline=None)  # each asks the attacker many times


def both(story: Story) -> tuple[Verdict, Verdict]:
    early, late = story.releases()
    one = guard(Ledger(), early, story.policy)
    return one, guard(one.ledger, late, story.policy)


def kept(story: Story, verdict: Verdict) -> set[Key]:
    """What must not be worked out: what is withheld, and what nobody asked for where it is small."""
    small = {cell.key for cell in verdict.release.cells if not cell.asked and story.policy.small(cell)}
    return set(verdict.withheld) | small


def recovered(story: Story, views: list[View], targets: Iterable[Key]) -> set[Key]:
    """The targets that the attacker knows exactly, or more nearly than declared."""
    width, zero = story.policy.width, story.policy.zero
    try:
        return {each for each in sorted(targets) if spread(views, story.who(each), width, zero) < width}
    except Undecided:
        reject()


def seen(story: Story, *verdicts: Verdict) -> list[View]:
    return [story.view(each.release, each.told) for each in verdicts]


@MANY
@given(stories())
def test_nobody_works_out_a_withheld_cell(story: Story) -> None:
    first, second = both(story)
    told = first.ledger.told_to(frozenset({"public"}))
    lost = {each.key for each in (*first.exposed, *second.exposed) if each.across}
    targets = (kept(story, first) | kept(story, second)) - told - lost
    assert not recovered(story, seen(story, first, second), targets)
    assert not recovered(story, seen(story, second), kept(story, second))
    assert not recovered(story, seen(story, first), kept(story, first))
    assert not [each for each in first.exposed + second.exposed if not each.across]


@SOME
@given(stories(exempt=True))
def test_what_is_exposed_could_not_be_kept(story: Story) -> None:
    """Exempt totals, and what an earlier edition told, may give a cell away. Then nothing that could still be withheld
    would have helped; and no other cell is lost."""
    first, second = both(story)
    totals = [{each.key for each in verdict.release.exemptions} for verdict in (first, second)]
    bare = [story.view(each.release, exempt) for each, exempt in zip((first, second), totals, strict=True)]
    told = first.ledger.told_to(frozenset({"public"}))
    lost = {each.key for each in second.exposed if each.across}
    targets = (kept(story, first) | kept(story, second)) - told
    spoken = story.view(first.release, first.told)
    assert recovered(story, [spoken, bare[1]], lost) == lost
    assert recovered(story, [spoken, story.view(second.release, second.told)], targets) <= lost | {
        each.key for each in first.exposed
    }
    for verdict, least in ((first, bare[0]), (second, bare[1])):
        alone = {each.key for each in verdict.exposed if not each.across}
        if verdict is first:  # nothing was told before: both readers are one
            alone = {each.key for each in verdict.exposed}
        assert recovered(story, [least], alone) == alone
        assert recovered(story, seen(story, verdict), kept(story, verdict)) == alone


@SOME
@given(stories())
def test_no_cell_is_withheld_for_nothing(story: Story) -> None:
    """Told after all, each further cell would give one away."""
    first = both(story)[0]
    for key, reason in first.withheld.items():
        if reason is Reason.COMPLEMENTARY:
            view = story.view(first.release, {*first.told, key})
            assert any(recovered(story, [view], [each]) for each in sorted(kept(story, first) - {key}))


# The attack itself: it must succeed where one half of the control is switched off.


def samples(n: int) -> list[Story]:
    """The same stories in each run."""
    found: list[Story] = []

    @settings(max_examples=n, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
    @given(stories())
    def collect(story: Story) -> None:
        found.append(story)

    collect()
    return found


def without_complements(story: Story) -> set[Key]:
    """Only the small cells are withheld."""
    release = story.releases()[0]
    reasons = primary(Ledger(), release, story.policy)
    told = {cell.key for cell in release.cells} - reasons.keys()
    return recovered(story, [story.view(release, told)], reasons)


def without_ledger(story: Story) -> set[Key]:
    """The second edition forgets what the first has told and withheld."""
    early, late = story.releases()
    first, second = guard(Ledger(), early, story.policy), guard(Ledger(), late, story.policy)
    told = first.ledger.told_to(frozenset({"public"}))
    targets = (kept(story, first) | kept(story, second)) - told
    return recovered(story, seen(story, first, second), targets)


@pytest.mark.parametrize("cheat", [without_complements, without_ledger])
def test_the_attack_succeeds_against_half_a_control(cheat: Callable[[Story], set[Key]]) -> None:
    broken = [story for story in samples(60) if cheat(story)]
    assert len(broken) >= 15


def test_without_the_ledger_the_difference_of_two_halves_is_known() -> None:
    """The control with the ledger withstands the very stories that break it without."""
    for story in [story for story in samples(60) if without_ledger(story)][:10]:
        first, second = both(story)
        told = first.ledger.told_to(frozenset({"public"}))
        lost = {each.key for each in second.exposed if each.across}
        targets = (kept(story, first) | kept(story, second)) - told - lost
        assert not recovered(story, seen(story, first, second), targets)
