"""Likely duplicates: what must be found, what must not, and what holds for any two records."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.strategies import incidents
from tabard.rules.linkage import Event, event_of, likeness, same_place

DAY = date(2024, 3, 2)
AMBUSH = Event(DAY, DAY, "SSD", "crime", "shooting", "road", frozenset({"injured"}), 2, ("Juba",))


def changed(**other: object) -> Event:
    from_here = {name: getattr(AMBUSH, name) for name in Event.__slots__}
    return Event(**(from_here | other))  # type: ignore[arg-type]


@st.composite
def events(draw: st.DrawFn) -> Event:
    places = draw(st.lists(st.sampled_from(["Juba", "Dschuba", "جوبا", "", "Bor Town", "!"]), max_size=2))
    return event_of(draw(incidents()), tuple(places))


@given(events(), events())
def test_it_does_not_matter_who_is_asked_first(one: Event, other: Event) -> None:
    there, back = likeness(one, other), likeness(other, one)
    assert there == back
    assert 0 <= there.score <= 1


@given(events(), st.integers(4, 400))
def test_days_too_far_apart_end_the_question(one: Event, days: int) -> None:
    if one.first_day is None or one.last_day is None:
        assert likeness(one, one).score == 0
        return
    later = one.last_day + timedelta(days)
    moved = Event(**{n: getattr(one, n) for n in Event.__slots__} | {"first_day": later, "last_day": later})
    assert likeness(one, moved).score == 0


@given(events())
def test_another_country_ends_the_question(one: Event) -> None:
    fields = {name: getattr(one, name) for name in Event.__slots__}
    assert likeness(one, Event(**fields | {"country": "FJI" if one.country != "FJI" else "NAM"})).score == 0


def test_the_same_event_told_twice_is_whole() -> None:
    assert likeness(AMBUSH, AMBUSH).score == 1
    assert likeness(AMBUSH, AMBUSH).because[:3] == ("day", "place", "outcomes")


@pytest.mark.parametrize(
    "other",
    [
        changed(first_day=DAY + timedelta(1), last_day=DAY + timedelta(1)),
        changed(places=("JUBA ",), means=None, setting=None),
        changed(persons=3, places=()),
        changed(cause=None, means=None, setting=None, persons=None, places=("juba",)),
        changed(first_day=DAY.replace(day=1), last_day=DAY.replace(day=31)),
    ],
)
def test_told_a_little_otherwise_it_is_likely(other: Event) -> None:
    assert likeness(AMBUSH, other).likely


@pytest.mark.parametrize(
    "other",
    [
        changed(outcomes=frozenset({"detained"}), cause="civil_unrest", places=("Malakal",), means=None),
        Event(DAY, DAY, "SSD"),  # a day and a country alone say little
        changed(country=None),
        changed(first_day=None, last_day=None),
    ],
)
def test_another_event_is_not(other: Event) -> None:
    assert not likeness(AMBUSH, other).likely


@pytest.mark.parametrize(
    ("one", "other"),
    [("Juba", "juba"), ("Abéché", "Abeche"), ("Bor Town", "town of Bor, "), ("Cox's Bazar", "Cox’s Bazaar")],
)
def test_a_place_is_known_in_another_spelling(one: str, other: str) -> None:
    assert same_place(one, other) >= 0.75


@pytest.mark.parametrize(("one", "other"), [("Juba", "Bor"), ("Mora", "Moundou"), ("", "Juba"), ("!", "?")])
def test_another_place_is_not(one: str, other: str) -> None:
    assert same_place(one, other) == 0
