"""How long one waits after tries that failed: nothing at first, then twice as long each time, at most 15 minutes.

A wait that doubles stops guessing and never shuts the right person out for long (NIST SP 800-63B, rate limiting)."""

from __future__ import annotations

from datetime import datetime, timedelta

FREE_BY_NAME = 5  # tries under one name before it waits
FREE_BY_ADDRESS = 50  # from one address, behind which a whole office may sit
FIRST = timedelta(minutes=1)
LONGEST = timedelta(minutes=15)
FORGOTTEN = timedelta(hours=24)


def wait_after(failures: int, free: int) -> timedelta:
    """The wait that begins with the last failure."""
    if failures < free:
        return timedelta(0)
    doubled: int = 2 ** min(failures - free, 10)
    return min(LONGEST, FIRST * doubled)


def wait_left(failures: int, last_at: datetime, free: int, now: datetime) -> timedelta:
    """What is left of the wait; nothing once it is over."""
    return max(timedelta(0), last_at + wait_after(failures, free) - now)


def counted(failures: int, last_at: datetime, now: datetime) -> int:
    """The count after one more failure; those of another day are forgotten."""
    return 1 if now - last_at > FORGOTTEN else failures + 1
