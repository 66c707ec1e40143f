"""Signing in: the right password of an open account, and nothing else; nobody learns which of the two was wrong."""

from __future__ import annotations

import pytest

from cast import Cast
from tabard.access import door, signin
from tabard.access.actions import create_account
from tabard.access.models import Account
from tabard.access.signin import AccountBackend

pytestmark = pytest.mark.django_db(databases="__all__")
PASSWORD = "a long enough sentence"


@pytest.fixture
def member(cast: Cast) -> Account:
    return create_account(by=cast.administrator, handle="member", password=PASSWORD)


def close(account: Account) -> None:
    with door.opened(account.pk):
        Account.objects.filter(pk=account.pk).update(is_active=False)


def test_the_right_password_opens(member: Account) -> None:
    assert AccountBackend().authenticate(None, "member", PASSWORD) == member
    assert AccountBackend().get_user(member.pk) == member


@pytest.mark.parametrize(
    ("handle", "password"),
    [("member", "wrong"), ("member", ""), ("nobody", PASSWORD), ("", ""), ("Member", PASSWORD)],
)
def test_nothing_else_does(member: Account, handle: str, password: str) -> None:
    assert AccountBackend().authenticate(None, handle, password) is None


def test_a_closed_account_stays_out(member: Account) -> None:
    close(member)
    assert AccountBackend().authenticate(None, "member", PASSWORD) is None
    assert AccountBackend().get_user(member.pk) is None


def test_an_account_without_password_stays_out(cast: Cast) -> None:
    for password in ("", "!", cast.amina.password):
        assert AccountBackend().authenticate(None, "amina", password) is None


def test_the_password_is_not_kept_as_it_is(member: Account) -> None:
    assert PASSWORD not in member.password
    assert member.password.startswith("pbkdf2_sha256$")


def test_an_unknown_handle_costs_a_hash_too(monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    monkeypatch.setattr(signin, "make_password", hashed.append)
    AccountBackend().authenticate(None, "nobody", PASSWORD)
    assert hashed == [PASSWORD]
