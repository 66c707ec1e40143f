"""Partial dates: a span of days with the precision the source supports; and the two clocks' ends of day."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta


@dataclass(frozen=True, slots=True)
class Span:
    """First and last day (inclusive) in which something happened; precision is a word of `date_precision`."""

    first: date | None
    last: date | None
    precision: str
    days_off: int = 0


UNKNOWN = Span(None, None, "unknown")


def span(year: int | None, month: int | None = None, day: int | None = None) -> Span:
    """The span of a date of which day, or month and day, may be missing. Raises ValueError on a day that is none."""
    if year is None:
        return UNKNOWN
    if month is None:
        return Span(date(year, 1, 1), date(year, 12, 31), "year")
    if day is None:
        return Span(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]), "month")
    exact = date(year, month, day)
    return Span(exact, exact, "exact")


def around(day: date, days_off: int) -> Span:
    """A day known to within `days_off` days either side."""
    return Span(day - timedelta(days_off), day + timedelta(days_off), "days", days_off)


def end_of_day(day: date) -> datetime:
    """The last instant (microsecond) of a day in UTC: what a bare date means on both clocks."""
    return datetime.combine(day, time.max, tzinfo=UTC)


def within(first: date | None, last: date | None, start: date, end: date) -> str:
    """How a span lies to a window: `inside` (counts), `straddles` (a line of its own), `outside` or `unknown`."""
    if first is None or last is None:
        return "unknown"
    if last < start or first > end:
        return "outside"
    return "inside" if first >= start and last <= end else "straddles"
