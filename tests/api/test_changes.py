"""Two who change one incident, and one who sends twice: nothing is lost, nothing is doubled."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections

from api.conftest import Machine
from cast import Cast, World
from tabard.access.models import AuditLine
from tabard.api.models import Answered
from tabard.api.once import LASTS
from tabard.incidents import told
from tabard.incidents.models import Revision, Words

DB = pytest.mark.django_db(databases="__all__")
AT_ONCE = pytest.mark.django_db(databases="__all__", transaction=True)
FACTS = {"first_day": "2019-05-01", "country": "SSD", "cause": "crime"}


def path(world: World, more: str = "") -> str:
    return f"/incidents/{world.incident.reference}{more}"


@DB
def test_a_change_starts_from_what_was_read(
    cast: Cast, world: World, machine: Callable[..., Machine]
) -> None:
    first, second = machine(cast.amina), machine(cast.console)
    read = first.get(path(world))
    assert second.get(path(world))["ETag"] == read["ETag"]
    made = first.post(
        path(world, "/revisions"), {"facts": FACTS | {"near_miss": True}}, If_Match=read["ETag"]
    )
    assert (made.status_code, made.json()["revision"]) == (201, 2)
    late = second.post(path(world, "/revisions"), {"facts": FACTS}, If_Match=read["ETag"])
    assert (late.status_code, late.json()["code"]) == (412, "changed_meanwhile")
    now = second.get(path(world))
    assert late["ETag"] == now["ETag"] == made["ETag"] != read["ETag"]
    merged = now.json()["facts"] | {"cause": "armed_conflict"}
    again = second.post(path(world, "/revisions"), {"facts": merged}, If_Match=late["ETag"])
    assert again.status_code == 201
    held = first.get(path(world)).json()
    assert (held["facts"]["near_miss"], held["facts"]["cause"], held["revision"]) == (
        True,
        "armed_conflict",
        3,
    )


@DB
@pytest.mark.parametrize(
    "given", ["", "*", "1", '"1"', 'W/"1-0123456789abcdef"', '"1-0123456789ABCDEF"', '"\0"']
)
def test_a_change_without_a_usable_etag_is_refused(
    given: str, cast: Cast, world: World, machine: Callable[..., Machine]
) -> None:
    response = machine(cast.amina).post(path(world, "/revisions"), {"facts": {}}, If_Match=given)
    assert (response.status_code, response.json()["code"]) == (428, "revision_needed")
    assert Revision.objects.filter(incident=world.incident).count() == 1


@DB
def test_words_and_place_left_out_stay(cast: Cast, world: World, machine: Callable[..., Machine]) -> None:
    client = machine(cast.amina)
    before = client.get(path(world)).json()
    words = Words.objects.count()
    etag = client.get(path(world))["ETag"]
    etag = client.post(path(world, "/revisions"), {"facts": FACTS}, If_Match=etag)["ETag"]
    assert Words.objects.count() == words  # kept by reference
    etag = client.post(
        path(world, "/revisions"), {"facts": FACTS, "texts": {"details": "New words."}}, If_Match=etag
    )["ETag"]
    now = client.get(path(world)).json()
    assert (now["position"], now["texts"]["details"]) == (before["position"], "New words.")
    client.post(path(world, "/revisions"), {"facts": FACTS, "texts": None, "position": None}, If_Match=etag)
    now = client.get(path(world)).json()
    assert "texts" not in now
    assert "position" not in now


@DB
def test_who_may_not_read_words_can_still_leave_them(
    cast: Cast, world: World, machine: Callable[..., Machine]
) -> None:
    blind = machine(cast.amina, "incidents:incident:read", "incidents:incident:revise")
    etag = blind.get(path(world))["ETag"]
    assert blind.post(path(world, "/revisions"), {"facts": FACTS}, If_Match=etag).status_code == 201
    assert machine(cast.amina).get(path(world)).json()["texts"]["details"] == "Words of a source."


@DB
def test_reading_words_is_an_audit_line_and_not_reading_them_is_none(
    cast: Cast, world: World, machine: Callable[..., Machine]
) -> None:
    client = machine(cast.amina)
    count = AuditLine.objects.count()
    assert "texts" not in client.get(path(world, "?words=false")).json()
    assert AuditLine.objects.count() == count
    assert "texts" in client.get(path(world)).json()
    [line] = AuditLine.objects.filter(id__gt=count)
    assert (line.verb, line.actor, line.subject) == (
        "incidents:restricted:read",
        cast.amina.pk,
        f"incident:{world.incident.pk}",
    )


@DB
def test_what_was_read_can_be_sent_back_as_it_is(
    cast: Cast, world: World, machine: Callable[..., Machine]
) -> None:
    client = machine(cast.amina)
    read = client.get(path(world))
    said = {name: read.json()[name] for name in ("facts", "position", "texts", "sources")}
    assert client.post(path(world, "/revisions"), said, If_Match=read["ETag"]).status_code == 201
    first, second = Revision.objects.filter(incident=world.incident).order_by("number")
    assert first.facts == second.facts


@DB
def test_decisions_are_taken_and_undone(cast: Cast, world: World, machine: Callable[..., Machine]) -> None:
    client = machine(cast.amina)

    def decide(**said: Any) -> Any:
        etag = client.get(path(world, "?words=false"))["ETag"]
        return client.post(path(world, "/decisions"), said, If_Match=etag)

    verified = decide(kind="verified", reason="checked", certainty="confirmed")
    assert verified.status_code == 201
    assert client.get(path(world)).json()["facts"]["certainty"] == "confirmed"
    assert client.get(path(world)).json()["review"] == "verified"
    gone = decide(kind="withdrawn", reason="refuted")
    assert client.get(path(world)).json()["standing"] == "withdrawn"
    undo = client.post(
        path(world, f"/decisions/{gone.json()['id']}/undo"), {"reason": "mistake"}, If_Match=gone["ETag"]
    )
    assert undo.status_code == 201
    assert client.get(path(world)).json()["standing"] == "counted"
    listed = client.get(path(world, "/decisions")).json()["items"]
    assert [(each["kind"], each["undone"]) for each in listed] == [
        ("verified", False),
        ("withdrawn", True),
        ("withdrawn", False),
    ]
    for missing, said in {
        "another": {"kind": "counted_as", "reason": "same_event"},
        "link": {"kind": "unlinked", "reason": "mistake"},
        "number": {"kind": "voided", "reason": "mistake"},
        "parts": {"kind": "split", "reason": "several"},
    }.items():
        refused = decide(**said)
        assert (refused.status_code, refused.json()["code"]) == (422, "missing_field")
        assert refused.json()["field"] == missing


@DB
def test_the_reporter_is_asked_and_answers(cast: Cast, world: World, machine: Callable[..., Machine]) -> None:
    desk, reporter = machine(cast.amina), machine(cast.console)  # the console reported it
    asked = desk.post(
        path(world, "/decisions"),
        {"kind": "asked_back", "reason": "unclear", "note": "Which day was it?"},
        If_Match=desk.get(path(world))["ETag"],
    )
    assert asked.status_code == 201, asked.content
    assert desk.get(path(world, "/questions")).json()["items"] == []
    [question] = reporter.get(path(world, "/questions")).json()["items"]
    assert question["text"] == "Which day was it?"
    assert desk.post(path(world, "/answers"), {"text": "Monday."}).status_code == 404
    assert reporter.post(path(world, "/answers"), {"text": "Tuesday."}).status_code == 201
    assert reporter.get(path(world, "/questions")).json()["items"] == []


@DB
def test_linking_to_a_hidden_incident_is_as_to_none(
    cast: Cast, world: World, machine: Callable[..., Machine]
) -> None:
    client = machine(cast.amina)
    answers = [
        client.post(
            path(world, "/decisions"),
            {"kind": "linked", "reason": "together", "link_kind": "same_event", "another": another},
            If_Match=client.get(path(world))["ETag"],
        )
        for another in (world.other.reference, "SSD-2019-9999")
    ]
    assert [each.status_code for each in answers] == [404, 404]
    assert answers[0].content == answers[1].content


@DB
def test_the_same_key_is_the_same_answer_and_changes_nothing(
    cast: Cast, world: World, machine: Callable[..., Machine]
) -> None:
    client, key = machine(cast.amina), uuid4().hex
    etag = client.get(path(world))["ETag"]
    sent = [
        client.post(path(world, "/revisions"), {"facts": FACTS}, If_Match=etag, Idempotency_Key=key)
        for _ in range(3)
    ]
    assert {each.status_code for each in sent} == {201}
    assert len({(each.content, each["ETag"], each["Location"]) for each in sent}) == 1
    assert Revision.objects.filter(incident=world.incident).count() == 2
    other = client.post(path(world, "/revisions"), {"facts": {}}, If_Match=etag, Idempotency_Key=key)
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")
    elsewhere = client.post(path(world, "/told"), {"whom": "police"}, Idempotency_Key=key)
    assert elsewhere.status_code == 409
    somebody = machine(cast.console).post(path(world, "/told"), {"whom": "police"}, Idempotency_Key=key)
    assert somebody.status_code == 201  # a key is its sender's own


@DB
def test_a_refused_create_keeps_nothing_and_its_key_can_be_used(
    cast: Cast, world: World, machine: Callable[..., Machine]
) -> None:
    client, key = machine(cast.amina), uuid4().hex
    refused = client.post(path(world, "/told"), {"whom": "nobody at all"}, Idempotency_Key=key)
    assert refused.status_code == 422
    assert not Answered.objects.exists()
    assert client.post(path(world, "/told"), {"whom": "police"}, Idempotency_Key=key).status_code == 201


@DB
@pytest.mark.parametrize("key", ["", "k" * 65, "two words", "ключ", "a\0b"])
def test_every_create_asks_for_a_key(
    key: str, cast: Cast, world: World, machine: Callable[..., Machine]
) -> None:
    client = machine(cast.console)
    for where, body in {
        path(world, "/told"): {"whom": "police"},
        path(world, "/needs"): {"kind": "call_back"},
        "/collections": {"code": "new", "label": "New"},
        "/organisations": {"name": "N", "kind": "ingo"},
        "/snapshots": {},
        "/reports": {"collection": "own", "facts": {}},
    }.items():
        response = client.post(where, body, Idempotency_Key=key)
        assert (response.status_code, response.json()["code"]) == (400, "key_needed"), where


@DB
def test_what_is_kept_under_a_key_holds_no_words_and_goes_after_a_while(
    cast: Cast, world: World, machine: Callable[..., Machine]
) -> None:
    client = machine(cast.amina)
    canary = "MALLORY-4711"
    client.post(
        path(world, "/revisions"),
        {"facts": FACTS, "texts": {"details": canary}},
        If_Match=client.get(path(world))["ETag"],
    )
    client.post(path(world, "/needs"), {"kind": "call_back", "text": canary})
    assert Answered.objects.count() == 2
    assert canary not in repr(list(Answered.objects.values_list()))
    old = Answered.objects.order_by("pk").first()
    assert old is not None
    with pytest.MonkeyPatch.context() as patch:
        later = datetime.now(UTC) + LASTS + timedelta(days=1)
        patch.setattr("tabard.api.once.datetime", type("Later", (), {"now": staticmethod(lambda _: later)}))
        client.post(path(world, "/told"), {"whom": "police"})
    assert Answered.objects.count() == 1


@DB
def test_next_of_kin_first(cast: Cast, world: World, machine: Callable[..., Machine]) -> None:
    """While they wait, no employer and nobody's words leave over the API; once they are told, they do."""
    client, canary = machine(cast.amina), "MALLORY-4711"
    harm = {
        "n": 1,
        "outcomes": {"died": {"holds": True}},
        "scope": "unsms",
        "recruitment": "local",
        "organisation": cast.organisation_a.pk,
    }
    said = {"facts": FACTS | {"harm": [harm]}, "texts": {"details": canary}}
    client.post(path(world, "/revisions"), said, If_Match=client.get(path(world))["ETag"])
    client.post(path(world, "/needs"), {"kind": "call_back", "text": canary})
    routes = (
        path(world),
        "/incidents",
        path(world, "/needs"),
        "/needs",
        path(world, "/flash?level=internal"),
    )
    names = (canary, cast.organisation_a.pk, "Organisation A", '"local"')
    for route in routes:
        text = client.get(route).content.decode()
        assert not [name for name in names if name in text], route
    assert client.get("/incidents?recruitment=local").json()["items"] == []
    assert client.get(path(world)).json()["next_of_kin_wait"] is True
    client.post(path(world, "/told"), {"whom": "next_of_kin", "how": "in_person"})
    after = client.get(path(world)).json()
    assert (after["texts"]["details"], after["owner"]) == (canary, cast.organisation_a.pk)
    assert after["facts"]["harm"][0]["organisation"] == cast.organisation_a.pk
    assert canary in client.get(path(world, "/needs")).content.decode()


def at_once(job: Callable[[], Any], count: int = 4) -> list[Any]:
    """The same thing, begun by several at the same moment."""
    start = Barrier(count)

    def run(_: int) -> Any:
        try:
            start.wait(20)
            return job()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


@AT_ONCE
def test_of_several_at_once_one_revises_and_the_others_are_told(
    cast: Cast, world: World, machine: Callable[..., Machine]
) -> None:
    token = machine(cast.amina).token

    def revising(etag: str) -> Callable[[], Any]:
        return lambda: Machine(token).post(path(world, "/revisions"), {"facts": FACTS}, If_Match=etag)

    for turn in range(5):
        etag = Machine(token).get(path(world, "?words=false"))["ETag"]
        answers = at_once(revising(etag))
        assert sorted(each.status_code for each in answers) == [201, 412, 412, 412]
        assert Revision.objects.filter(incident=world.incident).count() == turn + 2


@AT_ONCE
def test_of_the_same_key_at_once_one_is_made(
    cast: Cast, world: World, machine: Callable[..., Machine]
) -> None:
    token = machine(cast.amina).token

    def telling(key: str) -> Callable[[], Any]:
        return lambda: Machine(token).post(path(world, "/told"), {"whom": "police"}, Idempotency_Key=key)

    for turn in range(5):
        answers = at_once(telling(uuid4().hex))
        assert {each.status_code for each in answers} == {201}
        assert len({each.content for each in answers}) == 1
        assert len(told.log_of(world.incident)) == turn + 1
