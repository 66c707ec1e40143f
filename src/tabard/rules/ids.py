"""ULIDs: 128-bit ids that sort by the time they were made (Crockford base 32, 26 characters)."""

from __future__ import annotations

import os
import time

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PAIRS = tuple(first + second for first in ALPHABET for second in ALPHABET)  # ten bits at once
LENGTH = 26


def ulid(milliseconds: int | None = None, entropy: bytes | None = None) -> str:
    """A new ULID; both parts can be given so that an example is the same on every machine."""
    time_part = time.time_ns() // 1_000_000 if milliseconds is None else milliseconds
    random_part = int.from_bytes(os.urandom(10) if entropy is None else entropy[:10], "big")
    return encode((time_part << 80) | random_part)


def encode(number: int) -> str:
    """26 characters of base 32 for a 128-bit number."""
    return "".join([PAIRS[(number >> shift) & 1023] for shift in range(120, -1, -10)])


def is_ulid(text: str) -> bool:
    """Whether `text` has the form of a ULID that fits in 128 bits."""
    return len(text) == LENGTH and text[0] <= "7" and all(c in ALPHABET for c in text)
