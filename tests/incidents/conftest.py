"""The small cast of these tests."""

from __future__ import annotations

import pytest

from incidents.made import cast_member, collection
from tabard.access.models import Account
from tabard.access.trail import console


@pytest.fixture
def by(db: None) -> Account:
    """The console's account, who may do everything; the collections `own` and `awsd` are open."""
    account = console()
    for code in ("own", "awsd"):
        collection(account, code)
    return account


@pytest.fixture
def amina(by: Account) -> Account:
    """The desk of organisation A."""
    return cast_member(by, "amina", "desk", "org:A")


@pytest.fixture
def joseph(by: Account) -> Account:
    """A reader of organisation B."""
    return cast_member(by, "joseph", "reader", "org:B")
