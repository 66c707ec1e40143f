"""Reports that could not be coded: who sees them, taking them in put right, turning them away and back."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from django.test import Client

from incidents.made import cast_member, collection, report
from tabard.access import guard
from tabard.access.models import Account, AuditLine
from tabard.access.trail import console
from tabard.incidents import held
from tabard.incidents.models import Current, Incident
from tabard.intake.models import OriginalBody, Taken
from tabard.rules.ids import ulid
from tabard.rules.refusals import Forbidden, Refused

pytestmark = pytest.mark.django_db(databases="__all__")
FINE = {"collection": "own", "facts": {"first_day": "2026-01-02", "country": "SSD", "cause": "crime"}}
SENT = json.dumps({"collection": "own", "facts": {"country": "SSD", "cause": "Canary robbery"}})


@pytest.fixture
def by() -> Account:
    account = console()
    collection(account, "own")
    return account


def kept(turn: int, *, owner: str = "", code: str = "unknown_word") -> Taken:
    """A report that the coder has held."""
    now = datetime.now(UTC)
    with guard.lifted():
        pk = ulid()
        OriginalBody.objects.create(original=pk, salt="s", body=SENT.encode(), fingerprint=pk)
        return Taken.objects.create(
            turn=turn,
            original=pk,
            received_at=now,
            by="01SENDER",
            collection="own",
            owner=owner,
            state="held",
            notes=[{"code": code, "field": "cause"}],
            at=now,
        )


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def test_put_right_and_taken_in(by: Account) -> None:
    taken = kept(1)
    desk = client_of(cast_member(by, "desk", "desk", "*"))
    assert "Reports that could not be coded" in desk.get("/review/").content.decode()
    address = f"/review/reports/{taken.turn}/"
    assert "Canary robbery" in desk.get(address).content.decode()
    assert "Canary" not in "".join(AuditLine.objects.values_list("detail", flat=True))
    again = desk.post(address, {"do": "take-up", "report": SENT})
    assert again.status_code == 400
    assert "Canary robbery" in again.content.decode()
    done = desk.post(address, {"do": "take-up", "report": json.dumps(FINE)})
    incident = Incident.objects.get()
    assert done["Location"] == f"/incidents/{incident.reference}/"
    taken.refresh_from_db()
    assert (taken.state, taken.incident) == ("accepted", incident.pk)
    assert Current.objects.get().review == "new"
    assert bytes(OriginalBody.objects.get(pk=taken.original).body) == SENT.encode()
    assert incident.reference in desk.get(address).content.decode()


def test_turned_away_and_back(by: Account) -> None:
    taken = kept(1)
    desk = client_of(cast_member(by, "desk", "desk", "*"))
    address = f"/review/reports/{taken.turn}/"
    assert desk.post(address, {"do": "reject", "reason": "because"}).status_code == 400
    assert desk.post(address, {"do": "reject", "reason": "not_ours"}).status_code == 302
    taken.refresh_from_db()
    assert taken.state == "rejected"
    assert desk.post(address, {"do": "reject", "reason": "not_ours"}).status_code == 400
    assert str(taken.turn) in desk.get("/review/reports/?state=rejected").content.decode()
    desk.post(address, {"do": "put-back"})
    taken.refresh_from_db()
    assert taken.state == "held"
    assert desk.post(address, {"do": "x"}).status_code == 400


def test_nobody_takes_it_in_elsewhere_or_twice(by: Account) -> None:
    collection(by, "other")
    taken = kept(1)
    with pytest.raises(Refused, match="bad_value"):
        held.take_up(by=by, taken=taken, data=json.dumps(FINE | {"collection": "other"}).encode())
    held.take_up(by=by, taken=taken, data=json.dumps(FINE).encode())
    stale = Taken(**{f.attname: getattr(taken, f.attname) for f in Taken._meta.concrete_fields})
    with pytest.raises(Refused, match="changed_meanwhile"):
        held.take_up(by=by, taken=stale, data=json.dumps(FINE).encode())
    assert Incident.objects.count() == 1


def test_who_sees_them(by: Account) -> None:
    ours, theirs = kept(1, owner="A"), kept(2, owner="B")
    amina = cast_member(by, "amina", "desk", "org:A")
    assert [row.turn for row in held.visible_to(amina)] == [ours.turn]
    page = client_of(amina)
    assert page.get("/review/reports/2/").status_code == page.get("/review/reports/9/").status_code == 404
    with pytest.raises(Forbidden):
        held.reject(by=amina, taken=theirs, reason="not_ours")
    for role in ("reader", "officer", "analyst", "auditor"):
        other = client_of(cast_member(by, role, role, "*"))
        assert other.get("/review/reports/").status_code == 403
        assert other.post("/review/reports/1/", {"do": "reject", "reason": "not_ours"}).status_code == 403


def test_an_erased_one_shows_nothing_of_what_was_sent(by: Account) -> None:
    taken = kept(1)
    with guard.lifted():
        OriginalBody.objects.all().delete()
    desk = client_of(cast_member(by, "desk", "desk", "*"))
    assert desk.get(f"/review/reports/{taken.turn}/").status_code == 200


def test_the_queue_says_nothing_of_them_where_there_are_none(by: Account) -> None:
    report(by)
    desk = client_of(cast_member(by, "desk", "desk", "*"))
    assert "could not be coded" not in desk.get("/review/").content.decode()
