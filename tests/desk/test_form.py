"""The form and the facts: whatever is stored can be shown and sent back unchanged; a blank invents nothing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incidents.strategies import FLAGS, incidents, word
from tabard.desk.form.filling import fill, is_blank, settled
from tabard.desk.form.reading import read, with_a_source
from tabard.desk.form.typed import Typed, from_stored, stored, typed, with_group, without_group
from tabard.formats.report.told import Told
from tabard.rules import facts
from tabard.rules.facts import OUTCOMES
from tabard.rules.refusals import Refused
from tabard.vocab.words import words

FEWER = settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.data_too_large, HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # whole incidents take long to make up
PROSE = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=80)
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)
COUNTS = st.dictionaries(
    st.sampled_from([*OUTCOMES, "affected"]), st.none() | st.integers(0, 10_000), max_size=3
)


@st.composite
def positions(draw: st.DrawFn) -> facts.Position:
    both = draw(st.booleans())
    lat = draw(st.floats(-90, 90)) if both else None
    lon = draw(st.floats(-180, 180)) if both else None
    precision = draw(word("place_precision")) or "unknown"
    return facts.Position(lat, lon, precision, draw(NAMES), draw(NAMES), draw(NAMES))


@st.composite
def told(draw: st.DrawFn) -> Told:
    source = st.builds(
        facts.SourceClaim,
        kind=st.sampled_from(sorted(words("source_kind"))),
        reliability=st.sampled_from("ABCDEF"),
        credibility=st.integers(1, 6),
        certainty=word("certainty"),
        tlp=st.sampled_from(sorted(words("tlp"))),
        consent=FLAGS,
        claims=COUNTS,
    )
    texts = facts.Texts(draw(PROSE), draw(NAMES), draw(st.sampled_from(["", "en", "ar", "zh-hans"])))
    place = draw(st.none() | positions())
    return Told(
        draw(incidents()),
        place if place != facts.Position() else None,
        texts,
        tuple(draw(st.lists(source, max_size=3))),
    )


def sent(form: Typed) -> Typed:
    """The form as a browser sends it: line ends of its own, every field anew."""
    return typed((name, value.replace("\n", "\r\n")) for name, values in form.items() for value in values)


@FEWER
@given(told())
def test_what_is_stored_comes_back_unchanged(whole: Told) -> None:
    form = sent(fill(whole))
    said = read(form)
    assert [p for p in said.problems if p.code not in ("day_needed",)] == []
    assert settled(said.told, whole, form) == whole


@FEWER
@given(told())
def test_what_the_reader_may_not_see_is_neither_shown_nor_lost(whole: Told) -> None:
    form = sent(fill(whole, hidden=True))
    shown = " ".join(value for name, values in form.items() for value in values if "claims" not in name)
    for harm in whole.facts.harm:
        assert harm.subject is None or harm.subject not in shown
        assert harm.organisation is None or harm.organisation not in shown
    assert not {"details", "actor_name", "lat", "lon", "locality", "admin1", "admin2"} & form.keys()
    assert settled(read(form).told, whole, form, hidden=True) == whole


@FEWER
@given(told(), told())
def test_one_form_never_takes_over_what_another_says(whole: Told, other: Told) -> None:
    """Settling against something else keeps the facts that were typed, but for the order of equal things."""
    form = sent(fill(whole))
    now = settled(read(form).told, other, form)
    assert now.facts.harm == whole.facts.harm
    assert now.facts.margins == whole.facts.margins
    assert sorted(t for t in now.facts.tags) == sorted(whole.facts.tags)
    assert now.sources == whole.sources


@FEWER
@given(told())
def test_a_draft_is_the_form_again(whole: Told) -> None:
    form = sent(fill(whole))
    assert from_stored(stored(form)) == form


def form_of(**fields: Any) -> Typed:
    return typed((name.replace("__", "."), value) for name, value in fields.items())


def test_a_blank_form_states_nothing() -> None:
    said = read({})
    assert said.told == Told(facts.Incident())
    assert is_blank(form_of(key="01J0000000000000000000000A", sensitivity="internal"))
    assert not is_blank(form_of(details="x"))


def test_five_fields_suffice() -> None:
    said = read(
        form_of(
            cause="crime",
            first_day="2024-03-02",
            country="SSD",
            locality="Juba",
            h0__n="2",
            h0__outcomes="robbed",
            details=" Two colleagues were robbed. ",
        )
    )
    day = date(2024, 3, 2)
    assert not said.problems
    assert said.told.facts == facts.Incident(
        first_day=day,
        last_day=day,
        date_precision="exact",
        country="SSD",
        cause="crime",
        harm=(facts.Harm(2, "stated", {"robbed": facts.Outcome(True)}),),
    )
    assert said.told.position == facts.Position(locality="Juba")
    assert said.told.texts == facts.Texts(details="Two colleagues were robbed.")
    assert with_a_source(said.told).sources == (facts.SourceClaim("other", claims={"robbed": 2}),)


DAY = date(2024, 3, 6)  # a Wednesday


@pytest.mark.parametrize(
    ("fields", "span"),
    [
        ({"first_day": "2024-03-06"}, (DAY, DAY, "exact", 0)),
        ({"last_day": "2024-03-06"}, (DAY, DAY, "exact", 0)),
        (
            {"first_day": "2024-03-06", "last_day": "2024-03-09"},
            (DAY, DAY + timedelta(3), "days", 0),
        ),
        (
            {"first_day": "2024-03-06", "days_off": "2"},
            (DAY - timedelta(2), DAY + timedelta(2), "days", 2),
        ),
        (
            {"first_day": "2024-03-06", "date_precision": "week"},
            (date(2024, 3, 4), date(2024, 3, 10), "week", 0),
        ),
        (
            {"first_day": "2024-03-06", "date_precision": "month"},
            (date(2024, 3, 1), date(2024, 3, 31), "month", 0),
        ),
        (
            {"first_day": "2024-03-06", "date_precision": "year"},
            (date(2024, 1, 1), date(2024, 12, 31), "year", 0),
        ),
        ({"date_precision": "unknown"}, (None, None, "unknown", 0)),
        ({}, (None, None, "unknown", 0)),
    ],
)
def test_when_it_happened(fields: dict[str, str], span: tuple[Any, ...]) -> None:
    now = read(form_of(**fields)).told.facts
    assert (now.first_day, now.last_day, now.date_precision, now.days_off) == span


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"first_day": "yesterday"}, "first_day", "bad_date"),
        ({"first_day": "0024-03-06"}, "first_day", "out_of_range"),
        ({"first_day": "2031-01-01"}, "first_day", "future_date"),
        ({"first_day": "2024-03-06", "last_day": "2024-03-05"}, "last_day", "days_out_of_order"),
        ({"date_precision": "month"}, "first_day", "day_needed"),
        ({"cause": "bad luck"}, "cause", "unknown_word"),
        ({"country": "XXX"}, "country", "unknown_country"),
        ({"h0__n": "a few"}, "h0.n", "bad_number"),
        ({"h0__n": "-1"}, "h0.n", "out_of_range"),
        ({"h0__n": "3", "h0__n_basis": "unknown"}, "h0.n_basis", "number_and_unknown"),
        ({"h0__outcomes": "died", "h0__not": "died"}, "h0.not", "yes_and_no"),
        ({"h1__subject": "Maria"}, "h1.subject", "bad_value"),
        ({"lat": "nan", "lon": "1"}, "lat", "bad_coordinate"),
        ({"lat": "91", "lon": "1"}, "lat", "position_off_globe"),
        ({"lat": "4"}, "lon", "missing_field"),
        ({"o0__n": "1"}, "o0.kind", "missing_field"),
        ({"m0__n": "1"}, "m0.of", "missing_field"),
        ({"s0__claims": "died:many"}, "s0.claims", "bad_value"),
        ({"locality": "x" * 201}, "locality", "too_long"),
    ],
)
def test_what_cannot_be_read_is_a_problem_at_its_field(fields: dict[str, str], field: str, code: str) -> None:
    problems = read(form_of(**fields), today=date(2030, 1, 1)).problems
    assert [(p.field, p.code) for p in problems if p.field == field] == [(field, code)]


@pytest.mark.parametrize("digits", ["12", "١٢", "१२", " 12 "])
def test_digits_of_any_script(digits: str) -> None:
    assert read(form_of(h0__n=digits)).told.facts.harm[0].n == 12


def test_groups_come_and_go() -> None:
    form = with_group(form_of(h0__n="1"), "h")
    assert form["h1.was"] == ("new",)
    assert len(read(form).told.facts.harm) == 1  # an empty group says nothing
    assert "h0.n" not in without_group(form, "h", 0)


def test_no_other_name_gets_in() -> None:
    assert typed([("csrfmiddlewaretoken", "x"), ("h0.password", "x"), ("h9999.n", "1"), ("cause", "")]) == {}


def test_more_than_a_form_can_hold_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        typed([("details", "x" * 200_001)])
    assert refused.value.code == "too_large"
