"""A hidden incident takes as long to be refused as one that is not there: 1,000 pairs, nothing to tell them by."""

from __future__ import annotations

import random
from collections.abc import Callable
from math import erfc, sqrt
from time import perf_counter_ns

import pytest

from api.conftest import Machine
from cast import Cast, World

pytestmark = [pytest.mark.django_db(databases="__all__"), pytest.mark.prove]
PAIRS = 1_000


def slower(first: Callable[[], object], second: Callable[[], object], chance: random.Random) -> bool:
    """Which of two took longer, begun in either order."""
    took: dict[int, int] = {}
    for each in chance.sample((0, 1), 2):
        begun = perf_counter_ns()
        (first, second)[each]()
        took[each] = perf_counter_ns() - begun
    return took[0] > took[1]


def p_value(first: Callable[[], object], second: Callable[[], object], seed: int) -> float:
    """Of the sign test: how likely so uneven a count is where neither takes longer."""
    chance = random.Random(seed)
    count = sum(slower(first, second, chance) for _ in range(PAIRS))
    return erfc(abs(count - PAIRS / 2) / sqrt(PAIRS / 4) / sqrt(2))


@pytest.mark.parametrize("path", ["/incidents/{}", "/incidents?reference={}", "/incidents/{}/flash"])
def test_hidden_and_absent_take_as_long(
    path: str, cast: Cast, world: World, machine: Callable[..., Machine]
) -> None:
    client = machine(cast.joseph)
    hidden, absent = path.format(world.incident.reference), path.format("SSD-2019-9999")
    for _ in range(100):
        client.get(hidden), client.get(absent)
    # by chance alone, one round in a hundred falls below 0.01, and two in a row one in ten thousand
    found = [p_value(lambda: client.get(hidden), lambda: client.get(absent), seed) for seed in (1, 2)]
    assert max(found) >= 0.01, found
