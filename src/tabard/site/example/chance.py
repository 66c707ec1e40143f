"""Chance that is the same on every machine: numbers drawn from a digest of a name, never from a clock."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")
SEED = "tabard synthetic example 1"


def entropy(name: str) -> bytes:
    """Thirty-two bytes that belong to a name."""
    return hashlib.sha256(f"{SEED}:{name}".encode()).digest()


class Stream:
    """Draws for one named thing; what is drawn for one thing never moves what is drawn for another."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.drawn = 0

    def below(self, limit: int) -> int:
        """A whole number from 0 up to, not including, the limit."""
        self.drawn += 1
        return int.from_bytes(entropy(f"{self.name}:{self.drawn}")[:8], "big") % limit

    def one(self, things: Sequence[T]) -> T:
        """One of the things, all alike."""
        return things[self.below(len(things))]

    def weighed(self, weights: Mapping[str, int]) -> str:
        """One of the codes, each as likely as its weight says."""
        place = self.below(sum(weights.values()))
        for code, weight in weights.items():
            if place < weight:
                return code
            place -= weight
        raise ValueError("weights must not be negative")

    def happens(self, per_cent: int) -> bool:
        """Yes in so many cases of a hundred."""
        return self.below(100) < per_cent

    def shuffled(self, things: Sequence[T]) -> list[T]:
        """The same things in an order of chance."""
        left = list(things)
        return [left.pop(self.below(len(left))) for _ in range(len(left))]
