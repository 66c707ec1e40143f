"""Questions about the people harmed, as numbers: which category, recruited how, which gender; any part left open.

Parts asked together are answered only by what a source states jointly."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from hashlib import blake2b
from itertools import product

OPEN = "*"
UNKNOWN = ""
Answer = tuple[str, str, str]  # category, recruitment, gender; "" is not stated


@cache
def facet(category: str = OPEN, recruitment: str = OPEN, gender: str = OPEN) -> int:
    """The number of one question: 60 bits, the same on every machine."""
    text = "/".join((category, recruitment, gender))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") >> 4


@cache
def questions(answer: Answer) -> frozenset[int]:
    """Every question that one jointly stated answer answers; the one that asks nothing is left out."""
    parts = product(*((part, OPEN) for part in answer))
    return frozenset(facet(*asked) for asked in parts if asked != (OPEN, OPEN, OPEN))


def all_questions(answers: Iterable[Answer]) -> set[int]:
    """Every question that these answers, each by itself, answer."""
    return {number for answer in answers for number in questions(answer)}
