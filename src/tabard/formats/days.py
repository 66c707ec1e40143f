"""Days as people write them, in a stated order; what could be two days is neither."""

from __future__ import annotations

import re
from datetime import date, timedelta

from tabard.rules import dates

ORDERS = ("dmy", "mdy", "ymd")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 80_000  # days of a spreadsheet, 1954 to 2119
_EPOCH = date(1899, 12, 30)


def parse(text: str, order: str | None = None) -> dates.Span:
    """The span that a text names: a day, a month or a year. Raises ValueError where it names none, or where
    day and month could be either way round and no order is given."""
    plain = text.strip().casefold()
    if len(plain) > 60:
        raise ValueError("too long for a date")
    if plain.isascii() and plain.isdigit() and _FIRST_SERIAL <= int(plain) <= _LAST_SERIAL:
        return _day(_EPOCH + timedelta(int(plain)))
    plain = re.sub(r"[t ]\d{1,2}:\d{2}.*$", "", plain)
    numbers = [int(found) for found in re.findall(r"\d{1,4}", plain, re.ASCII)]
    named = next((at for at, name in enumerate(_MONTHS, 1) if re.search(rf"(?<![a-z]){name}", plain)), None)
    if named is not None:
        return _with_named_month(numbers, named)
    if re.search("[^0-9 ./,-]", plain) or re.search(r"\d{5}", plain):
        raise ValueError("not a date")
    return _from_numbers(numbers, order)


def _day(day: date) -> dates.Span:
    return dates.span(day.year, day.month, day.day)


def _with_named_month(numbers: list[int], month: int) -> dates.Span:
    if len(numbers) == 1:
        return dates.span(_year(numbers[0]), month)
    if len(numbers) != 2:
        raise ValueError("not a date")
    year, day = (numbers[0], numbers[1]) if numbers[0] > 31 else (numbers[1], numbers[0])
    return dates.span(_year(year), month, day)


def _from_numbers(numbers: list[int], order: str | None) -> dates.Span:
    if len(numbers) == 1 and numbers[0] > 1000:
        return dates.span(_year(numbers[0]))
    if len(numbers) == 2 and max(numbers) > 1000:
        return dates.span(max(numbers), min(numbers))
    if len(numbers) != 3:
        raise ValueError("not a date")
    if numbers[0] > 31:
        return dates.span(_year(numbers[0]), numbers[1], numbers[2])
    first, second, year = numbers
    if order == "ymd":
        return dates.span(_year(first), second, year)
    if order is None:
        order = _only_order(first, second)
    day, month = (second, first) if order == "mdy" else (first, second)
    return dates.span(_year(year), month, day)


def _only_order(first: int, second: int) -> str:
    if first <= 12 and second <= 12 and first != second:
        raise ValueError("day and month could be either way round")
    return "mdy" if second > 12 else "dmy"


def _year(number: int) -> int:
    """A year of four digits, or the nearest one of two (70 and later are of the last century)."""
    year = number if number > 99 else number + (1900 if number >= 70 else 2000)
    if not 1900 <= year <= 2200:
        raise ValueError("not a year of this century or the last")
    return year
