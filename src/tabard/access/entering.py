"""From a name and a password to an account, with what slows guessing.

Whoever waits is answered as for a wrong password and at the same cost: nobody learns who exists or who waits."""

from __future__ import annotations

from datetime import UTC, datetime

from tabard.access import attempts
from tabard.access.models import Account
from tabard.access.signin import AccountBackend
from tabard.rules.patience import FREE_BY_ADDRESS, FREE_BY_NAME
from tabard.rules.refusals import Refused


def name_key(handle: str) -> str:
    """The row that counts wrong passwords and codes under a name."""
    return attempts.key_of("name", handle)


def by_password(handle: str, password: str, address: str) -> Account | None:
    """The account, or none. An address that guesses too much is told to wait; it learns nothing else."""
    check_address(address)
    account = AccountBackend().authenticate(None, handle, password)
    return account if settle(handle, address, right=account is not None, way="password") else None


def check_address(address: str) -> None:
    """Refuse an address that has to wait."""
    wait = attempts.left(attempts.key_of("address", address), FREE_BY_ADDRESS, datetime.now(UTC))
    if wait:
        raise Refused("locked_out", minutes=int(wait.total_seconds() // 60) + 1)


def settle(handle: str, address: str, *, right: bool, way: str) -> bool:
    """Whether a try counts as right: not while its name waits. What failed is counted and written down."""
    key = name_key(handle)
    waits = bool(attempts.left(key, FREE_BY_NAME, datetime.now(UTC)))
    if right and not waits:
        attempts.forget(key)
        return True
    known = Account.objects.filter(handle=handle).first()
    keys = (key, attempts.key_of("address", address))
    attempts.failed(*keys, name_key=key, account=known, way=way, waits=waits)
    return False
