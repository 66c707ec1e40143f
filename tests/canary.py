"""A name planted wherever somebody may write one, and where it is found again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.apps import apps

from cast import make_cast
from tabard.access.actions import create_account
from tabard.access.models import Account
from tabard.incidents.actions import create_collection, report
from tabard.incidents.worker import process
from tabard.incidents.writer import Entry
from tabard.intake.actions import open_batch, receive, save_mapping
from tabard.intake.models import Batch, Mapping
from tabard.people.actions import create_organisation
from tabard.rules.facts import Incident as Facts
from tabard.rules.facts import Position, Texts

CANARY = "Zyxwv Canaryname"
COLUMNS = {
    "Ref": "key",
    "Date": "date",
    "Country": "country",
    "Killed": "died",
    "Place": "locality",
    "Story": "details",
    "Who": "actor_name",
}


def plant(name: str = CANARY) -> Batch:
    """The name in an account, an organisation, a mapping, an incident, and a file that is taken in."""
    cast = make_cast()
    by, owner = cast.console, cast.organisation_a.pk
    create_account(by=by, handle=name, name=name, password=None)
    create_organisation(by=by, name=name, kind="ingo")
    texts = Texts(details=f"{name} was there.", actor_name=name)
    told = Entry(Facts(country="SSD"), Position(locality=name, precision="near"), texts)
    create_collection(by=by, code="own", label="Own register")
    report(by=by, collection="own", entry=told, owner=owner)
    values = {"Place": {name: name}}
    mapping = save_mapping(by=by, name="log", mapping={"columns": COLUMNS, "values": values}, owner=owner)
    return take_in(cast.amina, log_file(name), mapping, owner)


def log_file(name: str) -> bytes:
    rows = [",".join(COLUMNS)]
    rows += [f"{n},2019-05-0{n},South Sudan,{n},{name}'s house,{name} told us,{name}" for n in (1, 2)]
    rows += [f"3,not a date,South Sudan,1,{name}'s house,{name} told us,{name}"]
    return "\n".join(rows).encode()


def take_in(by: Account, data: bytes, mapping: Mapping, owner: str) -> Batch:
    known: dict[str, Any] = {"by": by, "collection": "own", "owner": owner}
    original = receive(data=data, media_type="text/csv", **known)
    batch = open_batch(original=original, format="log", as_of=date(2020, 1, 1), mapping=mapping, **known)
    return process(by=by, batch=batch)


def found(name: str = CANARY) -> Iterator[tuple[str, str]]:
    """Every table and field that holds the name."""
    for model in apps.get_models():
        for row in model._base_manager.values():
            for field, value in row.items():
                text = (
                    bytes(value).decode(errors="replace")
                    if isinstance(value, bytes | memoryview)
                    else str(value)
                )
                if name.lower() in text.lower():
                    yield model._meta.label, field
