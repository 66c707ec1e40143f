"""Saved filters and notices: whose they are, and that nobody is told what they may not see."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from incidents.made import cast_member, collection, entry, report
from tabard.access import actions as accounts
from tabard.access.models import Account, AuditLine
from tabard.access.trail import console
from tabard.desk import filters, notices
from tabard.desk.models import SavedFilter, Subscription
from tabard.incidents import actions, reviewing
from tabard.incidents.decisions import Why
from tabard.incidents.models import Incident
from tabard.incidents.queries import Filters
from tabard.incidents.queue import Asked
from tabard.rules.refusals import Refused

pytestmark = pytest.mark.django_db(databases="__all__")
SSD = Filters(country="SSD")


@pytest.fixture
def by() -> Account:
    account = console()
    collection(account, "own")
    return account


@pytest.fixture
def amina(by: Account) -> Account:
    return fresh(cast_member(by, "amina", "desk", "org:A"))


@pytest.fixture
def joseph(by: Account) -> Account:
    return fresh(cast_member(by, "joseph", "reader", "org:B"))


def fresh(account: Account) -> Account:
    return Account.objects.get(pk=account.pk)


def told(account: Account) -> list[tuple[str, bool]]:
    """What an account is told of: references, and whether each is new to it."""
    return [(notice.row.reference, notice.unread) for notice in notices.notices(fresh(account))]


def test_a_filter_comes_back_as_it_was_kept(amina: Account) -> None:
    asked = Filters(country="SSD", category="killed", first_year=2019, reference="SSD-2019")
    kept = filters.keep(by=amina, place="incidents", name=" Juba ", asked=asked)
    assert filters.question(SavedFilter.objects.get()) == asked
    assert kept.name == "Juba"
    filters.keep(by=amina, place="incidents", name="Juba", asked=SSD)
    assert filters.question(SavedFilter.objects.get()) == SSD
    assert "Juba" not in "".join(AuditLine.objects.values_list("detail", flat=True))


def test_whose_it_is(by: Account, amina: Account, joseph: Account) -> None:
    second = fresh(cast_member(by, "second", "reader", "org:A"))
    own = filters.keep(by=amina, place="incidents", name="mine", asked=SSD)
    shared = filters.keep(by=amina, place="incidents", name="ours", asked=SSD, shared="org:A")
    assert set(filters.visible_to(amina)) == {own, shared}
    assert set(filters.visible_to(second)) == {shared}
    assert set(filters.visible_to(joseph)) == set()
    with pytest.raises(Refused, match="not_found"):
        filters.throw_away(by=second, kept=shared)
    with pytest.raises(Refused, match="not_found"):
        filters.subscribe(by=joseph, kept=shared)
    with pytest.raises(Refused, match="unknown_word"):
        filters.keep(by=joseph, place="incidents", name="x", asked=SSD, shared="org:A")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"name": "  "}, "missing_field"),
        ({"name": "x" * 81}, "too_long"),
        ({"place": "elsewhere"}, "bad_value"),
        ({"asked": Asked()}, "bad_value"),
        ({"shared": "*"}, "unknown_word"),
    ],
)
def test_what_is_no_filter(amina: Account, given: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused, match=code):
        filters.keep(by=amina, **({"place": "incidents", "name": "x", "asked": SSD} | given))


def test_nobody_keeps_without_end(amina: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filters, "MOST", 2)
    for name in "ab":
        filters.keep(by=amina, place="incidents", name=name, asked=SSD)
    filters.keep(by=amina, place="incidents", name="b", asked=SSD)
    with pytest.raises(Refused, match="too_many_filters"):
        filters.keep(by=amina, place="incidents", name="c", asked=SSD)


def test_told_of_what_answers_from_then_on(by: Account, amina: Account) -> None:
    before = report(by, owner="A")
    filters.keep(by=amina, place="incidents", name="SSD", asked=SSD, tell=True)
    new = report(by, owner="A")
    report(by, owner="A", entry=entry(country="MLI"))
    assert told(amina) == [(new.reference, True)]
    actions.revise(by=by, incident=Incident.objects.get(pk=before.pk), entry=entry(3))
    assert told(amina) == [(before.reference, True), (new.reference, True)]
    assert notices.unread(fresh(amina)) == 2
    notices.mark_read(by=amina)
    assert told(amina) == [(before.reference, False), (new.reference, False)]
    assert notices.unread(fresh(amina)) == 0
    later = report(by, owner="A")
    assert told(amina)[0] == (later.reference, True)
    assert notices.unread(fresh(amina)) == 1


def test_what_is_committed_late_is_told_all_the_same(
    by: Account, amina: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A revision whose id was made before somebody looked, and which was committed after."""
    filters.keep(by=amina, place="incidents", name="SSD", asked=SSD, tell=True)
    report(by, owner="A")
    late = report(by, owner="A")
    hidden, looked = notices._answering, {late.reference}
    monkeypatch.setattr(notices, "_answering", lambda *a: hidden(*a).exclude(reference__in=looked))
    notices.mark_read(by=amina)
    monkeypatch.setattr(notices, "_answering", hidden)
    assert notices.unread(fresh(amina)) == 1


def test_nobody_is_told_what_they_may_not_see(by: Account, amina: Account, joseph: Account) -> None:
    """At the moment of looking: neither by another organisation, nor above one's clearance, nor any more."""
    for account in (amina, joseph):
        filters.keep(by=account, place="incidents", name="all", asked=Filters(), tell=True)
    ours = report(by, owner="A")
    report(by, owner="A", sensitivity="sealed")
    restricted = report(by, owner="B", sensitivity="restricted")
    theirs = report(by, owner="B")
    assert told(amina) == [(ours.reference, True)]
    assert told(joseph) == [(theirs.reference, True)]
    assert restricted.reference not in str(told(joseph))
    for assignment in joseph.assignments.all():
        accounts.end_assignment(by=by, assignment=assignment)
    assert told(joseph) == []
    assert notices.unread(fresh(joseph)) == 0


def test_a_filter_no_longer_shared_tells_nobody(by: Account, amina: Account) -> None:
    second = fresh(cast_member(by, "second", "reader", "org:A"))
    kept = filters.keep(by=amina, place="incidents", name="ours", asked=SSD, shared="org:A")
    filters.subscribe(by=second, kept=kept)
    report(by, owner="A")
    assert len(told(second)) == 1
    filters.keep(by=amina, place="incidents", name="ours", asked=SSD)
    assert told(second) == []
    filters.throw_away(by=amina, kept=SavedFilter.objects.get())
    assert not Subscription.objects.exists()


def test_a_filter_of_the_queue_tells_of_what_waits(by: Account, amina: Account, joseph: Account) -> None:
    for account in (amina, joseph):
        filters.keep(by=account, place="review", name="new", asked=Asked("new"), tell=True)
    one, other = report(by, owner="A"), report(by, owner="A")
    reviewing.verify(by=by, incident=Incident.objects.get(pk=one.pk), why=Why("checked"))
    assert told(amina) == [(other.reference, True)]
    assert told(joseph) == []  # reads, and has no queue


def test_the_pages(by: Account, amina: Account) -> None:
    client = Client()
    client.force_login(amina)
    sent = {"place": "incidents", "query": "country=SSD", "name": "Canary name", "tell": "on"}
    answer = client.post("/filters/", sent)
    assert answer["Location"] == "/incidents/?country=SSD"
    new = report(by, owner="A")
    page = client.get("/incidents/").content.decode()
    assert "Canary name" in page
    assert "Notices" in page
    assert new.reference in client.get("/notices/").content.decode()
    client.post("/notices/")
    assert "new to you" not in client.get("/notices/").content.decode()
    kept = SavedFilter.objects.get()
    assert client.get("/review/").status_code == 200
    for do in ("unsubscribe", "subscribe", "throw-away"):
        assert client.post(f"/filters/{kept.pk}/", {"do": do}).status_code == 302
    assert not SavedFilter.objects.exists()
    assert client.post(f"/filters/{kept.pk}/", {"do": "subscribe"}).status_code == 404


@pytest.mark.parametrize(
    "sent",
    [
        {"place": "incidents", "query": "country=nowhere", "name": "x"},
        {"place": "incidents", "query": "reference=<b>", "name": "x"},
        {"place": "review", "query": "state=x", "name": "x"},
        {"place": "x", "query": "", "name": "x"},
        {"place": "incidents", "query": "", "name": ""},
        {},
    ],
)
def test_hostile_filters_are_refused(amina: Account, sent: dict[str, str]) -> None:
    client = Client()
    client.force_login(amina)
    assert client.post("/filters/", sent).status_code == 400
    assert not SavedFilter.objects.exists()
