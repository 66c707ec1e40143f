"""A password that is easily found makes no account."""

from __future__ import annotations

import pytest

from tabard.access.actions import change_password, create_account, grant
from tabard.access.models import Account
from tabard.access.passwords import LONGEST, is_local
from tabard.access.trail import console
from tabard.people.actions import create_organisation
from tabard.rules.refusals import Refused

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.mark.parametrize("password", ["", "short", "qwertyuiop12"])
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(Refused) as refusal:
        create_account(by=console(), handle="amina", password=password)
    assert refusal.value.code == "weak_password"
    assert refusal.value.fields == {}
    assert not Account.objects.filter(handle="amina").exists()


def test_a_sentence_is_taken_and_none_at_all_lets_nobody_in() -> None:
    assert create_account(
        by=console(), handle="amina", password="tea with the neighbours"
    ).has_usable_password()
    assert not create_account(by=console(), handle="joseph", password=None).has_usable_password()


@pytest.mark.parametrize("length", [12, 64, 128, LONGEST])
def test_a_long_password_is_taken_whole(length: int) -> None:
    """Every character counts: the same without its last one is another password."""
    password = ("rain on a tin roof, " * 60)[: length - 1] + "!"
    account = create_account(by=console(), handle="amina", password=password)
    assert account.check_password(password)
    assert not account.check_password(password[:-1])


def test_one_without_end_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        create_account(by=console(), handle="amina", password="ab" * (LONGEST // 2) + "c")
    assert (refusal.value.code, refusal.value.fields) == ("password_long", {"most": LONGEST})


@pytest.mark.parametrize(
    "password",
    [
        "Tabard2026!!",
        "tabard-tabard-tabard",
        "South Sudan 2026",
        "Côte d'Ivoire!!!",
        "جنوب السودان ٢٠٢٦",
        "amina.amina.1",
        "amina-SSD-2026",
        "Joan Amina 1990",
        "password Tabard",
    ],
)
def test_words_that_anybody_here_would_try_are_refused(password: str) -> None:
    with pytest.raises(Refused) as refusal:
        create_account(by=console(), handle="amina", name="Joan Okello", password=password)
    assert refusal.value.code == "password_local"
    assert refusal.value.fields == {}


def test_the_name_of_ones_organisation_is_refused_and_that_of_another_tells_nothing() -> None:
    by = console()
    own = create_organisation(by=by, name="Lantern Relief", kind="ingo")
    create_organisation(by=by, name="Harbour Medical", kind="ingo")
    account = create_account(by=by, handle="amina", password="tea with the neighbours")
    grant(by=by, account=account, role="reader", scope=own.scope_key)
    with pytest.raises(Refused) as refusal:
        change_password(by=account, account=account, password="Lantern Relief 2026")
    assert refusal.value.code == "password_local"
    change_password(by=account, account=account, password="Harbour Medical 2026")
    grant(by=by, account=account, role="reader", scope="*")
    with pytest.raises(Refused):
        change_password(by=account, account=account, password="Harbour Medical 2026")


def test_a_sentence_may_hold_such_a_word() -> None:
    assert not is_local("we left Chad before the rains", ["Chad", "rain"])
    assert is_local("Chad Chad 1234567", ["Chad"])
    assert not is_local("Chad Chad 12345678", ["Chad"])
