"""Verbs of this room: accounts and assignments."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

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
    if password is not None:
        _check(password)
    account = Account(handle=handle, name=name, language=language, is_example=example)
    account.set_password(password)
    account.save(force_insert=True)
    record("access:account:create", f"account:{account.pk}", example=example)
    return account


def _check(password: str) -> None:
    """Refuse a password that is easily found; the refusal says nothing of it."""
    try:
        validate_password(password)
    except ValidationError:
        raise Refused("weak_password") from None


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


@action(Permission.ASSIGNMENT_END)
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
