"""A register whose changes are committed: the scanner reads the file, and sees no open transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from django.db import connections
from django.test import TransactionTestCase

from tabard.access import appendonly, guard
from tabard.access.models import Account, Assignment
from tabard.incidents.models import Collection


@pytest.fixture(scope="module", autouse=True)
def _cleaning() -> Iterator[None]:
    """Between tests that commit, Django empties every table: with the guard and the seals lifted."""
    empty = TransactionTestCase._fixture_teardown

    def unsealed(case: TransactionTestCase) -> None:
        with ExitStack() as stack:
            stack.enter_context(guard.lifted())
            for alias in connections:
                stack.enter_context(appendonly.lifted(alias))
            empty(case)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", unsealed)
        yield


@pytest.fixture
def committed(transactional_db: None) -> None:
    """Real commits; to go with the mark `django_db(transaction=True, databases="__all__")`."""


@pytest.fixture
def account(committed: None) -> Callable[..., Account]:
    """Makes an account that holds these roles, each as `role` (everywhere) or `(role, scope)`."""

    def make(handle: str, *roles: str | tuple[str, str]) -> Account:
        with guard.lifted():
            made = Account.objects.create(handle=handle)
            for role in roles:
                name, scope = role if isinstance(role, tuple) else (role, "*")
                Assignment.objects.create(account=made, role=name, scope=scope)
        return made

    return make


@pytest.fixture
def collections(committed: None) -> None:
    """The own register, a foreign collection, and an example."""
    with guard.lifted():
        for code in ("own", "awsd", "example"):
            Collection.objects.create(code=code, label=code, is_example=code == "example")
