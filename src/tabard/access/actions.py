"""Verbs of this room: accounts and assignments."""

from __future__ import annotations

from datetime import date
from typing import Any

from tabard.access.door import action, record
from tabard.access.models import Account, Assignment
from tabard.access.passwords import checked
from tabard.access.permissions import Permission
from tabard.access.policy import grants
from tabard.access.roles import roles
from tabard.rules.refusals import Forbidden, Refused

OPERATOR = "operator"  # who holds the machine itself


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
    if password is not None:
        checked(password)
    account = Account(handle=handle, name=name, language=language, is_example=example)
    account.set_password(password)
    account.save(force_insert=True)
    record("access:account:create", f"account:{account.pk}", example=example)
    return account


def _within(*, scope: str, **_: Any) -> tuple[str, ...]:
    return (scope,)


@action(Permission.ASSIGNMENT_GRANT, about=_within)
def grant(
    *,
    by: Account,
    account: Account,
    role: str,
    scope: str,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> Assignment:
    """Give a role within a scope that one administers oneself; nobody to themselves, the console's to nobody else."""
    if role not in roles():
        raise Refused("unknown_word", field="role")
    if account.pk == by.pk:
        raise Forbidden("not_to_yourself")
    if role == OPERATOR and not any(held.role.code == OPERATOR for held in grants(by)):
        raise Forbidden
    if valid_from and valid_to and valid_to < valid_from:
        raise Refused("bad_date", field="valid_to")
    if account.assignments.filter(role=role, scope=scope).exists():
        raise Refused("assignment_there")
    given = Assignment.objects.create(
        account=account, role=role, scope=scope, valid_from=valid_from, valid_to=valid_to
    )
    record("access:assignment:grant", f"account:{account.pk}", role=role, scope=scope)
    return given


@action(Permission.ASSIGNMENT_END, about=lambda *, assignment, **_: (assignment.scope,))
def end_assignment(*, by: Account, assignment: Assignment) -> None:
    """Take a role back, from this moment on; what was done with it stays in the audit chain."""
    record(
        "access:assignment:end",
        f"account:{assignment.account_id}",
        role=assignment.role,
        scope=assignment.scope,
    )
    assignment.delete()


@action(Permission.ACCOUNT_CLOSE)
def close_account(*, by: Account, account: Account) -> None:
    """Let nobody in by this account any more, sessions included; it is never deleted, so that its id keeps meaning."""
    account.is_active = False
    account.save(update_fields=["is_active"])
    record("access:account:close", f"account:{account.pk}")
