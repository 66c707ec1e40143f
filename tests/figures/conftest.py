"""A register whose changes are committed: the scanner reads the file, and sees no open transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections

from tabard.access import appendonly, guard
from tabard.access.models import Account, Assignment
from tabard.incidents.models import Collection


def _emptied(alias: str) -> None:
    with appendonly.lifted(alias):
        call_command("flush", verbosity=0, interactive=False, database=alias)


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Real commits, cleaned away afterwards with the seals lifted."""
    with django_db_blocker.unblock():
        yield
        with guard.lifted():
            for alias in connections:
                _emptied(alias)


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
