"""References that one can say over the radio: SSD-2026-0147. Given once, never changed, never reused."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable

from tabard.incidents.models import Counter

NOWHERE = "ZZZ"


def prefix(country: str | None, year: int) -> str:
    """Country and year; `ZZZ` while the country is unknown."""
    return f"{country or NOWHERE}-{year:04d}"


def allocate(prefixes: Iterable[str]) -> list[str]:
    """The next reference for each prefix, in the order asked. Must run inside an act."""
    wanted = list(prefixes)
    following = _reserve(Tally(wanted))
    given = []
    for name in wanted:
        following[name] += 1
        given.append(f"{name}-{following[name]:04d}")
    return given


def _reserve(wanted: Tally[str]) -> dict[str, int]:
    """Move the counters on by what is wanted; where each of them stood. Writers queue for the rows they share."""
    names = sorted(wanted)
    Counter.objects.bulk_create([Counter(prefix=name) for name in names], ignore_conflicts=True)
    locked = {row.prefix: row for row in Counter.objects.select_for_update().filter(prefix__in=names)}
    stood = {name: locked[name].last for name in names}
    for name in names:
        locked[name].last += wanted[name]
    Counter.objects.bulk_update(locked.values(), ["last"], batch_size=200)
    return stood
