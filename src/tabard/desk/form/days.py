"""When it happened: a day, a span, or a day that is known to within a week, a month or a year."""

from __future__ import annotations

from datetime import date, timedelta

from tabard.desk.form.values import MOST_DAYS_OFF, Reader
from tabard.rules.dates import Span, around, span


def read_span(form: Reader) -> Span:
    """The span of the form's four fields. Two days are taken as they are; one is widened as its precision says."""
    first, last = form.day("first_day"), form.day("last_day")
    precision, off = form.word("date_precision", "date_precision"), form.count("days_off", MOST_DAYS_OFF) or 0
    if first is None and last is None:
        if precision not in (None, "unknown") and not form.problems:
            form.wrong("first_day", "day_needed")
        return Span(None, None, precision or "unknown", off)
    if first is not None and last is not None:
        if last < first:
            form.wrong("last_day", "days_out_of_order")
        return Span(first, last, precision or ("exact" if first == last else "days"), off)
    return _widened(first or last or date.min, precision or ("days" if off else "exact"), off)


def _widened(day: date, precision: str, off: int) -> Span:
    if precision == "days":
        return around(day, off)
    if precision == "week":
        monday = day - timedelta(day.weekday())
        return Span(monday, monday + timedelta(6), "week", off)
    if precision == "month":
        return span(day.year, day.month)
    return span(day.year) if precision == "year" else Span(day, day, precision, off)


def fill_span(first: date | None, last: date | None, precision: str, off: int) -> dict[str, str]:
    """The four fields from which `read_span` reads just this."""
    if first is not None and first == last and precision == "exact" and not off:
        return {"first_day": first.isoformat()}
    blank = first is None and precision == "unknown"
    return {
        "first_day": first.isoformat() if first else "",
        "last_day": last.isoformat() if last else "",
        "date_precision": "" if blank else precision,
        "days_off": str(off) if off else "",
    }
