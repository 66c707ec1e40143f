"""Audit lines of what changes nothing: signing in, reading restricted fields, taking files away.

And the account of the machine's own console, which the command line acts as."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from django.db import IntegrityError

from tabard.access.door import opened, record
from tabard.access.models import Account, Assignment

CONSOLE = "operator"


def console() -> Account:
    """The console's account, made at first use. Whoever runs the command line holds the files anyway."""
    found = Account.objects.filter(handle=CONSOLE).first()
    if found is None:
        with suppress(IntegrityError):  # another command was first
            return _make_console()
    return found or Account.objects.get(handle=CONSOLE)


def _make_console() -> Account:
    account = Account(handle=CONSOLE)
    account.set_unusable_password()
    with opened(account.pk):
        account.save(force_insert=True)
        Assignment.objects.create(account=account, role="operator", scope="*")
        record("access:account:create", f"account:{account.pk}", role="operator", scope="*")
    return account


def signed_in(*, by: Account, way: str = "password") -> None:
    """Write that somebody opened a session, and by what: password, totp, recovery, passkey, provider."""
    with opened(by.pk):
        record("access:account:sign-in", f"account:{by.pk}", way=way)


def proved(*, by: Account, way: str) -> None:
    """Write that somebody within a session showed again who they are."""
    with opened(by.pk):
        record("access:account:prove", f"account:{by.pk}", way=way)


def has_read(
    *, by: Account, verb: str, subject: str, fields: Sequence[str] = (), rows: int | None = None
) -> None:
    """Write that restricted fields were read, or records taken away. The read itself asks the policy."""
    with opened(by.pk):
        record(verb, subject, fields=list(fields), rows=rows)
