"""Needs: who sees to what by when; each change through the door; words only for whom they are meant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.utils import IntegrityError

from incidents.conftest import amina, by, joseph
from incidents.made import again, cast_member, killed, report, tampering
from tabard.access.models import Account, AuditLine
from tabard.desk import needs
from tabard.desk.models import Need, NeedText
from tabard.incidents.models import Incident
from tabard.incidents.writer import Entry
from tabard.rules.refusals import Forbidden, Refused

pytestmark = pytest.mark.django_db(databases="__all__")
__all__ = ["amina", "by", "joseph"]
NOW = datetime.now(UTC)
CANARY = "Zyxwv Canaryname"


@pytest.fixture
def ours(by: Account) -> Incident:
    return again(report(by, owner="A"))


@pytest.fixture
def theirs(by: Account) -> Incident:
    return again(report(by, owner="B"))


def last() -> AuditLine:
    return AuditLine.objects.order_by("-id")[0]


def test_asked_taken_on_done_and_opened_again(ours: Incident, amina: Account) -> None:
    due = NOW + timedelta(hours=4)
    need = needs.ask(by=amina, incident=ours, kind="medical_evacuation", unit="medical_service", due_at=due)
    assert last().verb == "desk:need:ask"
    assert [each.pk for each in needs.open_for(amina)] == [need.pk]
    assert needs.open_for(amina, mine=True) == []
    taken = needs.assign(by=amina, need=need, owner=amina.pk, due_at=due)
    assert [each.pk for each in needs.open_for(amina, mine=True)] == [need.pk]
    done = needs.finish(by=amina, need=taken)
    assert (done.state, done.closed_by) == ("done", amina.pk)
    assert needs.open_for(amina) == []
    back = needs.reopen(by=amina, need=done)
    assert (back.state, back.closed_by, back.closed_at, back.version) == ("open", "", None, 4)
    verbs = list(
        AuditLine.objects.filter(verb__startswith="desk:").order_by("id").values_list("verb", flat=True)
    )
    assert verbs == [f"desk:need:{what}" for what in ("ask", "assign", "finish", "reopen")]


def test_dropped_with_a_reason(ours: Incident, amina: Account) -> None:
    need = needs.ask(by=amina, incident=ours, kind="cash")
    for reason in ("", "no reason"):
        with pytest.raises(Refused, match="unknown_word"):
            needs.drop(by=amina, need=need, reason=reason)
    dropped = needs.drop(by=amina, need=need, reason="not_needed")
    assert (dropped.state, dropped.reason) == ("dropped", "not_needed")
    assert needs.reopen(by=amina, need=dropped).reason == ""


def test_an_action_taken_already(ours: Incident, amina: Account) -> None:
    need = needs.ask(by=amina, incident=ours, kind="communications", done=True)
    assert (need.state, need.closed_by) == ("done", amina.pk)
    assert needs.open_for(amina) == []
    assert [each.pk for each in needs.of(ours)] == [need.pk]


def test_who_was_quicker_is_not_overwritten(ours: Incident, amina: Account, by: Account) -> None:
    need = needs.ask(by=amina, incident=ours, kind="cash")
    needs.assign(by=by, need=need, unit="finance", expected=1)
    with pytest.raises(Refused, match="changed_meanwhile"):
        needs.assign(by=amina, need=need, owner=amina.pk, expected=1)
    needs.finish(by=by, need=need)
    for verb, more in ((needs.finish, {}), (needs.drop, {"reason": "not_needed"}), (needs.assign, {})):
        with pytest.raises(Refused, match="changed_meanwhile"):
            verb(by=amina, need=need, **more)
    assert Need.objects.get(pk=need.pk).unit == "finance"


@pytest.mark.parametrize(
    "given",
    [{"kind": "magic"}, {"kind": "cash", "unit": "elsewhere"}, {"kind": "cash", "text": "x" * 2001},
     {"kind": "cash", "owner": "01ARZ3NDEKTSV4RRFFQ69G5FAV"}, {"kind": ""}],
)  # fmt: skip
def test_what_is_no_word_or_nobody_is_refused(ours: Incident, amina: Account, given: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        needs.ask(by=amina, incident=ours, **given)
    assert not Need.objects.exists()
    assert not NeedText.objects.exists()


def test_the_most_pressing_first_page_by_page(
    ours: Incident, amina: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(needs, "PAGE", 2)
    hours = [5, None, 1, 1, None, -3, 9]
    made = [
        needs.ask(
            by=amina, incident=ours, kind="cash", due_at=None if h is None else NOW + timedelta(hours=h)
        )
        for h in hours
    ]
    far = datetime.max.replace(tzinfo=UTC)
    right = [each.pk for each in sorted(made, key=lambda n: (n.due_at or far, n.pk))]
    walked: list[str] = []
    after: Need | None = None
    while page := needs.open_for(amina, after=after):
        walked += [each.pk for each in page]
        after = page[-1]
    assert walked == right
    assert needs.overdue(amina, NOW) == 1


def test_hidden_and_absent_look_the_same(
    ours: Incident, theirs: Incident, amina: Account, joseph: Account, by: Account
) -> None:
    mine = needs.ask(by=by, incident=ours, kind="cash")
    other = needs.ask(by=by, incident=theirs, kind="cash")
    assert [each.pk for each in needs.open_for(amina)] == [mine.pk]
    assert [each.pk for each in needs.open_for(joseph)] == [other.pk]
    assert needs.overdue(amina, NOW + timedelta(days=9)) == 0
    for pk in (other.pk, "01ARZ3NDEKTSV4RRFFQ69G5FAV", ""):
        with pytest.raises(Refused, match="not_found"):
            needs.find(amina, pk)
    with pytest.raises(Forbidden):
        needs.finish(by=amina, need=other)
    with pytest.raises(Forbidden):
        needs.ask(by=joseph, incident=theirs, kind="cash")
    with pytest.raises(Forbidden):
        needs.finish(by=joseph, need=other)


def test_words_are_read_by_the_desk_the_writer_and_who_sees_to_it(
    ours: Incident, amina: Account, by: Account
) -> None:
    officer = cast_member(by, "officer", "officer", "org:A")
    another = cast_member(by, "another", "officer", "org:A")
    need = needs.ask(by=officer, incident=ours, kind="family_support", text=f"  {CANARY} has two children. ")
    assert needs.texts([need], by=officer) == {need.pk: f"{CANARY} has two children."}
    assert needs.texts([need], by=amina) == {need.pk: f"{CANARY} has two children."}
    assert (last().verb, last().subject) == ("desk:need:read", f"incident:{ours.pk}")
    assert needs.texts([need], by=another) == {}
    taken = needs.assign(by=another, need=need, owner=another.pk)
    assert list(needs.texts([taken], by=another)) == [need.pk]
    assert not [line for line in AuditLine.objects.all() if CANARY in str(line.detail) + line.subject]


def test_erased_words_are_gone_and_the_need_stays(ours: Incident, amina: Account, by: Account) -> None:
    need = needs.ask(by=amina, incident=ours, kind="family_support", text=CANARY)
    with pytest.raises(Forbidden):
        needs.erase_text(by=amina, need=need, reason="request")
    assert needs.erase_text(by=by, need=need, reason="request") == 1
    assert needs.texts([need], by=amina) == {}
    assert not NeedText.objects.exists()
    assert [each.pk for each in needs.open_for(amina)] == [need.pk]


def test_needs_of_sealed_and_restricted_incidents(by: Account) -> None:
    officer = cast_member(by, "officer", "officer", "*")
    incident = again(report(by, sensitivity="restricted", entry=Entry(killed())))
    needs.ask(by=by, incident=incident, kind="cash")
    assert needs.open_for(officer) == []
    assert len(needs.open_for(by)) == 1


@pytest.mark.parametrize(
    "wrong", [{"state": "dropped", "closed_at": NOW}, {"state": "done"}, {"state": "open", "closed_at": NOW}]
)
def test_the_database_itself_holds_what_is_promised(
    ours: Incident, by: Account, wrong: dict[str, Any]
) -> None:
    with tampering(), pytest.raises(IntegrityError), transaction.atomic():
        Need.objects.create(incident=ours.pk, kind="cash", made_by=by.pk, made_at=NOW, **wrong)
