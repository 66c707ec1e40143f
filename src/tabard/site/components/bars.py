"""A row of bars over years, worked out as rectangles: the page needs no script to draw it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, TOP, FLOOR = 360, 16, 74  # the view box of `components/bars.html` is 360 by 92
EDGE = 15  # half a label


@dataclass(frozen=True)
class Bar:
    """One year: where its rectangle is, and which of its labels have room."""

    year: int
    value: int | None
    x: float
    y: float
    width: float
    height: float
    middle: float
    label: float  # where its labels stand: above the bar, but never cut by the box
    on: bool
    shows_value: bool
    shows_year: bool


def bars(values: Sequence[tuple[int, int | None]], on: int | None) -> list[Bar]:
    """One bar a year; with many years only some labels are written, always those of the year chosen."""
    if not values:
        return []
    step = WIDTH / len(values)
    top = max((value or 0 for _, value in values), default=0) or 1
    skip = max(1, -(-len(values) * 34 // WIDTH))  # a label needs some 34 units
    peak = next(year for year, value in values if (value or 0) == max(v or 0 for _, v in values))
    last = values[-1][0]
    return [
        _bar(i, pair, step, top, pair[0] == on, _labels(pair, on, peak, last, skip))
        for i, pair in enumerate(values)
    ]


def _labels(
    pair: tuple[int, int | None], on: int | None, peak: int, last: int, skip: int
) -> tuple[bool, bool]:
    year = pair[0]
    near = on is not None and 0 < abs(year - on) < skip
    value = skip == 1 or year == on or (year == peak and not near)
    return value, ((last - year) % skip == 0 and not near) or year == on


def _bar(
    i: int, pair: tuple[int, int | None], step: float, top: int, on: bool, labels: tuple[bool, bool]
) -> Bar:
    gap = min(10.0, step * 0.25)
    height = round((FLOOR - TOP) * (pair[1] or 0) / top, 1)
    return Bar(
        year=pair[0],
        value=pair[1],
        x=round(i * step + gap / 2, 1),
        y=round(FLOOR - height, 1),
        width=round(step - gap, 1),
        height=height,
        middle=round(i * step + step / 2, 1),
        label=round(min(max(i * step + step / 2, EDGE), WIDTH - EDGE), 1),
        on=on,
        shows_value=labels[0],
        shows_year=labels[1],
    )
