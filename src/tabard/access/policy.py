"""Who may, on one page. Deny by default: no assignment that covers the thing, no permission.

A thing is known here only by its opaque keys, such as `org:01J…`, `country:SSD`, `collection:awsd`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from django.contrib.auth.models import AnonymousUser

from tabard.access.models import Account, Assignment
from tabard.access.permissions import Permission
from tabard.access.roles import Role, roles
from tabard.rules.refusals import Forbidden

EVERYTHING = "*"
# What everybody may do to their own account, without any role; a token never.
OWN = frozenset(
    {
        Permission.ACCOUNT_SET_UP,
        Permission.FACTOR_ADD,
        Permission.FACTOR_REMOVE,
        Permission.IDENTITY_LINK,
        Permission.IDENTITY_UNLINK,
        Permission.PASSWORD_CHANGE,
        Permission.SESSION_END,
        Permission.TOKEN_ISSUE,
        Permission.TOKEN_REVOKE,
    }
)
Actor = Account | AnonymousUser


@dataclass(frozen=True)
class Grant:
    """One assignment in force: a role within a scope."""

    role: Role
    scope: str

    def covers(self, keys: Collection[str]) -> bool:
        """Whether the thing with these keys lies in the scope."""
        return self.scope == EVERYTHING or self.scope in keys


def in_force(assignment: Assignment, today: date) -> bool:
    """Whether the assignment's dates include today."""
    starts, ends = assignment.valid_from, assignment.valid_to
    return (starts is None or starts <= today) and (ends is None or today <= ends)


def grants(actor: Actor) -> tuple[Grant, ...]:
    """What the actor holds today; nothing for a stranger or a closed account."""
    if not isinstance(actor, Account) or not actor.is_active:
        return ()
    today = datetime.now(UTC).date()
    held = [a for a in actor.assignments.all() if in_force(a, today) and a.role in roles()]
    return tuple(Grant(_narrowed(roles()[a.role], actor), a.scope) for a in held)


def _narrowed(role: Role, actor: Account) -> Role:
    """The role, less what the token at hand does not name."""
    return role if actor.narrowed is None else replace(role, permissions=role.permissions & actor.narrowed)


def holding(actor: Actor, permission: Permission) -> tuple[Grant, ...]:
    """The grants that carry the permission; reads turn them into a filter in SQL."""
    return tuple(grant for grant in grants(actor) if permission in grant.role.permissions)


def may(actor: Actor, permission: Permission, keys: Iterable[str] = ()) -> bool:
    """Whether the actor may do this to the thing with these keys.

    Without keys the thing belongs to nobody in particular: only a grant over everything covers it."""
    known = tuple(keys)
    return _is_own(actor, permission, known) or any(g.covers(known) for g in holding(actor, permission))


def key_of(account: Account) -> str:
    """The opaque key of an account, where it is itself the thing acted on."""
    return f"account:{account.pk}"


def _is_own(actor: Actor, permission: Permission, keys: Collection[str]) -> bool:
    person = isinstance(actor, Account) and actor.is_active and actor.narrowed is None
    return person and permission in OWN and key_of(actor) in keys  # type: ignore[arg-type]


def may_somewhere(actor: Actor, permission: Permission) -> bool:
    """Whether the actor holds the permission in any scope: what a menu shows."""
    return bool(holding(actor, permission))


def require(actor: Actor, permission: Permission, keys: Iterable[str] = ()) -> None:
    """Raise `Forbidden` unless the actor may."""
    if not may(actor, permission, keys):
        raise Forbidden


def wants_second_factor(actor: Actor) -> bool:
    """Whether a role that the actor holds is too strong for a password alone."""
    return any(grant.role.mfa for grant in grants(actor))
