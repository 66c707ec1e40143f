"""A password that is easily found makes no account."""

from __future__ import annotations

import pytest

from tabard.access.actions import create_account
from tabard.access.models import Account
from tabard.access.trail import console
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
