"""Choosing a first password, or a new one, by a link that works once, for three days, and is kept nowhere."""

from __future__ import annotations

from django.contrib.auth.tokens import default_token_generator

from tabard.access.door import action, record
from tabard.access.models import Account
from tabard.access.passwords import checked
from tabard.access.permissions import Permission
from tabard.access.policy import key_of
from tabard.rules.refusals import Refused


def secret(account: Account) -> str:
    """What the link holds: signed with this installation's secret, void once the password is another one."""
    return str(default_token_generator.make_token(account))


def opens(account: Account | None, given: str) -> bool:
    """Whether the link is good for the account today."""
    return account is not None and account.is_active and default_token_generator.check_token(account, given)


@action(Permission.ACCOUNT_RESET)
def reset_account(*, by: Account, account: Account) -> str:
    """Take the password away, sessions with it; the secret of a link by which its holder chooses another."""
    if account.pk == by.pk:
        raise Refused("not_to_yourself")
    account.set_unusable_password()
    account.save(update_fields=["password"])
    account.sessions.all().delete()
    record("access:account:reset", key_of(account))
    return secret(account)


@action(Permission.ACCOUNT_SET_UP, about=lambda *, account, **_: (key_of(account),))
def set_up(*, by: Account, account: Account, given: str, password: str) -> None:
    """Choose a password by a link."""
    if not opens(account, given):
        raise Refused("link_ended")
    account.set_password(checked(password, account))
    account.save(update_fields=["password"])
    account.sessions.all().delete()
    record("access:account:set-up", key_of(account))
