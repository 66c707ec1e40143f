"""What pages are made of: facts told in words, differences between revisions, bars, dots, partial dates."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from tabard.intake.models import Batch
from tabard.rules import facts
from tabard.site.components import outcome, telling
from tabard.site.components.bars import EDGE, FLOOR, TOP, WIDTH, bars
from tabard.site.components.changes import changes
from tabard.site.components.worlddots import dots
from tabard.site.components.years import newest
from tabard.site.templatetags import words as say

DAY = date(2019, 5, 4)


def told(*harm: facts.Harm, margins: tuple[facts.Margin, ...] = (), **more: object) -> facts.Incident:
    return facts.Incident(first_day=DAY, last_day=DAY, harm=harm, margins=margins, **more)  # type: ignore[arg-type]


def harm(n: int | None, outcome: str, basis: str = "stated", **more: object) -> facts.Harm:
    return facts.Harm(n, basis, {outcome: facts.Outcome(True)}, **more)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _english() -> object:
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("incident", "expected"),
    [
        (told(), []),
        (told(harm(2, "died"), harm(1, "died")), [("died", 3, "stated")]),
        (told(harm(2, "died"), harm(None, "died", "unknown")), [("died", 2, "at_least")]),
        (told(harm(None, "died", "unknown")), [("died", None, "unknown")]),
        (told(harm(2, "died", "estimate")), [("died", 2, "estimate")]),
        # what a source states by outcome alone goes before what the harm adds up to
        (told(harm(2, "died"), margins=(facts.Margin(5, "outcome", "died"),)), [("died", 5, "stated")]),
        (told(margins=(facts.Margin(0, "outcome", "died"),)), []),
    ],
)
def test_the_tally_of_an_incident(
    incident: facts.Incident, expected: list[tuple[str, int | None, str]]
) -> None:
    assert [(count.code, count.n, count.basis) for count in telling.tally(incident)] == expected


def test_a_correction_shows_the_parts_that_changed_and_the_parts_that_stayed() -> None:
    old = told(harm(3, "detained", gender="male"), certainty="probable")
    new = told(harm(2, "detained", gender="male"), certainty="confirmed")
    certainty, persons = changes(old, new)
    assert certainty.parts == (("gone", "Probable"), ("come", "Confirmed"))
    assert persons.parts[:2] == (("gone", "Persons: 3"), ("come", "Persons: 2"))
    assert [kind for kind, _ in persons.parts] == ["gone", "come", "same"]


@given(
    st.lists(
        st.sampled_from([harm(1, "died"), harm(2, "injured"), harm(None, "abducted", "unknown")]), max_size=4
    )
)
def test_no_change_is_shown_where_nothing_changed(rows: list[facts.Harm]) -> None:
    assert changes(told(*rows), told(*rows)) == []


@pytest.mark.parametrize(
    ("first", "last", "precision", "days_off", "expected"),
    [
        (None, None, "unknown", 0, "date not known"),
        (DAY, DAY, "exact", 0, "4 May 2019"),
        (date(2019, 5, 1), date(2019, 5, 31), "month", 0, "May 2019"),
        (date(2019, 1, 1), date(2019, 12, 31), "year", 0, "2019"),
        (date(2019, 5, 1), date(2019, 5, 7), "week", 0, "week of 1 May 2019"),
        (date(2019, 5, 2), date(2019, 5, 6), "days", 2, "4 May 2019, give or take 2 days"),
    ],
)
def test_a_partial_date_says_how_much_is_known(
    first: date | None, last: date | None, precision: str, days_off: int, expected: str
) -> None:
    assert say.when(first, last, precision, days_off) == expected


def test_a_number_keeps_its_sign_before_it_in_arabic_too() -> None:
    """Without the isolate the sign would be drawn as its mirror image, which says the opposite."""
    with translation.override("ar"):
        assert say.persons(3, "at_least") == "\u2066≥ 3\u2069"
    assert (say.persons(None), say.persons(0), say.persons(1234)) == ("not known", "0", "1,234")


def test_a_label_inside_a_sentence_keeps_the_capitals_of_an_abbreviation() -> None:
    assert say.inword("unit", "persons") == "persons"
    assert say.inword("scope", "ngo").startswith("NGO")


@given(st.dictionaries(st.integers(1990, 2030), st.integers(0, 10**6), min_size=1, max_size=40))
def test_bars_stay_inside_their_box_and_say_the_year_chosen(values: dict[int, int]) -> None:
    years = range(min(values), max(values) + 1)
    chosen = max(values)
    drawn = bars([(year, values.get(year)) for year in years], chosen)
    assert [bar.year for bar in drawn] == list(years)
    assert all(bar.x >= 0 and bar.x + bar.width <= WIDTH + 0.2 for bar in drawn)
    assert all(bar.y >= TOP - 0.1 and bar.y + bar.height <= FLOOR + 0.1 for bar in drawn)
    assert [(bar.year, bar.shows_value, bar.shows_year) for bar in drawn if bar.on] == [(chosen, True, True)]
    assert all(EDGE <= bar.label <= WIDTH - EDGE for bar in drawn)  # or the box cuts the label


def test_a_failure_whose_details_were_not_kept_shows_no_gap() -> None:
    codes = ["row_too_long", "too_large", "unreadable_file", "mapping_incomplete", "bad_value"]
    for code in codes:
        shown = outcome.told(Batch(format="awsd", state="failed", failure=code))
        assert shown.failure.endswith(".")
        assert "…" not in shown.failure + shown.failure_next, code


def test_a_dot_is_as_large_as_its_number_and_an_unknown_country_has_none() -> None:
    placed = {dot.iso3: dot for dot in dots({"SSD": 100, "MLI": 25, "": 3}, {"MLI"})}
    assert set(placed) == {"SSD", "MLI"}
    assert placed["SSD"].r == pytest.approx(2 * placed["MLI"].r)  # four times the area
    assert (placed["SSD"].now, placed["MLI"].now) == (False, True)


@pytest.mark.parametrize(
    ("months", "series", "expected"),
    [
        (["2018-03", "2019-11", "2020-02"], False, 2019),
        (["2018-03", "2019-11", "2020-02"], True, 2019),
        (["2018-03", "2019-11", "2020-08"], True, 2020),
        (["2019-02"], False, 2019),
        (["2019-02"], True, 2019),
    ],
)
def test_a_table_opens_with_the_newest_whole_year(months: list[str], series: bool, expected: int) -> None:
    assert newest(months, series=series) == expected
