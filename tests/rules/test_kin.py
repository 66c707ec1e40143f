"""For whom it holds that next of kin must know first, what ends it, and what stays behind meanwhile."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.strategies import incidents
from tabard.rules.canonical import canonical
from tabard.rules.facts import OUTCOMES, Harm, Incident, Margin, Outcome
from tabard.rules.kin import Toll, Word, grave, restored, toll, waits, withheld
from tabard.rules.refusals import Refused

YES, NO = Outcome(True), Outcome(False)
ONE, OTHER = "01ARZ3NDEKTSV4RRFFQ69G5FAV", "01ARZ3NDEKTSV4RRFFQ69G5FAW"


def harm(*codes: str, n: int | None = 1, **more: object) -> Harm:
    basis = "unknown" if n is None else "stated"
    return Harm(n, basis, outcomes=dict.fromkeys(codes, YES), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("code", ["died", "died_in_captivity", "abducted", "detained", "missing", "injured"])
def test_whose_family_hears_it_first(code: str) -> None:
    assert grave(harm(code))
    assert grave(harm(code, n=None))
    assert not grave(harm(code, n=0))
    assert not grave(harm(code, scope="civilian"))
    assert not grave(Harm(1, outcomes={code: NO}))


@pytest.mark.parametrize(
    "code",
    sorted(set(OUTCOMES) - {"died", "died_in_captivity", "abducted", "detained", "missing", "injured"}),
)
def test_what_a_person_can_tell_at_home_themselves(code: str) -> None:
    assert not grave(harm(code))


@pytest.mark.parametrize(
    ("serious", "care", "expected"),
    [(None, None, True), (True, None, True), (True, False, True), (False, None, False), (False, True, False),
     (None, False, False), (None, True, True)],
)  # fmt: skip
def test_an_injury_is_grave_unless_somebody_says_that_it_was_slight(
    serious: bool | None, care: bool | None, expected: bool
) -> None:
    assert grave(harm("injured", serious=serious, care=care)) is expected


def test_nobody_waits_where_nobody_came_to_grave_harm() -> None:
    assert not waits(Incident(), ())
    assert not waits(Incident(harm=(harm("threatened", n=9), harm("robbed"))), ())


def test_a_word_for_all_ends_it() -> None:
    told = Incident(harm=(harm("died", n=2), harm("abducted")))
    assert waits(told, ())
    assert toll(told) == Toll(3, 2)
    assert not waits(told, [Word(Toll(3, 2))])
    assert not waits(told, [Word(Toll(5, 2))])  # fewer than was thought


@pytest.mark.parametrize(
    "later",
    [
        (harm("died", n=3), harm("abducted")),  # one more died
        (harm("died", n=2), harm("abducted", n=2)),  # one more was taken
        (harm("died", n=2), harm("abducted", "died")),  # the one who was taken died
        (harm("died", n=2), harm("abducted", fate="died")),
        (harm("died", n=2), harm("abducted"), harm("missing", n=None)),
    ],
)
def test_what_is_learned_later_waits_for_its_own_word(later: tuple[Harm, ...]) -> None:
    first = Incident(harm=(harm("died", n=2), harm("abducted")))
    word = Word(toll(first))
    assert not waits(first, [word])
    assert waits(Incident(harm=later), [word])


def test_person_by_person_where_each_has_a_key() -> None:
    told = Incident(harm=(harm("died", subject=ONE), harm("abducted", subject=OTHER)))
    assert waits(told, [Word(Toll(1, 1), ONE)])
    assert waits(told, [Word(Toll(1, 0), ONE), Word(Toll(1, 0), OTHER)])  # not of the death
    assert not waits(told, [Word(Toll(1, 1), ONE), Word(Toll(1, 0), OTHER)])
    assert waits(
        replace(told, harm=(*told.harm, harm("missing"))), [Word(Toll(1, 1), ONE), Word(Toll(1, 0), OTHER)]
    )


def test_what_only_margins_state_counts_too() -> None:
    told = Incident(
        margins=(Margin(2, "outcome", "died"), Margin(1, "recruitment", "local", "outcome", "abducted"))
    )
    assert toll(told) == Toll(3, 2)
    assert waits(told, ())
    assert not waits(told, [Word(Toll(3, 2))])
    assert not waits(Incident(margins=(Margin(0, "outcome", "died"), Margin(4, "total", ""))), ())
    more = Incident(harm=(harm("died", subject=ONE),), margins=(Margin(2, "outcome", "died"),))
    assert waits(more, [Word(Toll(1, 1), ONE)])  # somebody has no key


KEPT = {"scope", "org_type", "organisation", "recruitment", "contract", "subject"}


@given(incidents())
def test_what_stays_behind(told: Incident) -> None:
    """Field by field: what points to a nationality or an employer is gone, everything else is as it was."""
    out = withheld(told)
    for before, after in zip(told.harm, out.harm, strict=True):
        for field in fields(Harm):
            expected = None if field.name in KEPT else getattr(before, field.name)
            assert getattr(after, field.name) == expected
    gone = [m for m in told.margins if {"recruitment", "org_type"} & {m.dimension, m.dimension2}]
    assert list(out.margins) == [m for m in told.margins if m not in gone]
    assert replace(out, harm=(), margins=()) == replace(told, harm=(), margins=())
    assert canonical(withheld(out)) == canonical(out)


def test_margins_that_point_somewhere_stay_behind() -> None:
    told = (
        Margin(1, "recruitment", "local"),
        Margin(1, "outcome", "died", "recruitment", "local"),
        Margin(1, "outcome", "died", "org_type", "unrwa"),
        Margin(2, "outcome", "died", "gender", "female"),
        Margin(2, "total", ""),
    )
    assert withheld(Incident(margins=told)).margins == told[3:]


@given(incidents())
def test_what_was_kept_back_comes_back_unharmed(told: Incident) -> None:
    """Whoever sends again what they were given changes nothing."""
    back = restored(withheld(told), told)
    assert sorted(canonical(h) for h in back.harm) == sorted(canonical(h) for h in told.harm)
    assert sorted(map(canonical, back.margins)) == sorted(map(canonical, told.margins))


def test_a_change_keeps_what_was_kept_back() -> None:
    told = Incident(
        harm=(harm("died", org_type="unrwa", subject=ONE), harm("abducted", recruitment="local", fate="held"))
    )
    seen = withheld(told)
    freed = replace(seen, harm=(seen.harm[0], replace(seen.harm[1], fate="released")))
    assert restored(freed, told).harm[1].recruitment == "local"
    assert restored(freed, told).harm[0] == told.harm[0]
    turned = replace(seen, harm=seen.harm[::-1])
    assert restored(turned, told).harm == told.harm[::-1]
    more = replace(seen, harm=(*seen.harm, harm("missing")))
    assert restored(more, told).harm == (*told.harm, harm("missing"))
    fewer = replace(seen, harm=seen.harm[1:])
    assert restored(fewer, told).harm == told.harm[1:]
    two = replace(seen, harm=(replace(seen.harm[0], n=2), seen.harm[1]))
    assert (restored(two, told).harm[0].org_type, restored(two, told).harm[0].subject) == ("unrwa", None)
    said = replace(seen, harm=(replace(seen.harm[0], org_type="icrc"), seen.harm[1]))
    assert restored(said, told).harm[0].org_type == "icrc"
    with pytest.raises(Refused):
        restored(replace(seen, harm=(replace(seen.harm[1], fate="released"),)), told)


@given(incidents(), st.lists(st.builds(Word, st.builds(Toll, st.integers(0, 9), st.integers(0, 9)))))
def test_more_words_never_bring_the_wait_back(told: Incident, words: list[Word]) -> None:
    assert not waits(told, [*words, Word(toll(told))])
    if not waits(told, words[:1]):
        assert not waits(told, words)
