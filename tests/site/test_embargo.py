"""Until next of kin know: a name, a nationality and an employer planted wherever one can stand, and every route out.

Each route is walked twice, before and after they are told: what never came out afterwards would prove nothing."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from api.conftest import Machine, token_of
from incidents.made import again, cast_member, collection
from tabard.access.models import Account
from tabard.access.trail import console
from tabard.desk import needs
from tabard.incidents.actions import report, revise
from tabard.incidents.attaching import attach
from tabard.incidents.models import Current, Incident
from tabard.incidents.told import tell
from tabard.incidents.worker import process
from tabard.incidents.writer import Entry
from tabard.intake.actions import open_batch, receive, save_mapping
from tabard.people.actions import add_word, create_organisation
from tabard.people.models import Organisation
from tabard.rules import facts
from tabard.rules.ids import ulid

pytestmark = pytest.mark.django_db(databases="__all__")
CANARY = "Zyxwv"
SUBJECT = ulid()
LANGUAGES = ("ar", "zh", "en", "fr", "ru", "es")
# Wherever one of these names stands in an answer, nothing may stand beside it.
FIELDS = {
    "organisation", "org_type", "scope", "recruitment", "contract", "subject",
    "owner", "source_key", "local", "international", "texts", "details", "actor_name",
}  # fmt: skip
YES = facts.Outcome(True)


@dataclass(frozen=True)
class Planted:
    """The incident, whom it belongs to, and who walks the routes."""

    incident: Incident
    by: Account
    page: Client
    machine: Machine


def entry(employer: str, cause: str = "raid") -> Entry:
    day = date(2026, 5, 4)
    harm = facts.Harm(
        1, outcomes={"died": YES}, scope="unrwa_area", org_type="unrwa", organisation=employer,
        recruitment="local", contract="national_staff", subject=SUBJECT, gender="female",
    )  # fmt: skip
    told = facts.Incident(
        first_day=day, last_day=day, date_precision="exact", country="SSD", cause=cause, means="shooting",
        harm=(harm,),
        margins=(facts.Margin(1, "recruitment", "local"), facts.Margin(1, "org_type", "unrwa")),
    )  # fmt: skip
    claim = facts.SourceClaim("focal_point", claims={"died": 1})
    return Entry(told, None, facts.Texts(f"{CANARY} Name", f"{CANARY} Actor", "en"), (claim,))


@pytest.fixture
def planted(db: None) -> Planted:
    by = console()
    collection(by, "own")
    employer = create_organisation(by=by, name=f"{CANARY} Employer", kind="ingo")
    owner = create_organisation(by=by, name=f"{CANARY} Owner", kind="ingo")
    known = datetime(2026, 5, 4, 12, tzinfo=UTC)
    add_word(
        by=by, list_code="cause", code="raid", parent="crime", labels={"en": f"{CANARY} Raid"}, owner=owner.pk
    )
    incident = report(
        by=by,
        collection="own",
        entry=entry(employer.pk),
        owner=owner.pk,
        source_key=f"{CANARY}-1",
        known_at=known,
    )
    revise(by=by, incident=again(incident), entry=entry(employer.pk), reason="late_verification")
    needs.ask(by=by, incident=again(incident), kind="family_support", text=f"{CANARY} Family")
    page = Client()
    page.force_login(by)
    return Planted(again(incident), by, page, Machine(token_of(by)))


def exports(planted: Planted) -> Iterator[tuple[str, bytes]]:
    for kind in ("csv", "json", "geojson", "xlsx"):
        answer = planted.page.get(f"/incidents/export.{kind}")
        yield f"export {kind}", b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def api(planted: Planted) -> Iterator[tuple[str, bytes]]:
    at = f"/incidents/{planted.incident.reference}"
    paths = ["/incidents", at, f"{at}/revisions", f"{at}/told", f"{at}/needs", "/needs", f"{at}/decisions"]
    paths += [
        "/batches",
        f"{at}/attachments",
        f"{at}/questions",
        "/incidents?gender=female&limit=1",
    ]
    paths += [f"/exports/{kind}" for kind in ("hxl-csv", "json", "geojson", "xlsx")]
    paths += [f"{at}/flash?level={level}&language=fr" for level in ("internal", "partner", "public")]
    for path in paths:
        answer = planted.machine.get(path)
        assert answer.status_code == 200, (path, answer.content)
        yield path, b"".join(answer) if answer.streaming else answer.content


def flashes(planted: Planted) -> Iterator[tuple[str, bytes]]:
    for language in LANGUAGES:
        for level in ("internal", "partner", "public"):
            for address in ("flash/", "flash.txt"):
                path = f"/incidents/{planted.incident.reference}/{address}?level={level}&language={language}"
                yield path, planted.page.get(path).content


def lists(planted: Planted) -> Iterator[tuple[str, bytes]]:
    """Pages that list records: references, codes and counts only, whoever looks."""
    paths = ["/", "/incidents/", "/incidents/?country=SSD", "/review/", "/review/?state=new", "/notices/"]
    for path in (*paths, "/audit/", "/audit/export.jsonl", "/incidents/drafts/"):
        answer = planted.page.get(path)
        assert answer.status_code == 200, path
        yield path, b"".join(answer) if answer.streaming else answer.content


ROUTES: dict[str, Callable[[Planted], Iterator[tuple[str, bytes]]]] = {
    "exports": exports, "api": api, "flashes": flashes, "lists": lists,
}  # fmt: skip


def unpacked(data: bytes) -> bytes:
    """A workbook's parts, or the bytes as they are."""
    if not data.startswith(b"PK"):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return b"".join(book.read(name) for name in book.namelist())


def stated(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every named value of an answer, however deep."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from stated(part, key)
    elif isinstance(value, list):
        for part in value:
            yield from stated(part, name)
    elif value is not None:
        yield name, value


def leaks(data: bytes) -> list[str]:
    """What an answer says that it must not."""
    found = [
        word
        for word in (CANARY, "UNRWA", "unrwa", SUBJECT, "national_staff")
        if word.encode() in unpacked(data)
    ]
    try:
        told = json.loads(data)
    except ValueError:
        return found
    return found + [f"{name}={value}" for name, value in stated(told) if name in FIELDS or value == "local"]


@pytest.mark.parametrize("route", ROUTES)
def test_nothing_leaves_before_and_something_after(planted: Planted, route: str) -> None:
    walked = {name: leaks(data) for name, data in ROUTES[route](planted)}
    assert walked
    assert {name: said for name, said in walked.items() if said} == {}
    tell(by=planted.by, incident=planted.incident, whom="next_of_kin")
    after = {name: leaks(data) for name, data in ROUTES[route](planted)}
    assert route == "lists" or any(after.values()), "the test would not have seen it"


def test_each_export_carries_the_employer_again(planted: Planted) -> None:
    tell(by=planted.by, incident=planted.incident, whom="next_of_kin")
    for name, data in exports(planted):
        assert f"{CANARY} Owner".encode() in unpacked(data), name


@pytest.mark.parametrize("filters", ["recruitment=local", "recruitment=local&gender=female"])
def test_nor_by_what_is_asked_for(planted: Planted, filters: str) -> None:
    """A file of those recruited locally would say it of everybody in it."""

    def taken() -> list[str]:
        answer = planted.page.get(f"/incidents/export.json?{filters}")
        return [one["reference"] for one in json.loads(b"".join(answer.streaming_content))]  # type: ignore[attr-defined]

    def given(more: str = "") -> object:
        """With the cursors, which are made of ids."""
        return json.loads(planted.machine.get(f"/incidents?{filters}{more}").content)

    nothing: dict[str, object] = {"items": []}
    report(by=planted.by, collection="own", entry=entry("", "crime"))  # or the first page would be the last
    assert taken() == []
    assert (given(), given("&limit=1")) == (nothing, nothing)
    tell(by=planted.by, incident=planted.incident, whom="next_of_kin")
    assert taken() == [planted.incident.reference]
    assert given("&limit=1") != nothing


def test_the_screen_says_so_and_still_tells_who_is_cleared(planted: Planted) -> None:
    path = f"/incidents/{planted.incident.reference}/"
    text = planted.page.get(path).content.decode()
    assert "Next of kin not yet informed" in text
    assert f"{CANARY} Name" in text
    tell(by=planted.by, incident=planted.incident, whom="next_of_kin")
    assert "Next of kin not yet informed" not in planted.page.get(path).content.decode()


LOG = "Ref,Date,Country,Killed\n" + "".join(f"{n},2001-05-0{n},South Sudan,1\n" for n in (1, 2, 3))


def test_an_imported_log_of_long_ago_is_settled_at_once(planted: Planted) -> None:
    columns = {"Ref": "key", "Date": "date", "Country": "country", "Killed": "died"}
    mapping = save_mapping(by=planted.by, name="log", mapping={"columns": columns, "values": {}})
    known: dict[str, Any] = {"by": planted.by, "collection": "own"}
    original = receive(data=LOG.encode(), media_type="text/csv", **known)
    batch = process(
        by=planted.by,
        batch=open_batch(original=original, format="log", as_of=date(2020, 1, 1), mapping=mapping, **known),
    )
    page = planted.page.get(f"/imports/{batch.pk}/").content.decode()
    assert "3 records wait for word to next of kin." in page
    row = f"/batches/{batch.pk}/rows/{batch.rows.earliest('number').number}"
    assert json.loads(planted.machine.get(row).content)["code"] == "next_of_kin_wait"
    assert planted.page.post(f"/imports/{batch.pk}/settle/").status_code == 302
    assert planted.machine.get(row).status_code == 200
    assert "wait for word" not in planted.page.get(f"/imports/{batch.pk}/").content.decode()
    states = dict(Current.objects.values_list("reference", "kin"))
    assert states.pop(planted.incident.reference) == "waits"
    assert list(states.values()) == ["settled"] * 3
    stranger = Client()
    stranger.force_login(cast_member(planted.by, "stranger", "officer", "org:none"))
    assert stranger.post(f"/imports/{batch.pk}/settle/").status_code == 404


def test_files_stay_with_their_names(planted: Planted) -> None:
    """Nobody knows what a file shows: it is opened by nobody, on no screen and by no machine."""
    data = f"{CANARY} passport".encode()
    made = attach(
        by=planted.by, incident=planted.incident, data=data, name=f"{CANARY}.txt", declared="text/plain"
    )
    listed, content = f"/incidents/{planted.incident.reference}/attachments", f"/attachments/{made.pk}"
    assert CANARY not in planted.machine.get(listed).content.decode()
    refused = planted.machine.get(content)
    assert (refused.status_code, json.loads(refused.content)["code"]) == (409, "next_of_kin_wait")
    for address in (f"{content}/", f"{content}/?save"):
        answer = planted.page.get(address)
        assert answer.status_code == 400
        assert "Next of kin are not informed yet" in answer.content.decode()
        assert CANARY not in answer.content.decode()
    shown = f"/incidents/{planted.incident.reference}/"
    assert f'href="{content}/"' not in planted.page.get(shown).content.decode()
    tell(by=planted.by, incident=planted.incident, whom="next_of_kin")
    assert CANARY in planted.machine.get(listed).content.decode()
    assert planted.machine.get(content).content == data
    assert planted.page.get(f"{content}/").content == data
    assert f'href="{content}/"' in planted.page.get(shown).content.decode()


def test_a_machine_that_revises_what_it_was_given_loses_nothing(planted: Planted) -> None:
    before = Current.objects.select_related("revision").get(pk=planted.incident.pk).revision.facts
    at = f"/incidents/{planted.incident.reference}"
    given = planted.machine.get(at)
    told = json.loads(given.content)["facts"] | {"severity": "critical"}
    sent = {"facts": told, "reason": "correction"}
    answer = planted.machine.post(f"{at}/revisions", sent, If_Match=given["ETag"])
    assert answer.status_code == 201, answer.content
    after = json.loads(Current.objects.select_related("revision").get(pk=planted.incident.pk).revision.facts)
    assert after.pop("severity") == "critical"
    assert after == json.loads(before)


def test_the_audit_chain_tells_no_employer(planted: Planted) -> None:
    """Nor of whom the incident is: its lines leave as a file and over the API."""
    employer, owner = Organisation.objects.order_by("name").values_list("pk", flat=True)
    file = b"".join(planted.page.get("/audit/export.jsonl")).decode().splitlines()
    read = json.loads(planted.machine.get("/audit?limit=200").content)["items"]
    of_it = [line for line in (*file, *map(json.dumps, read)) if planted.incident.pk in line]
    assert len(of_it) > 4
    assert not [line for line in of_it if employer in line or owner in line or SUBJECT in line]
