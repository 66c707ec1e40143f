"""Days as people write them; what could be two days is refused rather than guessed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabard.formats.days import parse

DAYS = st.dates(date(1970, 1, 1), date(2069, 12, 31))


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("2021-03-04", None, date(2021, 3, 4)),
        ("2021/3/4", None, date(2021, 3, 4)),
        ("2021-03-04T10:11:12Z", None, date(2021, 3, 4)),
        ("2021-03-04 10:11", None, date(2021, 3, 4)),
        ("04/03/2021", "dmy", date(2021, 3, 4)),
        ("04/03/2021", "mdy", date(2021, 4, 3)),
        ("13/03/2021", None, date(2021, 3, 13)),
        ("03/13/2021", None, date(2021, 3, 13)),
        ("04.03.21", "dmy", date(2021, 3, 4)),
        ("21-03-04", "ymd", date(2021, 3, 4)),
        ("4 March 2021", None, date(2021, 3, 4)),
        ("Mar 4, 2021", None, date(2021, 3, 4)),
        ("44259", None, date(2021, 3, 4)),
    ],
)
def test_a_day(text: str, order: str | None, day: date) -> None:
    span = parse(text, order)
    assert (span.first, span.last, span.precision) == (day, day, "exact")


@pytest.mark.parametrize(
    ("text", "precision", "first"),
    [
        ("2021", "year", date(2021, 1, 1)),
        ("2021-03", "month", date(2021, 3, 1)),
        ("March 2021", "month", date(2021, 3, 1)),
    ],
)
def test_less_than_a_day(text: str, precision: str, first: date) -> None:
    assert (parse(text).precision, parse(text).first) == (precision, first)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "04/03/2021",
        "2021-02-30",
        "soon",
        "12",
        "1/2/3/4",
        "2021-13-01",
        "99999",
        "²",
        "3021-01-01",
        "x" * 100,
    ],
)
def test_no_day_at_all(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        parse(text)


@given(DAYS)
def test_every_writing_of_a_day_reads_back(day: date) -> None:
    assert parse(day.isoformat()).first == day
    assert parse(f"{day:%d/%m/%Y}", "dmy").first == day
    assert parse(f"{day:%m/%d/%Y}", "mdy").first == day
    assert parse(f"{day:%d.%m.%y}", "dmy").first == day
    assert parse(str((day - date(1899, 12, 30)) // timedelta(1))).first == day


@given(st.text(max_size=80), st.sampled_from([None, "dmy", "mdy", "ymd"]))
def test_any_text_is_a_span_or_a_value_error(text: str, order: str | None) -> None:
    try:
        span = parse(text, order)
    except ValueError:
        return
    assert span.first is not None
    assert span.last is not None
    assert span.first <= span.last
