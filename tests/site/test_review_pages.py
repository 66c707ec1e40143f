"""The pages of the desk: the queue, the one screen's decisions, splitting, and many at once."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.test import Client

from incidents.made import at, cast_member, collection, killed, report
from tabard.access.models import Account, AuditLine
from tabard.access.trail import console
from tabard.incidents import reviewing
from tabard.incidents.bulk import Coming, report_many
from tabard.incidents.decisions import Why
from tabard.incidents.models import Current, Incident, Link, Review, Revision
from tabard.incidents.writer import Entry
from tabard.rules import facts
from tabard.rules.ids import ulid

pytestmark = pytest.mark.django_db(databases="__all__")
QUESTION = "Which of the two roads?"


@pytest.fixture
def by() -> Account:
    account = console()
    collection(account, "own")
    return account


@pytest.fixture
def desk(by: Account) -> Client:
    return signed_in(cast_member(by, "desk", "desk", "*"))


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def decide(client: Client, incident: Incident, **sent: Any) -> Any:
    return client.post(f"/incidents/{incident.reference}/decide/", sent)


def states() -> list[str]:
    return sorted(Current.objects.values_list("review", flat=True))


def two_groups() -> Entry:
    hurt = facts.Harm(2, outcomes={"injured": facts.Outcome(True)}, scope="ngo")
    told = killed()
    return Entry(replace(told, harm=(*told.harm, hurt)))


def test_the_queue_shows_the_longest_wait_first(by: Account, desk: Client) -> None:
    made = [report(by) for _ in range(3)]
    page = desk.get("/review/").content.decode()
    assert [page.index(incident.reference) for incident in made] == sorted(
        page.index(incident.reference) for incident in made
    )


def test_the_queue_is_paged_without_losing_or_repeating(by: Account, desk: Client) -> None:
    """Also where all began to wait at the same moment."""
    coming = [Coming(ulid(), Entry(killed()), at(2020), reviewed=False) for _ in range(53)]
    report_many(by=by, collection="own", coming=coming)
    made = set(Incident.objects.values_list("reference", flat=True))
    first = desk.get("/review/").content.decode()
    onward = re.search(r'href="(\?[^"]*)" rel="next"', first)
    assert onward
    second = desk.get("/review/" + onward[1].replace("&amp;", "&")).content.decode()
    shown = [re.findall(r'value="(SSD-2019-\d+)_', page) for page in (first, second)]
    assert [len(each) for each in shown] == [50, 3]
    assert {*shown[0], *shown[1]} == made
    back = re.search(r'href="(\?[^"]*)" rel="prev"', second)
    assert back
    again = desk.get("/review/" + back[1].replace("&amp;", "&")).content.decode()
    assert re.findall(r'value="(SSD-2019-\d+)_', again) == shown[0]


def test_only_what_one_may_decide_on_is_in_the_queue(by: Account) -> None:
    ours, theirs = report(by, owner="A"), report(by, owner="B")
    secret = report(by, owner="A", sensitivity="sealed")
    page = signed_in(cast_member(by, "amina", "desk", "org:A")).get("/review/").content.decode()
    assert ours.reference in page
    assert theirs.reference not in page
    assert secret.reference not in page
    assert re.search(r"Not yet looked at <span class=\"num\">1<", page)


@pytest.mark.parametrize("role", ["reader", "officer", "analyst", "auditor", "custodian"])
def test_others_find_no_queue_and_take_no_decision(by: Account, role: str) -> None:
    incident = report(by)
    client = signed_in(cast_member(by, "other", role, "*"))
    assert client.get("/review/").status_code == 403
    for sent in ({"decision": "held", "reason": "doubtful"}, {}):
        assert decide(client, incident, **sent).status_code == 403
    assert client.post("/review/apply/", {"decision": "held"}).status_code == 403
    assert client.get(f"/incidents/{incident.reference}/split/").status_code == 403
    assert not Review.objects.exists()


def test_hidden_and_absent_are_decided_on_alike(by: Account) -> None:
    theirs = report(by, owner="B")
    client = signed_in(cast_member(by, "amina", "desk", "org:A"))
    answers = [
        client.post(f"/incidents/{reference}/decide/", {"decision": "held", "reason": "doubtful"})
        for reference in (theirs.reference, "SSD-2019-9999")
    ]
    assert [each.status_code for each in answers] == [404, 404]
    assert text(answers[0]) == text(answers[1])


@pytest.mark.parametrize(
    ("sent", "state"),
    [
        ({"decision": "verified", "reason": "checked"}, "verified"),
        ({"decision": "verified", "reason": "witness", "certainty": "confirmed"}, "verified"),
        ({"decision": "coded", "reason": "checked"}, "coded"),
        ({"decision": "held", "reason": "doubtful", "note": "The road was closed."}, "held"),
        ({"decision": "asked_back", "reason": "unclear", "note": QUESTION}, "asked"),
        ({"decision": "withdrawn", "reason": "refuted"}, ""),
    ],
)
def test_each_decision_and_its_undo_from_the_page(
    by: Account, desk: Client, sent: dict[str, str], state: str
) -> None:
    incident = report(by)
    page = desk.get(f"/incidents/{incident.reference}/")
    assert f'name="decision" value="{sent["decision"]}"' in page.content.decode()
    answer = decide(desk, incident, expected="1", **sent)
    assert answer.status_code == 302
    assert states() == [state]
    page = desk.get(answer["Location"])
    assert sent.get("note", "") in text(page)
    review = Review.objects.get()
    assert f'name="review" value="{review.pk}"' in page.content.decode()
    decide(desk, incident, decision="undone", review=review.pk, reason="mistake")
    assert states() == ["new"]
    assert "Undone" in text(desk.get(f"/incidents/{incident.reference}/"))


def test_a_refused_decision_comes_back_with_what_was_typed(by: Account, desk: Client) -> None:
    incident = report(by)
    answer = decide(desk, incident, decision="held", reason="", note="Wait for the second source.")
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "Wait for the second source." in page
    assert 'role="alert"' in page
    assert re.search(r'<details class="act" name="act" open', page)


def test_somebody_revised_meanwhile(by: Account, desk: Client) -> None:
    incident = report(by)
    answer = decide(desk, incident, decision="verified", reason="checked", expected="7")
    assert answer.status_code == 400
    assert states() == ["new"]


def test_on_to_the_next(by: Account, desk: Client) -> None:
    first, second = report(by), report(by)
    answer = decide(desk, first, decision="verified", reason="checked", onward="1")
    assert answer["Location"] == f"/incidents/{second.reference}/"


def test_a_record_alike_is_suggested_and_linked(by: Account, desk: Client) -> None:
    one, other = report(by), report(by)
    far = report(by, entry=Entry(killed(country="MLI")))
    page = desk.get(f"/incidents/{one.reference}/").content.decode()
    assert "Perhaps the same event" in page
    assert other.reference in page
    assert far.reference not in page
    decide(desk, one, decision="linked", another=other.reference, kind="same_event", reason="same_event")
    page = desk.get(f"/incidents/{one.reference}/").content.decode()
    assert "Perhaps the same event" not in page
    assert Link.objects.get().kind == "same_event"
    decide(desk, one, decision="unlinked", link=Link.objects.get().pk, reason="mistake")
    assert not Link.objects.filter(voids=None, voided_by=None).exists()


def test_no_suggestion_comes_from_what_one_may_not_see(by: Account) -> None:
    one, theirs = report(by, owner="A"), report(by, owner="B")
    secret = report(by, owner="A", sensitivity="sealed")
    page = signed_in(cast_member(by, "amina", "desk", "org:A")).get(f"/incidents/{one.reference}/")
    assert theirs.reference not in page.content.decode()
    assert secret.reference not in page.content.decode()


def test_a_note_is_read_only_with_words(by: Account) -> None:
    incident = report(by)
    reviewing.hold(by=by, incident=incident, why=Why("doubtful", "Canary of a note."))
    reader, desk = (signed_in(cast_member(by, role, role, "*")) for role in ("reader", "desk"))
    address = f"/incidents/{incident.reference}/"
    assert "Canary" in desk.get(address).content.decode()
    assert "Canary" not in reader.get(address).content.decode()
    assert "Canary" not in "".join(AuditLine.objects.values_list("detail", flat=True))


def test_splitting_from_its_page(by: Account, desk: Client) -> None:
    incident = report(by, entry=two_groups())
    address = f"/incidents/{incident.reference}/split/"
    assert desk.get(address).status_code == 200
    refused = desk.post(address, {"expected": "1", "reason": "several", "harm-0": "0", "harm-1": "0"})
    assert refused.status_code == 400
    desk.post(address, {"expected": "1", "reason": "several", "harm-0": "0", "harm-1": "1"})
    assert Current.objects.count() == 2
    decide(desk, incident, decision="undone", review=Review.objects.get(kind="split").pk, reason="mistake")
    assert Current.objects.count() == 1


def test_many_at_once_rehearsed_done_and_undone(by: Account, desk: Client) -> None:
    made = [report(by) for _ in range(3)]
    reviewing.hold(by=by, incident=made[2], why=Why("doubtful"))
    chosen = [f"{incident.reference}_1" for incident in made]
    lines, rows = AuditLine.objects.count(), Review.objects.count()
    preview = desk.post("/review/preview/", {"decision": "held", "chosen": chosen})
    assert "2 incidents" in text(preview)
    assert "1 is left as it is" in text(preview)
    assert (AuditLine.objects.count(), Review.objects.count()) == (lines, rows)
    done = desk.post("/review/apply/", {"decision": "held", "chosen": chosen, "reason": "more_expected"})
    assert states() == ["held", "held", "held"]
    assert "2 incidents" in text(desk.get(done["Location"]))
    acts = set(AuditLine.objects.filter(verb="incidents:incident:review").values_list("act", flat=True))
    assert len(acts) == 2  # the one hold before, and this one act
    desk.post(done["Location"], {"reason": "mistake"})
    assert states() == ["held", "new", "new"]


def test_all_that_the_filter_shows(by: Account, desk: Client) -> None:
    for iso3 in ("SSD", "MLI", "SSD"):
        report(by, entry=Entry(killed(country=iso3)))
    preview = desk.post(
        "/review/preview/", {"decision": "verified", "all": "1", "state": "new", "country": "SSD"}
    )
    assert re.findall(r'value="(\w{3})-2019-\d+_1"', preview.content.decode()) == ["SSD", "SSD"]


@pytest.mark.parametrize(("kind", "reason"), [("verified", "checked"), ("held", "doubtful")])
def test_what_was_revised_since_the_preview_is_left_alone(
    by: Account, desk: Client, kind: str, reason: str
) -> None:
    incident = report(by)
    done = desk.post(
        "/review/apply/", {"decision": kind, "chosen": [f"{incident.reference}_0"], "reason": reason}
    )
    assert done.status_code == 200
    assert "left as it is" in text(done)
    assert states() == ["new"]


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        ("/review/preview/", {"decision": "held"}),
        ("/review/preview/", {"decision": "split", "chosen": "SSD-2019-0001_1"}),
        ("/review/preview/", {"decision": "held", "chosen": "SSD-2019-0001_x"}),
        ("/review/preview/", {"decision": "held", "all": "1", "state": "nowhere"}),
        ("/review/apply/", {"decision": "held", "chosen": ["A-1_1"] * 201}),
        ("/review/apply/", {"decision": "held", "chosen": "SSD-2019-0001_1", "reason": "refuted"}),
        (
            "/review/apply/",
            {"decision": "linked", "chosen": "SSD-2019-0001_1", "another": "XXX-1", "reason": "together"},
        ),
    ],
)
def test_hostile_selections_are_refused_clearly(
    by: Account, desk: Client, address: str, sent: dict[str, Any]
) -> None:
    report(by)
    answer = desk.post(address, sent)
    assert answer.status_code == 400
    assert not Review.objects.exists()


@pytest.mark.parametrize(
    "query", ["state=x", "country=nowhere", "owner=%27", "cursor=x", "collection=a b", "cursor=2026_1_a"]
)
def test_hostile_filters_are_refused(desk: Client, query: str) -> None:
    assert desk.get(f"/review/?{query}").status_code == 400


def test_cancelling_a_revision_from_the_history(by: Account, desk: Client) -> None:
    incident = report(by)
    decide(desk, incident, decision="verified", reason="checked", certainty="confirmed")
    refused = decide(desk, incident, decision="voided", number="2", reason="mistake")
    assert "came of a decision" in text(refused)
    assert Revision.objects.count() == 2
    assert date(2019, 5, 4) == Revision.objects.get(number=1).first_day


def test_whoever_reported_it_reads_the_question_and_answers(by: Account, desk: Client) -> None:
    officer, other = (fresh(cast_member(by, name, "officer", "*")) for name in ("officer", "other"))
    incident = report(officer)
    address = f"/incidents/{incident.reference}/"
    decide(desk, incident, decision="asked_back", reason="unclear", note=QUESTION)
    assert QUESTION in text(signed_in(officer).get(address))
    assert QUESTION not in text(signed_in(other).get(address))
    assert signed_in(other).post(address + "answer/", {"note": "x"}).status_code == 404
    assert signed_in(officer).post(address + "answer/", {"note": " "}).status_code == 400
    assert signed_in(officer).post(address + "answer/", {"note": "The northern one."}).status_code == 302
    assert states() == ["changed"]
    assert "The northern one." in text(desk.get(address))
    assert QUESTION not in text(signed_in(officer).get(address))
    assert AuditLine.objects.filter(verb="incidents:note:read", actor=officer.pk).exists()


def fresh(account: Account) -> Account:
    return Account.objects.get(pk=account.pk)
