"""Tries to sign in that failed: counted by name and by address under keyed digests, and written to the audit chain.

The state lies in the database, so that all processes wait together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tabard.access import policy, seals
from tabard.access.door import opened, record
from tabard.access.models import Account, Attempts
from tabard.rules.patience import FORGOTTEN, counted, wait_left

NOBODY = "nobody"


def key_of(kind: str, text: str) -> str:
    """The row of a name or an address; it does not tell which."""
    return seals.keyed(f"attempts.{kind}", text)


def left(key: str, free: int, now: datetime) -> timedelta:
    """How long the next try has to wait."""
    row = Attempts.objects.filter(pk=key).first()
    return wait_left(row.failures, row.last_at, free, now) if row else timedelta(0)


def failed(*keys: str, name_key: str, account: Account | None, way: str, waits: bool) -> None:
    """Count one more failure, unless it came within a wait, and write the line."""
    now = datetime.now(UTC)
    with opened(NOBODY):
        if not waits:
            for key in keys:
                _count(key, now)
        subject = policy.key_of(account) if account else f"name:{name_key[:32]}"
        record("access:account:refuse", subject, way=way, waits=waits)


def _count(key: str, now: datetime) -> None:
    Attempts.objects.get_or_create(pk=key, defaults={"failures": 0, "last_at": now})
    row = Attempts.objects.select_for_update().get(pk=key)
    row.failures, row.last_at = counted(row.failures, row.last_at, now), now
    row.save()


def forget(key: str) -> None:
    """After success nothing is held against the name. No act where there is nothing to forget."""
    if Attempts.objects.filter(pk=key).exists():
        with opened(NOBODY):
            Attempts.objects.filter(pk=key).delete()


def sweep(now: datetime) -> int:
    """Drop what no longer counts; how many rows."""
    with opened(NOBODY):
        return Attempts.objects.filter(last_at__lt=now - FORGOTTEN).delete()[0]
