"""Times and memory: medians of several runs with the least and the most, and what a process has held at most."""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

Spread = dict[str, float]


def seconds(work: Callable[[], Any]) -> float:
    """How long one run takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def spread(times: Iterable[float]) -> Spread:
    """Median, least and most."""
    found = sorted(times)
    return {"median": statistics.median(found), "least": found[0], "most": found[-1]}


def several(work: Callable[[], Any], runs: int) -> Spread:
    """The spread of several runs."""
    return spread(seconds(work) for _ in range(runs))


def side_by_side(works: dict[str, Callable[[], Any]], runs: int) -> dict[str, Spread]:
    """Several runs of each, taking turns, so that what else the machine does falls on all alike."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(runs):
        for name, work in works.items():
            times[name].append(seconds(work))
    return {name: spread(found) for name, found in times.items()}


def percentile(times: Sequence[float], share: float) -> float:
    """The value below which that share of the times lies (nearest rank)."""
    found = sorted(times)
    return found[min(len(found) - 1, int(share * len(found)))]


def peak_mib() -> int:
    """The most memory that this process has held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def child_peak_mib() -> int:
    """The most memory that any process it started and waited for has held, in MiB."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10
