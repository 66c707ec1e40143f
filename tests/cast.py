"""The people of the tests of the door: who they are, what they hold, and what they act on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from django.apps import apps

from tabard.access.actions import create_account, grant
from tabard.access.models import Account, AuditLine
from tabard.access.trail import console
from tabard.incidents.actions import create_collection, report
from tabard.incidents.models import Incident
from tabard.incidents.writer import Entry
from tabard.intake.actions import open_batch, receive
from tabard.intake.models import Batch, Original
from tabard.people.actions import create_organisation
from tabard.people.models import Organisation
from tabard.rules.facts import Incident as Facts
from tabard.rules.facts import Position, Texts

FIRST_DAY = date(2019, 5, 1)


@dataclass(frozen=True)
class Cast:
    """Everybody by name."""

    console: Account
    organisation_a: Organisation
    organisation_b: Organisation
    amina: Account  # security desk of organisation A
    joseph: Account  # reader of organisation B
    stranger: Account  # no assignment
    analyst: Account
    auditor: Account
    administrator: Account
    custodian: Account


@dataclass(frozen=True)
class World:
    """One of each thing: an incident of each organisation, an original, and the batch made of it."""

    incident: Incident
    other: Incident
    original: Original
    batch: Batch


def make_cast() -> Cast:
    by = console()
    a = create_organisation(by=by, name="Organisation A", kind="ingo")
    b = create_organisation(by=by, name="Organisation B", kind="ingo")

    def person(handle: str, role: str = "", scope: str = "*") -> Account:
        account = create_account(by=by, handle=handle, password=None)
        if role:
            grant(by=by, account=account, role=role, scope=scope)
        return account

    return Cast(
        console=by,
        organisation_a=a,
        organisation_b=b,
        amina=person("amina", "desk", a.scope_key),
        joseph=person("joseph", "reader", b.scope_key),
        stranger=person("stranger"),
        analyst=person("analyst", "analyst"),
        auditor=person("auditor", "auditor"),
        administrator=person("administrator", "administrator"),
        custodian=person("custodian", "custodian"),
    )


def entry(details: str = "Words of a source.", original: str = "") -> Entry:
    """An incident with words and a place of its own."""
    told = Facts(
        first_day=FIRST_DAY, last_day=FIRST_DAY, date_precision="exact", country="SSD", cause="crime"
    )
    return Entry(told, Position(4.85, 31.6, "exact"), Texts(details=details), (), original)


def make_world(cast: Cast) -> World:
    by, owner = cast.console, cast.organisation_a.pk
    create_collection(by=by, code="own", label="Own register")
    original = receive(by=by, data=b"a,b\n1,2\n", media_type="text/csv", collection="own", owner=owner)
    known = datetime(2019, 5, 2, tzinfo=UTC)
    return World(
        incident=report(
            by=by, collection="own", entry=entry(original=original.pk), owner=owner, known_at=known
        ),
        other=report(by=by, collection="own", entry=entry(), owner=cast.organisation_b.pk, known_at=known),
        original=original,
        batch=open_batch(
            by=by,
            original=original,
            format="awsd",
            collection="own",
            as_of=date(2020, 1, 1),
            owner=owner,
        ),
    )


def rows() -> dict[str, int]:
    """How many rows every table holds, so that a refused act can be shown to have written nowhere."""
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


def lines() -> list[AuditLine]:
    """The audit chain."""
    return list(AuditLine.objects.order_by("id"))


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def world(cast: Cast) -> World:
    return make_world(cast)
