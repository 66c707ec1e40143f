"""The door: permission, transaction, change, audit line, announcement, in that order; all or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError

from cast import Cast, lines, rows
from tabard.access import audit, door
from tabard.access.actions import create_account, grant
from tabard.access.models import Account, AuditLine
from tabard.access.trail import console, has_read, signed_in
from tabard.people.actions import create_organisation
from tabard.people.models import Organisation
from tabard.rules.refusals import Forbidden, Refused

pytestmark = pytest.mark.django_db(databases="__all__")


class Broken(Exception):
    """Something went wrong in the middle."""


def broken_act(cast: Cast, name: str) -> None:
    """An act that writes, announces, and breaks."""
    with door.opened(cast.administrator.pk):
        organisation(cast, name)
        door.announce("one", n=2)
        raise Broken


def organisation(cast: Cast, name: str = "New") -> Organisation:
    return create_organisation(by=cast.administrator, name=name, kind="ingo")


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, Any]]]:
    """What listeners were told, in order."""
    told: list[tuple[str, Any]] = []
    monkeypatch.setattr(door, "_listeners", [])
    for event in ("one", "two"):
        door.listen(event, lambda event=event, **keys: told.append((event, keys["n"])))
    return told


def test_a_stranger_changes_nothing_and_leaves_no_line(cast: Cast) -> None:
    before, chain = rows(), lines()
    with pytest.raises(Forbidden):
        create_organisation(by=cast.stranger, name="New", kind="ingo")
    assert rows() == before
    assert lines() == chain


def test_success_goes_on_the_chain_by_exactly_one_line(cast: Cast) -> None:
    before = lines()
    made = organisation(cast)
    *kept, last = lines()
    assert kept == before
    assert (last.verb, last.subject) == ("people:organisation:create", f"org:{made.pk}")
    assert (last.actor, last.previous) == (cast.administrator.pk, before[-1].digest)
    assert audit.detail(last) == {"kind": "ingo"}
    assert audit.verify().whole


def test_two_acts_have_two_ids(cast: Cast) -> None:
    organisation(cast, "One")
    organisation(cast, "Two")
    assert len({line.act for line in lines()[-2:]}) == 2


def test_a_failure_in_the_middle_undoes_change_and_line(cast: Cast) -> None:
    before = rows()
    with pytest.raises(Broken):
        broken_act(cast, "Goes")
    assert rows() == before
    assert audit.verify().whole


def test_a_refusal_of_the_database_undoes_everything(cast: Cast) -> None:
    before = rows()
    with pytest.raises(IntegrityError):
        create_account(by=cast.administrator, handle="amina", password=None)
    assert rows() == before
    organisation(cast)  # and the door opens again
    assert audit.verify().whole


def test_acts_within_an_act_share_its_id_and_its_fate(cast: Cast) -> None:
    start = len(lines())
    with door.opened(cast.administrator.pk) as act:
        organisation(cast, "One")
        organisation(cast, "Two")
        assert len(lines()) == start  # written together, at the end
    assert {line.act for line in lines()[start:]} == {act.id}
    assert len(lines()) == start + 2


def test_an_inner_act_that_fails_takes_its_line_and_its_news_with_it(
    cast: Cast, heard: list[tuple[str, Any]], django_capture_on_commit_callbacks: Any
) -> None:
    start = len(lines())
    with django_capture_on_commit_callbacks(execute=True), door.opened(cast.administrator.pk):
        organisation(cast, "Stays")
        door.announce("one", n=1)
        with pytest.raises(Broken):
            broken_act(cast, "Goes")
    assert Organisation.objects.filter(name="Stays").exists()
    assert not Organisation.objects.filter(name="Goes").exists()
    assert len(lines()) == start + 1
    assert heard == [("one", 1)]


def test_nothing_is_recorded_or_announced_outside_an_act() -> None:
    with pytest.raises(Refused, match="write_outside_door"):
        door.record("people:organisation:create", "org:1")
    with pytest.raises(Refused, match="write_outside_door"):
        door.announce("one", n=1)


@pytest.mark.parametrize(
    ("subject", "detail"),
    [
        ("org:1 Zyxwv Canaryname", {}),
        ("org:1", {"reason": "she asked for it"}),
        ("org:1", {"fields": ["Zyxwv Canaryname"]}),
        ("org:1", {"rows": {"a sentence": 1}}),
        ("org:1", {"reason": "اسم"}),
        ("org:1", {"reason": "two\nlines"}),
    ],
)
def test_a_line_holds_codes_and_never_a_sentence(cast: Cast, subject: str, detail: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="bad_value"), door.opened(cast.console.pk):
        door.record("people:organisation:create", subject, **detail)


def test_listeners_hear_after_the_commit_and_in_order(
    cast: Cast, heard: list[tuple[str, Any]], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        with door.opened(cast.console.pk):
            for event, n in (("one", 1), ("two", 2), ("unheard", 0), ("one", 3)):
                door.announce(event, n=n)
        assert heard == []
    assert heard == [("one", 1), ("two", 2), ("one", 3)]


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_listeners_hear_of_real_commits_only(cast: Cast, heard: list[tuple[str, Any]]) -> None:
    with door.opened(cast.console.pk):
        door.announce("one", n=1)
        assert heard == []
    assert heard == [("one", 1)]
    with pytest.raises(Broken):
        broken_act(cast, "Goes")
    assert heard == [("one", 1)]


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_what_a_listener_changes_is_an_act_of_its_own(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_listeners", [])
    door.listen("one", lambda name: organisation(cast, name) and None)
    with door.opened(cast.console.pk) as act:
        door.announce("one", name="Effect")
    last = lines()[-1]
    assert last.verb == "people:organisation:create"
    assert last.act != act.id
    assert audit.verify().whole


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_a_listener_writes_through_the_door_like_everybody(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "_listeners", [])
    door.listen("one", lambda: Organisation.objects.create(name="Sneaked in", kind="ingo") and None)
    with pytest.raises(Refused, match="write_outside_door"), door.opened(cast.console.pk):
        door.announce("one")
    assert not Organisation.objects.filter(name="Sneaked in").exists()


def test_the_console_is_made_once_and_by_an_act() -> None:
    first = console()
    assert console() == first
    assert [(line.verb, line.actor) for line in lines()] == [("access:account:create", first.pk)]
    assert not first.has_usable_password()


def test_reading_and_signing_in_leave_lines_and_change_nothing(cast: Cast) -> None:
    before = rows()
    signed_in(by=cast.amina)
    has_read(by=cast.amina, verb="intake:original:read", subject="row:1", fields=["verbatim"])
    label = AuditLine._meta.label
    assert rows() == before | {label: before[label] + 2}
    assert [line.verb for line in lines()[-2:]] == ["access:account:sign-in", "intake:original:read"]
    assert audit.detail(lines()[-1]) == {"fields": ["verbatim"], "rows": None}


def test_an_unknown_role_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused, match="unknown_word"):
        grant(by=cast.administrator, account=cast.stranger, role="king", scope="*")


def test_an_account_without_a_password_cannot_sign_in_with_one(cast: Cast) -> None:
    made = create_account(by=cast.administrator, handle="tea", password=None)
    assert not Account.objects.get(pk=made.pk).check_password("")
