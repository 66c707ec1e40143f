"""Verbs of this room: accounts and assignments."""

from __future__ import annotations

from datetime import date

from tabard.access.door import action, record
from tabard.access.models import Account, Assignment
from tabard.access.permissions import Permission
from tabard.access.roles import roles
from tabard.rules.refusals import Refused


@action(Permission.ACCOUNT_CREATE)
def create_account(
    *,
    by: Account,
    handle: str,
    password: str | None,
    name: str = "",
    language: str = "en",
    example: bool = False,
) -> Account:
    """A new account, without any role; no password means that it cannot sign in with one."""
    account = Account(handle=handle, name=name, language=language, is_example=example)
    account.set_password(password)
    account.save(force_insert=True)
    record("access:account:create", f"account:{account.pk}", example=example)
    return account


@action(Permission.ASSIGNMENT_GRANT)
def grant(
    *,
    by: Account,
    account: Account,
    role: str,
    scope: str,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> Assignment:
    """Give a role within a scope."""
    if role not in roles():
        raise Refused("unknown_word", field="role")
    given = Assignment.objects.create(
        account=account, role=role, scope=scope, valid_from=valid_from, valid_to=valid_to
    )
    record("access:assignment:grant", f"account:{account.pk}", role=role, scope=scope)
    return given
