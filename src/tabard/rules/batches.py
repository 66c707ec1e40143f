"""Long streams in short lists, so that memory stays flat."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batched(stream: Iterable[T], size: int) -> Iterator[list[T]]:
    """The stream in lists of `size`, the last one shorter (Python 3.12 has this built in)."""
    ahead = iter(stream)
    while some := list(islice(ahead, size)):
        yield some
