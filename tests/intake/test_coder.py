"""Waiting reports become incidents: whole, once, in order, each with its line; what cannot be coded holds up nobody."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError

from cast import Cast, lines
from tabard.access import audit
from tabard.access.actions import create_account, grant
from tabard.access.models import Account, Assignment
from tabard.incidents import coder, entering
from tabard.incidents.actions import create_collection
from tabard.incidents.models import Current, Harm, Incident, Revision, Words
from tabard.intake import actions
from tabard.intake.line import backlog, last_turn, receipt
from tabard.intake.models import Taken
from tabard.intake.receiving import Coming, keep
from tabard.rules.ids import ulid
from tabard.rules.refusals import Refused

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def officer(cast: Cast) -> Account:
    create_collection(by=cast.console, code="own", label="Own register")
    account = create_account(by=cast.console, handle="officer", password=None)
    grant(by=cast.console, account=account, role="officer", scope=cast.organisation_a.scope_key)
    return account


def told(owner: str, **more: Any) -> dict[str, Any]:
    """A report of one driver killed and another hurt."""
    harm = [
        {"n": 1, "outcomes": {"died": {"holds": True}}, "function": "driver"},
        {"n": 2, "outcomes": {"injured": {"holds": True}}},
    ]
    facts = {"first_day": "2026-03-04", "country": "SSD", "harm": harm}
    return {"collection": "own", "owner": owner, "facts": facts, "texts": {"details": "Words."}} | more


def send(officer: Account, cast: Cast, body: Any = None, *, key: str | None = None, **more: Any) -> str:
    owner = cast.organisation_a.pk
    data = body if isinstance(body, bytes) else json.dumps(told(owner) if body is None else body).encode()
    coming = Coming(officer.pk, key or ulid(), "own", owner, "application/json", data)
    for name, value in more.items():
        setattr(coming, name, value)
    return keep(coming).id


def all_of_it() -> int:
    return sum(iter(coder.work_once, 0))


def became(original: str) -> tuple[str, list[Any], str]:
    return Taken.objects.values_list("state", "notes", "incident").get(original=original)


def test_a_report_becomes_an_incident_with_its_rows_words_and_line(officer: Account, cast: Cast) -> None:
    original = send(officer, cast)
    before = len(lines())
    assert all_of_it() == 1
    state, notes, pk = became(original)
    assert (state, notes) == ("accepted", [])
    incident, revision = Incident.objects.get(pk=pk), Revision.objects.get(incident=pk)
    assert incident.reference == "SSD-2026-0001"
    assert (incident.collection_id, incident.owner) == ("own", cast.organisation_a.pk)
    assert (revision.number, revision.by, revision.first_day) == (1, officer.pk, date(2026, 3, 4))
    assert sorted(Harm.objects.filter(revision=revision).values_list("n", "died", "injured")) == [
        (1, 1, None),
        (2, None, 1),
    ]
    words = Words.objects.get(pk=revision.words)
    assert (words.details, words.original) == ("Words.", original)
    assert Current.objects.get(pk=pk).persons == 3
    [line] = [each for each in lines()[before:] if each.verb == "incidents:incident:report"]
    assert (line.verb, line.subject, line.actor) == (
        "incidents:incident:report",
        f"incident:{pk}",
        officer.pk,
    )
    assert audit.detail(line)["original"] == original
    assert audit.verify().whole


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "not JSON": ({"data": b"Two shots at the gate."}, "bad_json"),
    "a word of no list": ({"cause": "weather"}, "unknown_word"),
    "a field of nobody": ({"mood": "bad"}, "field_not_known"),
    "another form": ({"media_type": "text/plain"}, "unsupported_form"),
    "another collection than at the door": ({"collection": "awsd"}, "bad_value"),
}


@pytest.mark.parametrize("what", BAD)
def test_what_cannot_be_coded_waits_alone_for_a_person(what: str, officer: Account, cast: Cast) -> None:
    more, code = BAD[what]
    body = told(cast.organisation_a.pk)
    body["facts"] = body["facts"] | {"cause": more.get("cause")}
    body |= {name: more[name] for name in ("mood", "collection") if name in more}
    first = send(officer, cast)
    wrong = send(
        officer, cast, more.get("data", body), **{k: v for k, v in more.items() if k == "media_type"}
    )
    last = send(officer, cast)
    assert all_of_it() == 3
    assert [became(one)[0] for one in (first, wrong, last)] == ["accepted", "held", "accepted"]
    _, notes, incident = became(wrong)
    assert [note["code"] for note in notes] == [code]
    assert incident == ""
    assert "weather" not in json.dumps(notes)
    held = lines()[-2]
    assert (held.verb, held.subject, held.actor) == ("intake:report:hold", f"original:{wrong}", officer.pk)
    assert backlog().count == 0


def test_what_the_register_itself_will_not_take_is_held_and_the_others_are_coded(
    officer: Account, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault that no check foresees: the batch falls back to one by one."""
    sent = [send(officer, cast) for _ in range(5)]
    write = entering._incidents

    def fails(fresh: Any, now: Any) -> None:
        write(fresh, now)
        if any(one.original.pk == sent[2] for one in fresh):
            raise IntegrityError

    monkeypatch.setattr(entering, "_incidents", fails)
    assert all_of_it() == 5
    assert [became(one)[0] for one in sent] == ["accepted", "accepted", "held", "accepted", "accepted"]
    assert became(sent[2])[1] == [{"code": "internal"}]
    assert Incident.objects.count() == 4
    verbs = [line.verb for line in lines()[-5:]]
    assert (
        verbs
        == ["incidents:incident:report"] * 2 + ["intake:report:hold"] + ["incidents:incident:report"] * 2
    )
    assert audit.verify().whole


def test_whatever_goes_wrong_with_one_report_holds_up_no_other(
    officer: Account, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of the reader itself; and the same report again is then taken for itself."""
    body = told(cast.organisation_a.pk, id=ulid())
    spoilt, again, other = send(officer, cast, body), send(officer, cast, body), send(officer, cast)
    place = coder.Entry

    def breaks(*parts: Any) -> Any:
        if parts[-1] == spoilt:
            raise RecursionError
        return place(*parts)

    monkeypatch.setattr(coder, "Entry", breaks)
    assert all_of_it() == 3
    assert became(spoilt) == ("held", [{"code": "internal"}], "")
    assert became(again) == ("accepted", [], body["id"])
    assert became(other)[0] == "accepted"


def test_the_order_of_coming_is_the_order_of_coding(
    officer: Account, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coder.work_once, "__defaults__", (100,))
    sent = [send(officer, cast) for _ in range(130)]
    assert (coder.work_once(), all_of_it()) == (100, 30)
    assert list(Taken.objects.order_by("turn").values_list("original", flat=True)) == sent
    references = [Incident.objects.get(pk=became(one)[2]).reference for one in sent]
    assert references == [f"SSD-2026-{n:04d}" for n in range(1, 131)]


def test_nothing_is_coded_twice(officer: Account, cast: Cast) -> None:
    send(officer, cast)
    assert (all_of_it(), all_of_it()) == (1, 0)
    upto = last_turn()
    assert coder.code(by=cast.console, upto=upto) == 0
    assert Incident.objects.count() == 1


def test_the_same_ulid_under_another_key_is_the_same_report(officer: Account, cast: Cast) -> None:
    body = told(cast.organisation_a.pk, id=ulid())
    first, again = send(officer, cast, body), send(officer, cast, body)
    assert all_of_it() == 2
    later = send(officer, cast, body)
    assert all_of_it() == 1
    assert became(first) == ("accepted", [], body["id"])
    assert became(again) == became(later) == ("accepted", [{"code": "report_repeated"}], body["id"])
    assert (Incident.objects.count(), Revision.objects.count()) == (1, 1)


def test_anothers_ulid_tells_nothing_and_changes_nothing(officer: Account, cast: Cast) -> None:
    other = create_account(by=cast.console, handle="other", password=None)
    grant(by=cast.console, account=other, role="officer", scope=cast.organisation_b.scope_key)
    body = told(cast.organisation_a.pk, id=ulid())
    send(officer, cast, body)
    theirs = told(cast.organisation_b.pk, id=body["id"])
    stolen = send(other, cast, theirs, owner=cast.organisation_b.pk)
    assert all_of_it() == 2
    assert became(stolen) == ("rejected", [{"code": "not_allowed"}], "")
    assert Incident.objects.get().owner == cast.organisation_a.pk


def test_who_may_no_longer_report_is_rejected_with_a_line(officer: Account, cast: Cast) -> None:
    sent = send(officer, cast)
    with coder.opened(cast.console.pk):
        Assignment.objects.filter(account=officer).delete()
    assert all_of_it() == 1
    assert became(sent) == ("rejected", [{"code": "not_allowed"}], "")
    assert (lines()[-1].verb, lines()[-1].actor) == ("intake:report:reject", officer.pk)
    assert not Incident.objects.exists()


def test_what_was_erased_while_it_waited_is_rejected(officer: Account, cast: Cast) -> None:
    sent = send(officer, cast)
    actions.erase_original(by=cast.custodian, original=sent, reason="request")
    all_of_it()
    assert became(sent) == ("rejected", [{"code": "erased"}], "")


def test_the_receipt_follows_the_report(officer: Account, cast: Cast) -> None:
    sent = send(officer, cast)
    assert receipt(officer, sent).state == "received"
    assert backlog().count == 1
    all_of_it()
    kept = receipt(officer, sent)
    assert (kept.state, kept.incident) == ("accepted", became(sent)[2])
    assert receipt(cast.amina, sent) == kept  # the desk of the organisation
    for nobody in (cast.joseph, cast.stranger):
        with pytest.raises(Refused, match="not_found"):
            receipt(nobody, sent)
    with pytest.raises(Refused, match="not_found"):
        receipt(officer, ulid())
