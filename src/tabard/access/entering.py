"""From a password, a code or a passkey to an account, with what slows guessing.

Whoever waits is answered as for a wrong password and at the same cost: nobody learns who exists or who waits."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tabard.access import attempts, factors, passkeys
from tabard.access.models import Account
from tabard.access.signin import AccountBackend
from tabard.rules.patience import FREE_BY_ADDRESS, FREE_BY_NAME
from tabard.rules.refusals import Refused


def name_key(handle: str) -> str:
    """The row that counts wrong passwords under a name."""
    return attempts.key_of("name", handle)


def code_key(account: Account) -> str:
    """The row that counts wrong codes: its own, so that the right password does not buy more guesses."""
    return attempts.key_of("code", account.pk)


def by_password(handle: str, password: str, address: str) -> Account | None:
    """The account, or none."""
    check_address(address)
    found = AccountBackend().authenticate(None, handle, password)
    key = name_key(handle)
    waits = _waits(key)
    if found is not None and not waits:
        attempts.forget(key)
        return found
    known = Account.objects.filter(handle=handle).first()
    _failed(key, address, known, way="password", waits=waits)
    return None


def by_code(account: Account, code: str, address: str) -> str | None:
    """Which kind of factor the code is of, now used up; none for a wrong one, or while codes wait."""
    check_address(address)
    key = code_key(account)
    waits = _waits(key)
    way = None if waits else factors.use(account, code)
    if way is None:
        _failed(key, address, account, way="code", waits=waits)
    else:
        attempts.forget(key)
    return way


def by_passkey(
    place: passkeys.Place, kept: Any, answer: passkeys.Answer, account: Account | None, address: str
) -> Account:
    """Whose passkey answered; a key cannot be guessed, so only the address waits."""
    check_address(address)
    try:
        return passkeys.who(place, kept, answer, account)
    except Refused:
        _failed(attempts.key_of("passkey", address), address, account, way="passkey", waits=False)
        raise


def check_address(address: str) -> None:
    """Refuse an address that guesses too much; it learns nothing but that."""
    wait = attempts.left(attempts.key_of("address", address), FREE_BY_ADDRESS, datetime.now(UTC))
    if wait:
        raise Refused("locked_out", minutes=int(wait.total_seconds() // 60) + 1)


def _waits(key: str) -> bool:
    return bool(attempts.left(key, FREE_BY_NAME, datetime.now(UTC)))


def _failed(key: str, address: str, account: Account | None, *, way: str, waits: bool) -> None:
    keys = (key, attempts.key_of("address", address))
    attempts.failed(*keys, name_key=key, account=account, way=way, waits=waits)
