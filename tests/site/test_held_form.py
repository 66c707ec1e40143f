"""A report that could not be coded, put right in the form: what stands in it, what is kept, who may, who was first."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from django.test import Client

from incidents.made import cast_member, collection
from tabard.access import audit, guard
from tabard.access.models import Account, AuditLine
from tabard.access.trail import console
from tabard.incidents import asking, held
from tabard.incidents.entries import entry_of
from tabard.incidents.models import Current, Incident, Revision
from tabard.intake.models import OriginalBody, Taken
from tabard.people.actions import add_word
from tabard.rules.ids import ulid
from tabard.rules.refusals import Refused

pytestmark = pytest.mark.django_db(databases="__all__")
SENT: dict[str, Any] = {
    "collection": "own",
    "sensitivity": "restricted",
    "known_at": "2026-01-03T04:05:06Z",
    "facts": {
        "first_day": "2026-01-02",
        "country": "SSD",
        "cause": "Canary robbery",
        "near_miss": "maybe",
        "colour": "Canary red",
        "harm": [
            {"n": 2, "gender": "female", "outcomes": {"injured": {"holds": True, "on": "yesterday"}}},
            {"n": "three", "outcomes": {"died": {"holds": True}}},
        ],
        "tags": [["medical", "no_such_word"]],
    },
    "position": {"lat": 4.85, "lon": 31.6, "precision": "near", "locality": "Juba"},
    "texts": {"details": "Canary was there."},
    "sources": [{"kind": "focal_point", "reliability": "B", "credibility": 2, "claims": {"died": 3}}],
}


@pytest.fixture
def by() -> Account:
    account = console()
    collection(account, "own")
    return account


@pytest.fixture
def desk(by: Account) -> Account:
    return cast_member(by, "desk", "desk", "*")


def kept(sent: object, turn: int = 1, *, sender: str = "01SENDER", owner: str = "") -> Taken:
    """A report that the coder has held."""
    body = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    now = datetime(2026, 1, 4, tzinfo=UTC)
    with guard.lifted():
        pk = ulid()
        OriginalBody.objects.create(original=pk, salt="s", body=body, fingerprint=pk)
        return Taken.objects.create(
            turn=turn, original=pk, received_at=now, by=sender, collection="own", owner=owner,
            state="held", notes=[{"code": "unknown_word", "field": "cause"}], at=now,
        )  # fmt: skip


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def address(taken: Taken) -> str:
    return f"/review/reports/{taken.turn}/form/"


TAG = re.compile(r"<(input|select|textarea|option|/select)\b([^>]*)>(?:\n?([^<]*)</textarea>)?", re.DOTALL)
MARK = re.compile(r'([a-z-]+)="([^"]*)"')


def fields(page: str) -> dict[str, list[str]]:
    """What a browser would send of the form."""
    found: dict[str, list[str]] = {}
    listed = ""
    for kind, marks, text in TAG.findall(page.split('id="report"')[1].split("</form>")[0]):
        has = {name: unescape(value) for name, value in MARK.findall(marks)}
        listed = has.get("name", "") if kind == "select" else "" if kind == "/select" else listed
        name = listed if kind == "option" else has.get("name", "")
        picked = " selected" in marks if kind == "option" else kind in ("input", "textarea")
        if has.get("type") == "checkbox":
            picked = " checked" in marks
        if name and picked and name != "csrfmiddlewaretoken":
            found.setdefault(name, []).append(has.get("value", unescape(text)))
    return found


def opened(desk: Account, taken: Taken) -> tuple[str, dict[str, list[str]]]:
    answer = client_of(desk).get(address(taken))
    assert answer.status_code == 200
    page = answer.content.decode()
    return page, fields(page)


RIGHT = {
    "cause": ["crime"],
    "near_miss": ["0"],
    "h0.on.injured": [],
    "h1.n": ["3"],
    "medical": [],
}


def send(desk: Account, taken: Taken, form: dict[str, list[str]], do: str = "send") -> Any:
    return client_of(desk).post(address(taken), {**form, "do": do})


def test_every_value_that_can_be_read_stands_in_the_form(desk: Account) -> None:
    page, form = opened(desk, kept(SENT))
    assert form["first_day"] == ["2026-01-02"]
    assert (form["country"], form["locality"], form["details"]) == (["SSD"], ["Juba"], ["Canary was there."])
    assert (form["lat"], form["sensitivity"], form["known_on"]) == (["4.85"], ["restricted"], ["2026-01-03"])
    assert (form["h0.n"], form["h0.gender"], form["h0.outcomes"]) == (["2"], ["female"], ["injured"])
    assert (form["s0.reliability"], form["s0.claims"]) == (["B"], ["died:3"])
    assert (form["cause"], form["h1.n"], form["near_miss"]) == (["Canary robbery"], ["three"], ["maybe"])
    for name in ("f-cause", "f-h1-n", "f-near_miss", "f-h0-on-injured", "f-medical"):
        assert f'id="{name}-wrong"' in page, name
    assert "facts.colour" in page
    assert page.count("Canary red") == 2  # among what cannot be shown, and in what was sent
    assert 'id="f-caller' not in page


def test_put_right_it_becomes_the_incident_of_what_was_sent(by: Account, desk: Account) -> None:
    sender = cast_member(by, "sender", "officer", "*")
    taken = kept(SENT, sender=sender.pk)
    _, form = opened(desk, taken)
    again = send(desk, taken, form)
    assert again.status_code == 400
    assert "Canary robbery" in again.content.decode()
    assert send(desk, taken, {**form, **RIGHT, "near_miss": ["maybe"]}).status_code == 400
    done = send(desk, taken, {**form, **RIGHT})
    incident = Incident.objects.get()
    assert done["Location"] == f"/incidents/{incident.reference}/"
    taken.refresh_from_db()
    assert (taken.state, taken.incident, taken.by) == ("accepted", incident.pk, sender.pk)
    assert bytes(OriginalBody.objects.get(pk=taken.original).body) == json.dumps(SENT).encode()
    revision = Revision.objects.get()
    entry = entry_of(revision)
    assert (entry.original, incident.sensitivity, revision.by) == (taken.original, "restricted", desk.pk)
    assert revision.known_at == datetime(
        2026, 1, 3, 4, 5, 6, tzinfo=UTC
    )  # to the moment, though the form asks a day
    assert [harm.n for harm in entry.facts.harm] == [2, 3]
    assert (entry.facts.cause, entry.facts.near_miss, entry.facts.tags) == ("crime", False, ())
    assert [(one.kind, dict(one.claims)) for one in entry.sources] == [("focal_point", {"died": 3})]
    line = AuditLine.objects.get(verb="intake:report:take-up")
    assert line.actor == desk.pk
    assert json.loads(line.detail) == {"incident": incident.pk, "sender": sender.pk}
    assert asking.reported_by(sender, incident)
    assert asking.reported_by(desk, incident)
    assert not asking.reported_by(cast_member(by, "other", "officer", "*"), incident)
    assert Current.objects.get().review == "new"
    assert audit.verify().whole


def test_nothing_that_was_typed_gets_into_a_line_or_an_address(
    desk: Account, caplog: pytest.LogCaptureFixture
) -> None:
    taken = kept(SENT)
    _, form = opened(desk, taken)
    answers = [
        send(desk, taken, form),
        send(desk, taken, form, "add-h"),
        send(desk, taken, {**form, **RIGHT}),
    ]
    assert not [answer for answer in answers if "anary" in answer.get("Location", "")]
    assert "anary" not in "".join(AuditLine.objects.values_list("detail", flat=True))
    assert "anary" not in caplog.text


def test_reading_it_is_a_line_and_looking_while_one_types_is_none(desk: Account) -> None:
    taken = kept(SENT)
    _, form = opened(desk, taken)
    reads = AuditLine.objects.filter(verb="intake:original:read")
    assert reads.count() == 1
    look = client_of(desk).post(address(taken), {**form, "do": "look"}, headers={"X-Part": "look"})
    assert "Who will read this" in look.content.decode()
    assert "Canary" not in look.content.decode()
    assert reads.count() == 1


def test_the_second_of_two_who_mend_is_told(desk: Account, by: Account) -> None:
    taken = kept(SENT)
    _, form = opened(desk, taken)
    right = {**form, **RIGHT}
    assert send(cast_member(by, "first", "desk", "*"), taken, right).status_code == 302
    late = send(desk, taken, {**right, "details": ["Mine, typed long"]})
    page = late.content.decode()
    assert late.status_code == 400
    assert "Somebody else dealt with this report meanwhile." in page
    assert "Mine, typed long" in page
    assert f"/incidents/{Incident.objects.get().reference}/" in page
    assert Incident.objects.count() == 1
    assert (
        client_of(desk).get(address(taken))["Location"] == f"/incidents/{Incident.objects.get().reference}/"
    )


def test_turned_away_meanwhile(desk: Account) -> None:
    taken = kept(SENT)
    _, form = opened(desk, taken)
    held.reject(by=desk, taken=taken, reason="not_ours")
    assert "Somebody else dealt" in send(desk, taken, {**form, **RIGHT}).content.decode()
    assert client_of(desk).get(address(taken))["Location"] == f"/review/reports/{taken.turn}/"
    assert not Incident.objects.exists()


def test_what_was_coded_at_once_is_not_found_by_its_number(desk: Account) -> None:
    taken = kept(SENT)
    with guard.lifted():
        Taken.objects.update(state="accepted", notes=[])
    assert client_of(desk).get(address(taken)).status_code == 404
    with guard.lifted():
        Taken.objects.update(notes=[{"code": "report_repeated"}])
    assert client_of(desk).get(address(taken)).status_code == 404
    assert send(desk, taken, {"do": ["send"]}).status_code == 404


def test_who_opens_it(by: Account) -> None:
    ours, theirs = kept(SENT, 1, owner="A"), kept(SENT, 2, owner="B")
    amina = client_of(cast_member(by, "amina", "desk", "org:A"))
    assert amina.get(address(ours)).status_code == 200
    assert (
        amina.get(address(theirs)).status_code
        == amina.post(address(theirs), {"do": "send"}).status_code
        == 404
    )
    for role in ("reader", "officer", "analyst", "auditor", "custodian"):
        assert client_of(cast_member(by, role, role, "*")).get(address(ours)).status_code == 403


def test_it_goes_nowhere_else_than_it_was_sent(by: Account, desk: Account) -> None:
    collection(by, "other")
    taken = kept({**SENT, "collection": "other"})
    page, form = opened(desk, taken)
    assert "it goes where it was sent" in page
    send(desk, taken, {**form, **RIGHT, "collection": ["other"], "key": [ulid()]})
    assert Incident.objects.get().collection_id == "own"


def test_an_id_of_its_own_stays_and_one_that_is_taken_is_refused(desk: Account) -> None:
    own = ulid()
    first, second = kept({**SENT, "id": own}, 1), kept({**SENT, "id": own}, 2)
    form = opened(desk, first)[1]
    assert send(desk, first, {**form, **RIGHT, "key": [ulid()]}).status_code == 302
    assert Incident.objects.get().pk == own
    answer = send(desk, second, {**opened(desk, second)[1], **RIGHT})
    assert answer.status_code == 400
    assert "sent before" in answer.content.decode()
    second.refresh_from_db()
    assert second.state == "held"
    with pytest.raises(Refused, match="sent_already"):
        held.take_up(
            by=desk, taken=second, data=json.dumps({"id": own, "collection": "own", "facts": {}}).encode()
        )


def test_words_of_ones_own_and_words_of_nobody(by: Account, desk: Account) -> None:
    add_word(by=by, list_code="cause", code="carjack", parent="crime", labels={"en": "Carjacking"}, owner="")
    facts = {
        "first_day": "2026-01-02",
        "cause": "carjack",
        "means": "spell",
        "harm": [{"n": 1, "cause": "spell"}],
    }
    taken = kept({"collection": "own", "facts": facts})
    page, form = opened(desk, taken)
    assert (form["cause"], form["means"], form["h0.cause"]) == (["own:carjack"], ["spell"], ["spell"])
    assert 'id="f-cause-wrong"' not in page
    assert 'id="f-means-wrong"' in page
    assert 'id="f-h0-cause-wrong"' in page
    assert send(desk, taken, {**form, "means": [], "h0.cause": []}).status_code == 302
    told = entry_of(Revision.objects.get()).facts
    assert (told.cause, [name for name, _ in told.tags]) == ("crime", ["local"])


@pytest.mark.parametrize(
    "level", ["top secret", ["public"], 5, "x" * 5_000], ids=["word", "list", "number", "long"]
)
def test_a_sensitivity_that_cannot_be_read_never_becomes_a_lower_one(desk: Account, level: object) -> None:
    taken = kept({"collection": "own", "sensitivity": level, "facts": {"country": "SSD", "cause": "crime"}})
    page, form = opened(desk, taken)
    assert 'id="f-sensitivity-wrong"' in page
    assert send(desk, taken, form).status_code == 400
    assert not Incident.objects.exists()


HOSTILE: dict[str, object] = {
    "nothing": b"",
    "no JSON": b"{",
    "a list": b"[1]",
    "not UTF-8": b'{"collection":"own","facts":{"cause":"\xff"}}',
    "a mark of order": b'\xef\xbb\xbf{"collection":"own","facts":{}}',
    "twice": b'{"collection":"own","facts":{"cause":"crime","cause":"Canary"}}',
    "deep": b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "less deep": b'{"collection":"own","facts":{"harm":' + b"[" * 300 + b"]" * 300 + b"}}",
    "numbers": b'{"facts":{"days_off":' + b"9" * 5_000 + b',"first_day":NaN,"country":1e999,"near_miss":-0}}',
    "NUL": b'{"collection":"own","texts":{"details":"a\\u0000b"},"facts":{"cause":"\\u0000"}}',
    "half a character": b'{"texts":{"details":"\\ud800"},"\\udfff":"\\udfff"}',
    "turning marks": '{"collection":"own","texts":{"details":"\u202egnp.exe\u2066"},"\u202eb":"\u202ea"}'.encode(),
    "markup": b'{"<script>alert(1)</script>":"<img src=x onerror=y>","texts":{"details":"</textarea><b>"}}',
    "wrong kinds": dict.fromkeys(("id", "collection", "owner", "facts", "position", "texts", "sources"), 5),
    "wrong kinds within": {"facts": {n: [[]] for n in ("harm", "margins", "objects", "tags", "cause", "first_day")}},
    "rows without anything": {"facts": {"harm": [{}], "margins": [{}], "objects": [{}]}, "sources": [{}]},
    "rows of nothing": {"facts": {"harm": [None, 1, "x", {"outcomes": None}], "tags": [None, [1, 2], ["a"]]}},
    "claims": {"facts": {}, "sources": [{"kind": "x", "claims": {"died": True, "x": 1, "injured": None}}]},
    "half a place": {"facts": {}, "position": {"lat": 3, "locality": "Juba"}},
    "off the globe": {"facts": {}, "position": {"lat": 3000, "lon": "x"}},
    "names of the form": {"facts": {"key": "x", "details": "x", "caller.name": "x", "h0.n": "5", "known_on": "x"}},
    "many rows": {"facts": {"harm": [{"n": 1}] * 3_000}},
    "too many faults": {"facts": {f"x{n}": n for n in range(300)}},
    "many faults": {"facts": {f"x{n}": n for n in range(5_000)}},
    "long words": {"facts": {"cause": "c" * 100_000}, "texts": {"details": "d" * 100_000}},
    "as large as may be": {"facts": {}, "texts": {"details": "d" * 262_000}},
    "larger": {"facts": {}, "texts": {"details": "d" * 400_000}},
}  # fmt: skip


@pytest.mark.parametrize("sent", HOSTILE.values(), ids=HOSTILE.keys())
def test_whatever_was_sent_opens_or_leads_to_its_words(desk: Account, sent: object) -> None:
    """No fault of the server; what opens can be sent back, and a second time as it came."""
    taken = kept(sent)
    client = client_of(desk)
    raw = client.get(f"/review/reports/{taken.turn}/")
    answer = client.get(address(taken))
    assert raw.status_code == 200
    offered = address(taken) in raw.content.decode()
    assert answer.status_code == (200 if offered else 302)
    if answer.status_code == 302:
        assert answer["Location"] == f"/review/reports/{taken.turn}/"
        return
    page = answer.content.decode()
    assert "<script>alert" not in page
    assert not re.search("[\u202a-\u202e\u2066-\u2069\0]", page.split("<aside")[1])
    form = fields(page)
    assert send(desk, taken, form).status_code in (302, 400)
    assert Incident.objects.count() == (Taken.objects.get().state == "accepted")


def test_which_of_them_the_form_can_show(desk: Account) -> None:
    shown = {name for at, (name, sent) in enumerate(HOSTILE.items()) if _shows(desk, sent, at)}
    assert set(HOSTILE) - shown == {
        "nothing", "no JSON", "a list", "not UTF-8", "deep", "many rows",
        "too many faults", "many faults", "as large as may be", "larger",
    }  # fmt: skip


def _shows(desk: Account, sent: object, at: int) -> bool:
    return client_of(desk).get(address(kept(sent, at + 1))).status_code == 200


def test_names_of_the_form_in_a_report_fill_nothing(desk: Account) -> None:
    _, form = opened(desk, kept({"collection": "own", **HOSTILE["names of the form"]}))  # type: ignore[dict-item]
    assert {*form.get("details", [""]), *form.get("known_on", [""]), *form.get("h0.n", [""])} == {""}
    assert "caller.name" not in form


def test_a_last_day_stays_where_the_first_cannot_be_read(desk: Account) -> None:
    taken = kept(
        {"collection": "own", "facts": {"first_day": "2.1.2026", "last_day": "2026-01-05", "cause": "crime"}}
    )
    _, form = opened(desk, taken)
    assert (form["first_day"], form["last_day"]) == (["2.1.2026"], ["2026-01-05"])
    send(desk, taken, {**form, "first_day": ["2026-01-02"]})
    told = entry_of(Revision.objects.get()).facts
    assert (str(told.first_day), str(told.last_day), told.date_precision) == (
        "2026-01-02",
        "2026-01-05",
        "days",
    )


def test_what_was_sent_stays_to_be_read_behind_the_incident(by: Account, desk: Account) -> None:
    taken = kept(SENT)
    send(desk, taken, {**opened(desk, taken)[1], **RIGHT})
    incident = Incident.objects.get()
    behind = f"/review/reports/{taken.turn}/"
    client = client_of(desk)
    assert behind in client.get(f"/incidents/{incident.reference}/").content.decode()
    assert "Canary red" in client.get(behind).content.decode()
    assert client.post(behind, {"do": "reject", "reason": "not_ours"}).status_code == 400
    reader = client_of(cast_member(by, "analyst", "analyst", "*"))
    assert behind not in reader.get(f"/incidents/{incident.reference}/").content.decode()
    assert reader.get(behind).status_code == 403
    with guard.lifted():
        Taken.objects.update(incident=ulid())  # of one that nobody sees
    assert client.get(behind).status_code == 404


def test_a_mended_incident_is_withdrawn_and_taken_back_like_any_other(desk: Account) -> None:
    taken = kept(SENT)
    send(desk, taken, {**opened(desk, taken)[1], **RIGHT})
    incident = Incident.objects.get()
    decide = f"/incidents/{incident.reference}/decide/"
    client_of(desk).post(decide, {"decision": "withdrawn", "reason": "mistake"})
    assert Current.objects.get().standing == "withdrawn"
