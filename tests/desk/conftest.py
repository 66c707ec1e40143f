"""Two organisations, an officer and a desk of the first, and a reader of the second; the collection `own`."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.test import Client

from tabard.access.actions import create_account, grant
from tabard.access.models import Account
from tabard.access.trail import console
from tabard.incidents.actions import create_collection
from tabard.people.actions import create_organisation


@dataclass(frozen=True)
class People:
    """Everybody by name."""

    console: Account
    org: str
    other: str
    officer: Account
    desk: Account
    stranger: Account


@pytest.fixture
def people(db: None) -> People:
    by = console()
    create_collection(by=by, code="own", label="Own register")
    create_collection(by=by, code="awsd", label="AWSD")
    a = create_organisation(by=by, name="Organisation A", kind="ingo")
    b = create_organisation(by=by, name="Organisation B", kind="ingo")

    def person(handle: str, role: str = "", scope: str = "") -> Account:
        made = create_account(by=by, handle=handle, password=None, name=handle.title())
        if role:
            grant(by=by, account=made, role=role, scope=scope)
        return made

    return People(
        by,
        a.pk,
        b.pk,
        person("officer", "officer", a.scope_key),
        person("desk", "desk", a.scope_key),
        person("stranger"),
    )


@pytest.fixture
def as_(people: People) -> object:
    """A browser of somebody: `as_(people.officer)`."""

    def client(account: Account) -> Client:
        made = Client()
        made.force_login(account)
        return made

    return client
