"""From the form to the register, as somebody with a browser does it: once, whole, nothing typed lost."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django_tasks_db.models import DBTaskResult

from desk.conftest import People
from tabard.access import guard
from tabard.access.actions import grant
from tabard.access.models import Account, Attempts, AuditLine
from tabard.desk.models import Caller, Draft, Need
from tabard.formats.report import read
from tabard.incidents import coder
from tabard.incidents.models import Current, Incident, Link, Revision, Words
from tabard.intake.models import Original, OriginalBody, Taken
from tabard.rules.ids import ulid
from tabard.site.tasks import daily, tidy

pytestmark = pytest.mark.django_db(databases="__all__")
As = Callable[[Account], Client]
NEW = "/incidents/new/"


def five(**more: str) -> dict[str, Any]:
    """Five fields, as a browser sends them."""
    typed = {
        "key": ulid(),
        "cause": "crime",
        "first_day": "2024-03-02",
        "country": "SSD",
        "locality": "Juba",
        "h0.n": "2",
        "h0.outcomes": "robbed",
        "details": "Two colleagues were robbed.",
        "do": "send",
    }
    return typed | {name.replace("__", "."): value for name, value in more.items()}


def hidden(page: bytes, name: str) -> str:
    found = re.search(rf'name="{re.escape(name)}" value="([^"]*)"', page.decode())
    assert found, name
    return html.unescape(found[1])


def test_five_fields_become_an_incident(people: People, as_: As) -> None:
    client = as_(people.officer)
    assert client.get(NEW).status_code == 200
    typed = five()
    answer = client.post(NEW, typed)
    made = Incident.objects.get()
    assert answer["Location"] == f"/incidents/{made.reference}/"
    assert (made.pk, made.collection_id, made.owner) == (typed["key"], "own", people.org)
    current = Current.objects.get()
    assert (current.country, current.occurred, current.persons, current.cause) == (
        "SSD", "2024-03-02", 2, "crime",
    )  # fmt: skip
    assert Words.objects.get().details == "Two colleagues were robbed."
    assert client.get(answer["Location"]).status_code == 200


def test_the_bytes_are_kept_and_say_the_same(people: People, as_: As) -> None:
    typed = five()
    as_(people.officer).post(NEW, typed)
    original = Original.objects.get()
    assert (original.kind, original.key, original.by) == ("report", typed["key"], people.officer.pk)
    kept = read(bytes(OriginalBody.objects.get().body))
    assert kept.id == typed["key"]
    assert kept.told().texts.details == typed["details"]
    assert Words.objects.get().original == original.pk  # erasing the original finds the words


def test_sent_twice_it_is_one_incident(people: People, as_: As) -> None:
    client, typed = as_(people.officer), five()
    first, second = client.post(NEW, typed), client.post(NEW, typed)
    assert first["Location"] == second["Location"]
    assert (Incident.objects.count(), Revision.objects.count(), Original.objects.count()) == (1, 1, 1)


def test_the_coder_finds_it_entered_already(people: People, as_: As) -> None:
    as_(people.officer).post(NEW, five())
    assert coder.work_once() == 1
    assert (Taken.objects.get().state, Incident.objects.count()) == ("accepted", 1)
    assert Taken.objects.get().incident == Incident.objects.get().pk


def test_bytes_that_were_kept_before_a_crash_are_coded_once(
    people: People, as_: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = five()
    client = as_(people.officer)
    client.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr("tabard.desk.reporting.enter", lambda **_: 1 / 0)
        assert client.post(NEW, typed).status_code == 500
    assert Incident.objects.count() == 0
    coder.work_once()
    assert client.post(NEW, typed)["Location"] == f"/incidents/{Incident.objects.get().reference}/"
    assert Revision.objects.count() == 1


def test_sent_again_with_other_words_nothing_is_lost_silently(people: People, as_: As) -> None:
    client, typed = as_(people.officer), five()
    client.post(NEW, typed)
    answer = client.post(NEW, typed | {"details": "And a third was hurt."})
    assert answer.status_code == 400
    assert "And a third was hurt." in answer.content.decode()
    assert Incident.objects.get().reference in answer.content.decode()


def test_a_mistake_loses_nothing_and_is_named_at_its_field(people: People, as_: As) -> None:
    answer = as_(people.officer).post(NEW, five(h0__n="some", lat="4", details="Kept <words>"))
    page = answer.content.decode()
    assert answer.status_code == 400
    assert 'href="#f-h0-n"' in page
    assert 'id="f-h0-n-wrong"' in page
    assert "autofocus" in page
    assert 'value="some"' in page
    assert "Kept &lt;words&gt;" in page
    assert Incident.objects.count() == Original.objects.count() == 0


def test_an_empty_form_is_no_report(people: People, as_: As) -> None:
    answer = as_(people.officer).post(NEW, {"key": ulid(), "do": "send"})
    assert answer.status_code == 400
    assert Incident.objects.count() == 0


@pytest.mark.parametrize(
    "head", [{"owner": "01J0000000000000000000000B"}, {"collection": "awsd", "owner": ""}]
)
def test_nobody_reports_outside_their_scope(people: People, as_: As, head: dict[str, str]) -> None:
    answer = as_(people.officer).post(NEW, five(**head))
    if head.get("collection"):  # the hidden owner stands in for the blank one: still the own organisation's
        assert {made.owner for made in Incident.objects.all()} <= {people.org}
    else:
        assert answer.status_code == 400
        assert Incident.objects.count() == Original.objects.count() == 0


def test_strangers_and_readers_find_no_form(people: People, as_: As) -> None:
    assert as_(people.stranger).get(NEW).status_code == 403
    assert as_(people.stranger).post(NEW, five()).status_code == 403
    assert Client().get(NEW).status_code == 302


def test_who_may_not_read_it_gets_a_receipt(people: People, as_: As) -> None:
    client, typed = as_(people.officer), five(sensitivity="sealed")
    answer = client.post(NEW, typed)
    assert answer["Location"] == f"/incidents/received/{typed['key']}/"
    page = client.get(answer["Location"]).content.decode()
    assert "In the register" in page
    assert "robbed" not in page
    assert as_(people.desk).get(answer["Location"]).status_code == 404
    assert client.get(f"/incidents/received/{ulid()}/").status_code == 404


def test_groups_are_added_and_taken_out_without_script(people: People, as_: As) -> None:
    client = as_(people.officer)
    page = client.post(NEW, five(do="add-h")).content.decode()
    assert 'name="h1.n"' in page
    assert 'value="2"' in page
    page = client.post(NEW, five(h1__n="7", do="drop-h-1")).content.decode()
    assert 'name="h1.n"' not in page
    assert Incident.objects.count() == 0


def test_who_will_read_it_follows_the_policy(people: People, as_: As) -> None:
    client = as_(people.officer)
    part = {"HTTP_X_PART": "look"}
    page = client.post(NEW, five(do="look"), **part).content.decode()
    assert "Security desk, <bdi>Organisation A</bdi>: 1 account" in page
    assert "Field officer, <bdi>Organisation A</bdi>: 1 account" in page
    assert "Organisation B" not in page
    sealed = client.post(NEW, five(do="look", sensitivity="restricted"), **part).content.decode()
    assert "Field officer" not in sealed
    assert "Security desk" in sealed
    grant(by=people.console, account=people.stranger, role="reader", scope="country:SSD")
    page = client.post(NEW, five(do="look"), **part).content.decode()
    assert "Reader, <bdi>South Sudan</bdi>: 1 account" in page


# likely duplicates


def report_of(people: People, as_: As, account: Account | None = None, **more: str) -> Incident:
    typed = five(**more) | {"do": "new"}
    as_(account or people.officer).post(NEW, typed)
    return Incident.objects.get(pk=typed["key"])


def test_what_may_be_there_already_is_asked_before_it_is_sent(people: People, as_: As) -> None:
    there = report_of(people, as_)
    client, typed = as_(people.officer), five(first_day="2024-03-03")
    answer = client.post(NEW, typed)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert f'value="same:{there.reference}"' in page
    assert "add:" not in page  # an officer revises nothing
    assert Incident.objects.count() == 1
    assert hidden(answer.content, "details") == typed["details"]
    client.post(NEW, typed | {"do": f"same:{there.reference}"})
    link = Link.objects.get()
    assert (link.first_id, link.second_id, link.kind) == (typed["key"], there.pk, "same_event")
    client.post(NEW, typed | {"do": f"same:{there.reference}"})
    assert Link.objects.count() == 1


@pytest.mark.parametrize("sensitivity", ["restricted", "sealed"])
def test_a_restricted_record_is_never_suggested(people: People, as_: As, sensitivity: str) -> None:
    """Not even to the desk, which is cleared for it."""
    report_of(people, as_, people.desk, sensitivity=sensitivity)
    typed = five()
    page = as_(people.desk).post(NEW, typed | {"do": "look"}, HTTP_X_PART="look").content.decode()
    assert "SSD-2024" not in page
    assert as_(people.desk).post(NEW, typed)["Location"].startswith("/incidents/SSD-2024-")


def test_another_organisations_record_is_never_suggested(people: People, as_: As) -> None:
    grant(by=people.console, account=people.stranger, role="officer", scope=f"org:{people.other}")
    report_of(people, as_, people.stranger)
    assert as_(people.officer).post(NEW, five()).status_code == 302


def test_places_are_compared_only_for_who_may_read_them(people: People, as_: As) -> None:
    """Day, cause and outcome fit weakly; the place decides, and only the desk may compare it."""
    report_of(people, as_, cause="", h0__outcomes="", h0__n="", locality="Juba")
    typed = five(cause="", h0__outcomes="", h0__n="", locality="juba")
    assert as_(people.desk).post(NEW, typed).status_code == 200
    assert AuditLine.objects.filter(verb="desk:place:compare", actor=people.desk.pk).count() == 1
    assert as_(people.officer).post(NEW, typed).status_code == 302
    assert not AuditLine.objects.filter(verb="desk:place:compare", actor=people.officer.pk).exists()


def test_what_one_knows_is_added_to_the_record_that_is_there(people: People, as_: As) -> None:
    there = report_of(people, as_)
    client = as_(people.desk)
    typed = five(details="I saw it too.", actor="criminal", s0__kind="witness", h0__n="3")
    answer = client.post(NEW, typed | {"do": f"add:{there.reference}"})
    assert answer["Location"].startswith(f"/incidents/{there.reference}/edit/?draft=")
    page = client.get(answer["Location"]).content
    assert "Two colleagues were robbed.\n\nI saw it too." in html.unescape(page.decode())
    form = {name: hidden(page, name) for name in ("key", "expected", "base")}
    assert Draft.objects.get().incident == there.pk
    saved = client.post(
        f"/incidents/{there.reference}/edit/",
        json.loads(Draft.objects.get().body) | form | {"do": "save", "reason": "correction"},
    )
    assert saved.status_code == 302
    now = Revision.objects.get(incident=there, number=2)
    assert now.actor == "criminal"
    assert [source.kind for source in now.sources.order_by("position")] == ["other", "witness"]
    assert [harm.n for harm in now.harm.all()] == [2]  # two reports of one event do not add up
    assert json.loads(now.sources.get(position=1).claims) == {"robbed": 3}
    assert Incident.objects.count() == 1
    assert Draft.objects.count() == 0


# on the phone


def test_who_told_it_on_the_phone_is_kept_apart(people: People, as_: As) -> None:
    due = (datetime.now(UTC) + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M")
    typed = five(
        caller__name="Canary Caller",
        caller__number="+211 900",
        caller__consent="0",
        caller__call_back_by=due,
    )
    client = as_(people.desk)
    answer = client.post(NEW, typed)
    client.post(NEW, typed)
    caller = Caller.objects.get()
    assert (caller.incident, caller.name, caller.consent) == (typed["key"], "Canary Caller", 0)
    need = Need.objects.get()
    assert (need.kind, need.incident, f"{need.due_at:%Y-%m-%dT%H:%M}") == ("call_back", typed["key"], due)
    assert b"Canary" not in bytes(OriginalBody.objects.get().body)
    assert not any("Canary" in line.detail for line in AuditLine.objects.all())
    assert "Canary Caller" in client.get(answer["Location"]).content.decode()
    assert AuditLine.objects.filter(verb="desk:caller:read").exists()
    assert "Canary" not in as_(people.officer).get(answer["Location"]).content.decode()


def test_a_moment_that_is_none_is_said_at_its_field(people: People, as_: As) -> None:
    answer = as_(people.desk).post(NEW, five(caller__call_back_by="soon"))
    assert answer.status_code == 400
    assert 'href="#f-caller-call_back_by"' in answer.content.decode()


# drafts


def test_a_draft_is_its_owners_alone(people: People, as_: As) -> None:
    client, typed = as_(people.officer), five(do="draft", details="Canary draft")
    assert client.post(NEW, typed).status_code == 200
    assert client.post(NEW, typed | {"cause": "fire"}).status_code == 200
    draft = Draft.objects.get()
    assert (draft.by, draft.key) == (people.officer.pk, typed["key"])
    assert draft.expires_at - draft.saved_at == timedelta(days=30)
    assert "Canary draft" in client.get(f"{NEW}?draft={draft.pk}").content.decode()
    assert hidden(client.get(f"{NEW}?draft={draft.pk}").content, "key") == typed["key"]
    for other in (people.desk, people.console):
        assert as_(other).get(f"{NEW}?draft={draft.pk}").status_code == 404
        assert as_(other).post(f"/incidents/drafts/{draft.pk}/delete/").status_code == 404
        assert "Canary" not in as_(other).get("/incidents/drafts/").content.decode()
    assert draft.pk in client.get("/incidents/drafts/").content.decode()
    client.post(f"/incidents/drafts/{draft.pk}/delete/")
    assert Draft.objects.count() == 0


def test_a_sent_draft_is_gone(people: People, as_: As) -> None:
    client, typed = as_(people.officer), five()
    client.post(NEW, typed | {"do": "draft"})
    client.post(NEW, typed)
    assert Draft.objects.count() == 0


def test_drafts_expire(people: People, as_: As) -> None:
    client = as_(people.officer)
    client.post(NEW, five(do="draft"))
    old = Draft.objects.get()
    with guard.lifted():
        Draft.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert client.get(f"{NEW}?draft={old.pk}").status_code == 404
    client.post(NEW, five(do="draft"))
    assert not Draft.objects.filter(pk=old.pk).exists()


def test_a_script_is_told_when_the_draft_was_kept(people: People, as_: As) -> None:
    answer = as_(people.officer).post(NEW, five(do="draft"), HTTP_X_PART="kept")
    assert len(answer.content) < 100
    assert Draft.objects.count() == 1


@pytest.mark.parametrize(
    "do", ["", "same:XXX-2024-0001", "add-z", "drop-h-99999999", "add-", "nonsense", "same:"]
)
def test_no_button_that_is_none_breaks_the_page(people: People, as_: As, do: str) -> None:
    assert as_(people.officer).post(NEW, five(do=do)).status_code in (200, 302, 404)


def test_a_job_deletes_what_has_expired_once_a_day(people: People, as_: As) -> None:
    client = as_(people.officer)
    client.post(NEW, five(do="draft"))
    client.post(NEW, five(do="draft"))
    with guard.lifted():
        Draft.objects.filter(pk=Draft.objects.earliest("pk").pk).update(expires_at=datetime.now(UTC))
        for key, hours in (("old", 25), ("young", 23)):
            last = datetime.now(UTC) - timedelta(hours=hours)
            Attempts.objects.create(pk=key, failures=3, last_at=last)
    daily()
    daily()
    [job] = DBTaskResult.objects.filter(task_path=tidy.module_path)
    job.task.func()
    assert Draft.objects.count() == 1
    assert [row.pk for row in Attempts.objects.all()] == ["young"]
    assert AuditLine.objects.filter(verb="desk:draft:forget").count() == 1
    tomorrow = DBTaskResult.objects.filter(task_path=tidy.module_path).exclude(pk=job.pk).get()
    assert tomorrow.run_after is not None
    assert timedelta(hours=23) < tomorrow.run_after - datetime.now(UTC) <= timedelta(days=1)
