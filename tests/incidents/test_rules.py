"""The rules that the register stands on: partial dates, ids, and one text for one set of facts."""

from __future__ import annotations

import json
from calendar import isleap
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.strategies import incidents
from tabard.rules import dates, facts, ids
from tabard.rules.canonical import canonical, digest, incident_from, salted

YEARS = st.integers(1900, 2200)
DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@given(YEARS, st.integers(1, 12))
def test_a_month_spans_its_days(year: int, month: int) -> None:
    span = dates.span(year, month)
    assert span.first == date(year, month, 1)
    assert span.last is not None
    following = date(year + month // 12, month % 12 + 1, 1)
    assert span.last + timedelta(1) == following
    assert span.precision == "month"


@given(YEARS)
def test_a_year_spans_its_days(year: int) -> None:
    span = dates.span(year)
    assert span.first is not None
    assert span.last is not None
    assert (span.last - span.first).days + 1 == 365 + isleap(year)
    assert (span.first.year, span.last.year, span.precision) == (year, year, "year")


@given(DAYS)
def test_a_day_is_its_own_span(day: date) -> None:
    assert dates.span(day.year, day.month, day.day) == dates.Span(day, day, "exact")


@given(DAYS, st.integers(0, 60))
def test_around_lies_as_far_on_either_side(day: date, off: int) -> None:
    span = dates.around(day, off)
    assert span.first is not None
    assert span.last is not None
    assert day - span.first == span.last - day == timedelta(off)
    assert (span.precision, span.days_off) == ("days", off)


@pytest.mark.parametrize("parts", [(2019, 2, 29), (2019, 13), (2019, 4, 31), (2019, 0, 1), (0,)])
def test_a_day_that_is_none_is_refused(parts: tuple[int, ...]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  its words differ by version
        dates.span(*parts)


def test_no_year_is_unknown_whatever_else_is_given() -> None:
    assert dates.span(None, 5, 4) == dates.UNKNOWN
    assert dates.UNKNOWN.precision == "unknown"


@given(DAYS, st.integers(0, 30), DAYS, st.integers(0, 30))
def test_within_says_what_the_days_themselves_say(first: date, length: int, start: date, width: int) -> None:
    last, end = first + timedelta(length), start + timedelta(width)
    span = {first + timedelta(n) for n in range(length + 1)}
    window = {start + timedelta(n) for n in range(width + 1)}
    expected = "inside" if span <= window else "straddles" if span & window else "outside"
    assert dates.within(first, last, start, end) == expected
    assert dates.within(None, None, start, end) == "unknown"


@given(DAYS)
def test_a_bare_date_means_the_last_instant_of_its_day(day: date) -> None:
    end = dates.end_of_day(day)
    assert end + timedelta(microseconds=1) == datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(
        1
    )


@given(st.integers(0, 2**128 - 1))
def test_a_ulid_holds_its_number(number: int) -> None:
    text = ids.encode(number)
    assert ids.is_ulid(text)
    back = 0
    for character in text:
        back = back * 32 + "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(character)
    assert back == number


@given(st.integers(0, 2**128 - 1), st.integers(0, 2**128 - 1))
def test_ulids_sort_as_their_numbers(one: int, other: int) -> None:
    assert (ids.encode(one) < ids.encode(other)) == (one < other)


@given(st.integers(0, 2**48 - 1), st.binary(min_size=10, max_size=10))
def test_a_given_ulid_is_the_same_everywhere(milliseconds: int, entropy: bytes) -> None:
    made = ids.ulid(milliseconds, entropy)
    assert made == ids.ulid(milliseconds, entropy)
    assert made[:10] <= ids.ulid(milliseconds + 1, entropy)[:10]


def test_ulids_are_new_each_time() -> None:
    assert len({ids.ulid() for _ in range(2000)}) == 2000


@given(st.text(max_size=30))
def test_only_a_ulid_has_the_form_of_one(text: str) -> None:
    alphabet = set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    assert ids.is_ulid(text) == (len(text) == 26 and set(text) <= alphabet and text[0] in "01234567")


@given(incidents())
def test_facts_come_back_from_their_text(told: facts.Incident) -> None:
    assert incident_from(canonical(told)) == told


@given(incidents(), incidents())
def test_equal_facts_and_only_they_have_equal_text(one: facts.Incident, other: facts.Incident) -> None:
    assert (canonical(one) == canonical(other)) == (one == other)
    assert canonical(one) == canonical(incident_from(canonical(one)))


@given(incidents(), st.sampled_from([field.name for field in fields(facts.Incident)]))
def test_every_field_is_in_the_text(told: facts.Incident, name: str) -> None:
    blank: Any = getattr(facts.Incident(), name)
    changed = replace(told, **{name: blank})
    assert (canonical(changed) == canonical(told)) == (getattr(told, name) == blank)


def _absent(value: Any) -> bool:
    """Whether somewhere in a JSON value stands null."""
    if isinstance(value, dict):
        return any(_absent(part) for part in value.values())
    if isinstance(value, list):
        return any(_absent(part) for part in value)
    return value is None


@given(incidents())
def test_what_is_not_stated_is_not_in_the_text(told: facts.Incident) -> None:
    text = canonical(told)
    assert not _absent(json.loads(text))
    assert "None" not in text
    assert " " not in text.replace('" "', "")


def test_zero_and_no_are_stated() -> None:
    nobody = facts.Incident(near_miss=False, harm=(facts.Harm(0, outcomes={"died": facts.Outcome(False)}),))
    back = incident_from(canonical(nobody))
    assert back.near_miss is False
    assert back.harm[0].n == 0
    assert back.harm[0].outcomes["died"].holds is False


@given(st.lists(st.text(max_size=5), max_size=4), st.lists(st.text(max_size=5), max_size=4))
def test_a_digest_tells_where_its_parts_end(one: list[str], other: list[str]) -> None:
    assert (digest(*one) == digest(*other)) == (one == other)


def test_a_salted_hash_needs_its_salt() -> None:
    texts = facts.Texts("The words.", "A name", "en")
    assert salted("1", texts) != salted("2", texts)
    assert salted("1", texts) == salted("1", facts.Texts("The words.", "A name", "en"))
    assert salted("1", texts) != salted("1", facts.Texts("The words", "A name", "en"))
