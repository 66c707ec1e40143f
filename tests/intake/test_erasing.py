"""Erasing an original: its words and names are gone from every table and file; figures and chains stand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections

from canary import found, plant
from cast import lines
from tabard.access import audit
from tabard.access.models import Account
from tabard.incidents.actions import erase_words
from tabard.incidents.models import Current, Harm, Listing, Revision, Words
from tabard.incidents.writer import digest_of
from tabard.intake import actions, queries
from tabard.intake.models import Batch, Original, OriginalBody, Row, Verbatim
from tabard.places.models import Position
from tabard.rules.ids import ulid
from tabard.rules.refusals import Forbidden, Refused

pytestmark = pytest.mark.django_db(databases="__all__")
ON_SQLITE = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")


@pytest.fixture
def name() -> str:
    """A name of this test's own, since files remember the others'."""
    return f"Zyxwv{ulid()}"


@pytest.fixture
def batch(name: str) -> Batch:
    return plant(name)


def erase(batch: Batch, reason: str = "request") -> None:
    by = Account.objects.get(handle="custodian")
    erase_words(by=by, original=batch.original, reason=reason)
    actions.erase_original(by=by, original=batch.original, reason=reason)


def figures() -> list[list[Any]]:
    """All that a table counts."""
    return [list(model.objects.order_by("pk").values()) for model in (Revision, Harm, Current, Listing)]


def test_the_words_are_gone_from_every_table(batch: Batch, name: str) -> None:
    ours = {("intake.OriginalBody", "body"), ("intake.Verbatim", "text")}
    assert ours <= set(found(name))
    erase(batch)
    assert not ours & set(found(name))
    assert not OriginalBody.objects.filter(pk=batch.original).exists()
    assert not Verbatim.objects.filter(original=batch.original).exists()
    assert not Words.objects.filter(original=batch.original).exists()
    assert set(Row.objects.filter(batch=batch).values_list("verbatim", "mended")) == {("", "")}


def test_what_came_from_elsewhere_stays(batch: Batch, name: str) -> None:
    """The report that somebody typed was never part of the file."""
    erase(batch)
    assert Words.objects.filter(actor_name=name).count() == 1
    assert Position.objects.filter(locality=name).count() == 1
    assert ("people.Organisation", "name") in set(found(name))


def test_no_salt_is_left_to_guess_with(batch: Batch) -> None:
    salts = set(Verbatim.objects.values_list("salt", flat=True))
    salts |= set(OriginalBody.objects.values_list("salt", flat=True))
    assert len(salts) == 4
    erase(batch)
    assert [place for salt in salts for place in found(salt)] == []


def test_the_hashes_stay(batch: Batch) -> None:
    original = Original.objects.filter(pk=batch.original).values().get()
    hashes = list(Row.objects.order_by("pk").values_list("verbatim_hash", flat=True))
    erase(batch)
    assert Original.objects.filter(pk=batch.original).values().get() == original
    assert list(Row.objects.order_by("pk").values_list("verbatim_hash", flat=True)) == hashes
    assert len(original["salted_hash"]) == 64
    assert all(len(kept) == 64 for kept in hashes)


def test_the_figures_and_the_chains_stand(batch: Batch) -> None:
    before = figures()
    assert before[1]
    erase(batch)
    assert figures() == before
    assert audit.verify().whole
    assert all(revision.digest == digest_of(revision) for revision in Revision.objects.all())


def test_who_when_and_why_is_an_audit_line(batch: Batch) -> None:
    start = len(lines())
    erase(batch)
    words, original = lines()[start:]
    assert (words.verb, original.verb) == ("incidents:text:erase", "intake:original:erase")
    assert {words.subject, original.subject} == {f"original:{batch.original}"}
    assert audit.detail(original) == {"reason": "request", "verbatim": 3}
    assert original.actor == Account.objects.get(handle="custodian").pk


def test_a_reason_is_a_word_and_no_sentence(batch: Batch, name: str) -> None:
    """Refused before anything is gone, on every engine."""
    before = set(found(name))
    with pytest.raises(Refused, match="bad_value") as refusal:
        actions.erase_original(
            by=Account.objects.get(handle="custodian"), original=batch.original, reason=f"{name} asked for it"
        )
    assert refusal.value.fields == {"field": "reason"}
    assert set(found(name)) == before


def test_what_is_gone_is_gone(batch: Batch) -> None:
    erase(batch)
    with pytest.raises(Refused, match="erased"):
        queries.body(batch)
    with pytest.raises(Refused, match="not_found"):
        actions.erase_original(
            by=Account.objects.get(handle="custodian"), original=batch.original, reason="request"
        )


@pytest.mark.parametrize("handle", ["amina", "joseph", "stranger", "analyst", "auditor", "administrator"])
def test_only_the_custodian_erases(handle: str, batch: Batch) -> None:
    with pytest.raises(Forbidden):
        actions.erase_original(
            by=Account.objects.get(handle=handle), original=batch.original, reason="request"
        )
    assert OriginalBody.objects.filter(pk=batch.original).exists()


def files() -> Iterator[Path]:
    """Everything below the home folder, the databases' own logs among them."""
    yield from (path for path in Path(settings.HOME).rglob("*") if path.is_file())


@pytest.mark.skipif(not ON_SQLITE, reason="PostgreSQL's files are its own affair")
@pytest.mark.django_db(transaction=True, databases="__all__")
def test_the_words_are_gone_from_every_file(name: str) -> None:
    """Not only from the rows: SQLite leaves deleted text in free pages and in its write-ahead log."""
    batch = plant(name)
    told = f"{name} told us".encode()  # only the file said so
    assert any(told in path.read_bytes() for path in files())
    erase(batch)
    assert [path.name for path in files() if told in path.read_bytes()] == []


@pytest.mark.skipif(not ON_SQLITE, reason="SQLite's own setting")
def test_deleted_rows_are_overwritten() -> None:
    for alias in connections:
        with connections[alias].cursor() as cursor:
            cursor.execute("PRAGMA secure_delete")
            assert cursor.fetchone() == (1,)
