"""Two edits at once: each keeps what it alone changed, and what both changed is asked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tabard.desk.form.merging import content, merge, parts_of
from tabard.desk.form.typed import Typed

NAMES = ["cause", "country", "details", "h0.n", "h0.gender", "h1.n", "o0.kind", "medical"]
FORMS = st.dictionaries(st.sampled_from(NAMES), st.sampled_from("abc").map(lambda x: (x,)), max_size=5)
BASE: Typed = {"cause": ("crime",), "country": ("SSD",), "h0.n": ("2",), "h0.was": ("0",)}


@given(FORMS, FORMS)
def test_who_changed_nothing_takes_the_others_change(base: Typed, other: Typed) -> None:
    for made in (merge(base, other, base), merge(base, base, other), merge(base, other, other)):
        assert made.conflicts == ()
        for part in parts_of(base, other, made.form):
            assert content(made.form, part) == content(other, part)


@given(FORMS, FORMS, FORMS)
def test_no_change_is_lost(base: Typed, theirs: Typed, mine: Typed) -> None:
    """Every part is as one of the two has it; where both changed it otherwise, it is named and the choice holds."""
    asked = merge(base, theirs, mine)
    for side in ("mine", "theirs"):
        made = merge(base, theirs, mine, dict.fromkeys(asked.conflicts, side)).form
        for part in parts_of(base, theirs, mine):
            was, now, ours, got = (content(form, part) for form in (base, theirs, mine, made))
            if part in asked.conflicts:
                assert got == (ours if side == "mine" else now)
                assert now != was != ours != now
            else:
                assert got == (ours if now == was else now)


def test_different_fields_fit_together() -> None:
    made = merge(BASE, {**BASE, "cause": ("terrorism",)}, {**BASE, "details": ("More.",)})
    assert made.conflicts == ()
    assert made.form == {**BASE, "cause": ("terrorism",), "details": ("More.",)}


def test_two_lists_of_people_are_never_mixed() -> None:
    theirs, mine = {**BASE, "h0.n": ("3",)}, {**BASE, "h1.n": ("1",), "h1.was": ("new",)}
    made = merge(BASE, theirs, mine, {"h": "theirs"})
    assert made.conflicts == ("h",)
    assert made.form == theirs


def test_the_head_of_the_form_is_mine() -> None:
    mine = {**BASE, "expected": ("1",), "reason": ("correction",)}
    assert merge(BASE, {**BASE, "country": ("MLI",)}, mine).form["reason"] == ("correction",)
