"""Verbs of this room: accounts and assignments."""

from __future__ import annotations

from datetime import date
from typing import Any

from tabard.access import policy
from tabard.access.door import action, record
from tabard.access.entering import code_key, name_key
from tabard.access.models import Account, Assignment, Attempts, OpenSession
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
    account = Account(handle=handle, name=name, language=language, is_example=example)
    if password is not None:
        checked(password, account)
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
    account.sessions.all().delete()
    record("access:account:close", f"account:{account.pk}")


def _about_account(*, account: Account, **_: object) -> tuple[str, ...]:
    return (policy.key_of(account),)


def _about_session(*, session: OpenSession, **_: object) -> tuple[str, ...]:
    return (f"account:{session.account_id}",)


@action(Permission.ACCOUNT_UNLOCK)
def unlock_account(*, by: Account, account: Account) -> None:
    """End the wait after too many wrong passwords."""
    Attempts.objects.filter(pk__in=[name_key(account.handle), code_key(account)]).delete()
    record("access:account:unlock", policy.key_of(account))


@action(Permission.PASSWORD_CHANGE, about=_about_account)
def change_password(*, by: Account, account: Account, password: str, keep: str = "") -> None:
    """Another password. Every session ends, but for the one with the key to keep."""
    account.set_password(checked(password, account))
    account.save(update_fields=["password"])
    ended = account.sessions.exclude(session_key=keep).delete()[0]
    record("access:password:change", policy.key_of(account), sessions=ended)


@action(Permission.SESSION_END, about=_about_session)
def end_session(*, by: Account, session: OpenSession) -> None:
    """Sign one browser out. Harmless to repeat."""
    if OpenSession.objects.filter(pk=session.pk).delete()[0]:
        record("access:session:end", f"account:{session.account_id}", session=session.ref)
