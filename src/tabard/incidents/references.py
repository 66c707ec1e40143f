"""References that one can say over the radio: SSD-2026-0147. Given once, never changed, never reused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.db.models import F

from tabard.incidents.models import Counter as Counted

NOWHERE = "ZZZ"


def prefix(country: str | None, year: int) -> str:
    """Country and year; `ZZZ` while the country is unknown."""
    return f"{country or NOWHERE}-{year:04d}"


def allocate(prefixes: Iterable[str]) -> list[str]:
    """The next reference for each prefix, in the order asked. Must run inside an act."""
    wanted = list(prefixes)
    following = {name: _reserve(name, count) for name, count in Counter(wanted).items()}
    given = []
    for name in wanted:
        given.append(f"{name}-{following[name]:04d}")
        following[name] += 1
    return given


def _reserve(name: str, count: int) -> int:
    """Move the counter on by `count` in one statement; the first of the numbers reserved."""
    Counted.objects.get_or_create(prefix=name)
    Counted.objects.filter(prefix=name).update(last=F("last") + count)
    return Counted.objects.get(prefix=name).last - count + 1
