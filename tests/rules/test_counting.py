"""Sums that keep the unknown apart from zero, and persons counted by themselves."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tabard.rules.counting import Affected, Count, affected, rows, stated, total
from tabard.rules.facts import Harm, Incident, Margin, Outcome
from tabard.vocab.schemes import scheme

YES = Outcome(True)


def test_an_unknown_number_is_not_zero() -> None:
    assert total([3, None, 0]) == Count(known=3, unknown=1)
    assert total([3, None]).value is None
    assert total([]).value == total([0]).value == 0


@given(st.lists(st.none() | st.integers(0, 99)))
def test_the_order_of_groups_does_not_matter(numbers: list[int | None]) -> None:
    assert total(numbers) == total(reversed(numbers))
    assert total(numbers).unknown == numbers.count(None)


def test_margins_are_what_is_stated_else_the_rows() -> None:
    harm = (
        Harm(n=2, outcomes={"died": YES}, recruitment="local"),
        Harm(n=1, outcomes={"injured": YES, "died": Outcome(False)}, recruitment="international"),
    )
    crossed = Margin(9, "outcome", "died", "gender", "female")
    incident = Incident(
        harm=harm, margins=(Margin(3, "org_type", "un"), Margin(1, "org_type", "ingo"), crossed)
    )
    assert stated(incident, "org_type", "un").value == 3
    assert stated(incident, "org_type", "icrc").value == 0
    assert stated(incident, "recruitment", "local").value == 2
    assert stated(incident, "outcome", "died").value == 2
    assert stated(incident, "total").value == 3
    assert stated(Incident(harm=harm, margins=(Margin(None, "total", ""),)), "total").value is None


def test_rows_overlap_and_persons_do_not() -> None:
    taken_and_killed = Harm(n=1, outcomes={"abducted": YES, "died": YES}, subject="k1")
    robbed_later = Harm(n=1, outcomes={"robbed": YES}, subject="k1")
    others = Harm(n=2, outcomes={"other_harm": YES})
    incidents = [
        Incident(cause="crime", harm=(taken_and_killed, others)),
        Incident(cause="crime", harm=(robbed_later,)),
    ]
    counts = rows(scheme("annex"), incidents)
    assert {code: count.value for code, count in counts.items() if count.value} == {
        "killed_violence": 1,
        "abducted": 1,
        "robbery": 1,
    }
    assert affected(scheme("annex"), incidents) == Affected(Count(known=3), repeats=1)
