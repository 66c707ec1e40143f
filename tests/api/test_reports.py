"""Reports over Django, for a server without the doorstep: kept first, judged later, followed by the receipt."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest

from api.conftest import Machine
from cast import Cast, World
from tabard.incidents import coder
from tabard.incidents.models import Incident
from tabard.intake.models import Original, OriginalBody

pytestmark = pytest.mark.django_db(databases="__all__")
SAID = {"collection": "own", "facts": {"first_day": "2026-01-02", "country": "SSD", "cause": "crime"}}


def test_a_report_is_kept_then_coded(cast: Cast, world: World, machine: Callable[..., Machine]) -> None:
    client = machine(cast.console)
    kept = client.post("/reports", SAID)
    assert kept.status_code == 202
    assert kept["Location"] == kept.json()["href"] == f"/api/v1/reports/{kept.json()['id']}"
    assert client.get(kept["Location"]).json()["state"] == "received"
    coder.work_once()
    receipt = client.get(kept["Location"]).json()
    assert receipt["state"] == "accepted"
    assert client.get(f"/incidents/{receipt['reference']}").json()["facts"]["cause"] == "crime"


def test_whatever_comes_is_kept_as_it_came_and_held(
    cast: Cast, world: World, machine: Callable[..., Machine]
) -> None:
    client = machine(cast.console)
    for data, kind in {
        "Two of ours were taken near Yei.".encode("utf-16"): "text/plain",
        b"{": "application/json",
        b'{"collection":"own","facts":{"cause":"nosuchword"}}': "application/json",
        b"\x00\xff": "image/jpeg",
    }.items():
        kept = client.post("/reports?collection=own", data, kind=kind)
        assert kept.status_code == 202
        body = OriginalBody.objects.get(pk=kept.json()["id"])
        assert bytes(body.body) == data
        coder.work_once()
        receipt = client.get(kept["Location"]).json()
        assert receipt["state"] in ("held", "rejected")
        assert receipt["codes"]
        assert "reference" not in receipt


def test_a_key_is_one_report(cast: Cast, world: World, machine: Callable[..., Machine]) -> None:
    client, key = machine(cast.console), uuid4().hex
    count = Original.objects.filter(kind="report").count()
    first = client.post("/reports", SAID, Idempotency_Key=key)
    again = client.post("/reports", SAID, Idempotency_Key=key)
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    other = client.post("/reports", SAID | {"sensitivity": "restricted"}, Idempotency_Key=key)
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")
    assert Original.objects.filter(kind="report").count() == count + 1


def test_the_same_id_under_two_keys_is_one_incident(
    cast: Cast, world: World, machine: Callable[..., Machine]
) -> None:
    client, pk = machine(cast.console), "01ARZ3NDEKTSV4RRFFQ69G5FAV"
    kept = [client.post("/reports", SAID | {"id": pk}) for _ in range(2)]
    coder.work_once()
    told = [client.get(each["Location"]).json() for each in kept]
    assert [each["state"] for each in told] == ["accepted", "accepted"]
    assert told[0]["reference"] == told[1]["reference"]
    assert Incident.objects.filter(pk=pk).count() == 1


def test_a_receipt_is_its_senders(cast: Cast, world: World, machine: Callable[..., Machine]) -> None:
    kept = machine(cast.console).post("/reports", SAID)
    hidden = machine(cast.joseph).get(kept["Location"])
    absent = machine(cast.joseph).get("/reports/01ARZ3NDEKTSV4RRFFQ69G5FAV")
    assert hidden.status_code == absent.status_code == 404
    assert hidden.content == absent.content


@pytest.mark.parametrize("query", ["?collection=nosuch", "?owner=x", "?collection=A", "?country=ssd"])
def test_where_it_may_not_go(query: str, cast: Cast, world: World, machine: Callable[..., Machine]) -> None:
    assert machine(cast.amina).post(f"/reports{query}", SAID).status_code in (403, 422)
    assert not Original.objects.filter(kind="report").exists()
