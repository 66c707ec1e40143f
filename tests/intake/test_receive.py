"""Receiving: what somebody sent is kept byte for byte, and is safe before anything is made of it."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import IntegrityError, connections, router, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cast import Cast, World, lines
from tabard.access import audit, door
from tabard.access.models import AuditLine
from tabard.intake import actions, queries
from tabard.intake.models import Batch, Mapping, Original, OriginalBody
from tabard.rules.ids import is_ulid
from tabard.rules.refusals import Forbidden, Refused

pytestmark = pytest.mark.django_db(databases="__all__")
ON_SQLITE = configured.DATABASES["default"]["ENGINE"].endswith("sqlite3")
TODAY = datetime.now(UTC).date()


class Broken(Exception):
    """Something went wrong in the middle."""


def receive(cast: Cast, data: bytes = b"words", **more: Any) -> Original:
    known = {"media_type": "text/csv", "collection": "own", "owner": cast.organisation_a.pk}
    return actions.receive(by=cast.amina, data=data, **(known | more))


def open_batch(cast: Cast, **more: Any) -> Batch:
    known = {"original": receive(cast), "format": "awsd", "collection": "own", "as_of": date(2020, 1, 1)}
    return actions.open_batch(**({"by": cast.amina, "owner": cast.organisation_a.pk} | known | more))


@contextmanager
def rolled_back() -> Iterator[None]:
    """What is done inside never was: for many examples within one test."""
    with transaction.atomic(), transaction.atomic(router.db_for_write(Original)):
        yield
        for alias in connections:
            transaction.set_rollback(True, alias)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=st.binary(max_size=2000))
def test_the_bytes_come_back_as_they_were(sent: bytes, cast: Cast) -> None:
    with rolled_back():
        original = receive(cast, sent)
        body = OriginalBody.objects.get(pk=original.pk)
        assert bytes(body.body) == sent
        assert original.size == len(sent)
        assert body.fingerprint == hashlib.sha256(sent).hexdigest()
        assert original.salted_hash == hashlib.sha256(body.salt.encode() + sent).hexdigest()


def test_the_original_says_when_by_whom_and_how(cast: Cast) -> None:
    before = datetime.now(UTC)
    original = Original.objects.get(pk=receive(cast, channel="upload").pk)
    assert before <= original.received_at <= datetime.now(UTC)
    assert (original.by, original.channel, original.media_type, original.size) == (
        cast.amina.pk,
        "upload",
        "text/csv",
        5,
    )


def test_the_same_bytes_twice_are_two_originals_with_salts_of_their_own(cast: Cast) -> None:
    one, other = receive(cast), receive(cast)
    assert one.pk != other.pk
    assert is_ulid(one.pk)
    assert one.salted_hash != other.salted_hash
    salts = set(OriginalBody.objects.values_list("salt", flat=True))
    assert len(salts) == 2
    assert {len(salt) for salt in salts} == {32}


def test_an_id_is_never_used_again(cast: Cast) -> None:
    original = receive(cast)
    actions.erase_original(by=cast.custodian, original=original.pk, reason="request")
    with (
        pytest.raises(IntegrityError),
        door.opened(cast.console.pk),
        transaction.atomic(router.db_for_write(Original)),
    ):
        original.save(force_insert=True)


def test_what_is_too_large_is_refused_and_not_kept(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "LARGEST", 4)
    with pytest.raises(Refused, match="too_large") as refusal:
        receive(cast, b"12345")
    assert refusal.value.fields == {"limit": 4}
    assert not Original.objects.exists()
    assert receive(cast, b"1234").size == 4


def test_the_line_holds_the_size_and_none_of_the_bytes(cast: Cast) -> None:
    original = receive(cast)
    last = lines()[-1]
    assert (last.verb, last.subject) == ("intake:original:receive", f"original:{original.pk}")
    assert audit.detail(last) == {"size": 5}


@pytest.mark.parametrize("person", ["joseph", "stranger", "analyst", "auditor", "administrator", "custodian"])
def test_only_a_desk_takes_in(person: str, cast: Cast) -> None:
    with pytest.raises(Forbidden):
        actions.receive(by=getattr(cast, person), data=b"1", media_type="text/csv", collection="own")
    assert not Original.objects.exists()


def test_a_desk_takes_in_for_its_own_organisation(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        receive(cast, owner=cast.organisation_b.pk)
    with pytest.raises(Forbidden):
        receive(cast, owner="")


def seen_from_outside(original: str) -> bool:
    """Whether another connection finds the bytes: they are on disk, whatever this one does next."""
    known = connections[router.db_for_read(OriginalBody) or "default"].settings_dict
    with closing(sqlite3.connect(known["NAME"])) as other:
        found = other.execute(
            "SELECT body FROM intake_originalbody WHERE original = ?", [original]
        ).fetchone()
    return found is not None and bytes(found[0]) == b"words"


@pytest.mark.skipif(
    not ON_SQLITE, reason="on PostgreSQL the bytes are as durable as the act that took them in"
)
@pytest.mark.django_db(transaction=True, databases="__all__")
def test_the_bytes_are_safe_before_the_register_knows_of_them(cast: Cast) -> None:
    before = AuditLine.objects.count()
    kept: list[str] = []

    def breaks() -> None:
        with door.opened(cast.amina.pk):
            kept.append(receive(cast).pk)
            assert seen_from_outside(kept[0])
            raise Broken

    with pytest.raises(Broken):
        breaks()
    assert seen_from_outside(kept[0])
    assert AuditLine.objects.count() == before


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_the_bytes_are_there_when_the_answer_is_given(cast: Cast) -> None:
    original = receive(cast)
    for alias in connections:
        connections[alias].close()
    assert bytes(OriginalBody.objects.get(pk=original.pk).body) == b"words"


def test_a_batch_waits_and_says_what_it_covers(cast: Cast) -> None:
    batch = Batch.objects.get(pk=open_batch(cast, covers=(1997, 2016), countries=["SSD"]).pk)
    assert (batch.state, batch.first_year, batch.last_year, batch.countries) == (
        "waiting",
        1997,
        2016,
        ["SSD"],
    )
    assert (batch.by, batch.owner, batch.as_of) == (cast.amina.pk, cast.organisation_a.pk, date(2020, 1, 1))
    assert queries.body(batch) == b"words"


def test_nobody_knew_it_tomorrow(cast: Cast) -> None:
    assert open_batch(cast, as_of=TODAY).as_of == TODAY
    with pytest.raises(Refused, match="future_date"):
        open_batch(cast, as_of=TODAY + timedelta(days=1))


def test_a_format_is_one_that_can_be_read(cast: Cast) -> None:
    with pytest.raises(Refused, match="unknown_word") as refusal:
        open_batch(cast, format="papyrus")
    assert refusal.value.fields == {"field": "format"}


def test_a_batch_is_claimed_once(cast: Cast) -> None:
    batch = open_batch(cast)
    start = len(lines())
    assert actions.begin(by=cast.amina, batch=batch)
    assert batch.state == "reading"
    again = Batch.objects.get(pk=batch.pk)
    assert not actions.begin(by=cast.amina, batch=again)
    assert [line.verb for line in lines()[start:]] == ["intake:batch:begin"]


def test_a_batch_that_was_left_waits_again(cast: Cast) -> None:
    batch = open_batch(cast)
    actions.begin(by=cast.amina, batch=batch)
    actions.wait_again(by=cast.amina, batch=batch)
    batch.refresh_from_db()
    assert batch.state == "waiting"
    actions.fail(by=cast.amina, batch=batch, code="empty_file")
    actions.wait_again(by=cast.amina, batch=batch)  # only what is being read is put back
    batch.refresh_from_db()
    assert (batch.state, batch.failure) == ("failed", "empty_file")
    assert batch.ended_at is not None


def test_a_mapping_of_the_same_name_replaces(cast: Cast) -> None:
    first = actions.save_mapping(by=cast.console, name="log", mapping={"columns": {"A": "date"}})
    again = actions.save_mapping(by=cast.console, name="log", mapping={"columns": {"B": "date"}})
    assert first.pk == again.pk
    assert Mapping.objects.get().mapping == {"columns": {"B": "date"}}


def batches(cast: Cast) -> dict[str, Batch]:
    """One of A, one of B, one of nobody, one of another collection."""

    def one(owner: str, collection: str = "own") -> Batch:
        original = actions.receive(by=cast.console, data=b"1", media_type="text/csv", collection=collection)
        return actions.open_batch(
            by=cast.console,
            original=original,
            format="awsd",
            collection=collection,
            as_of=date(2020, 1, 1),
            owner=owner,
        )

    a, b = cast.organisation_a.pk, cast.organisation_b.pk
    return {"a": one(a), "b": one(b), "nobody": one(""), "other": one("", "awsd")}


def scoped(cast: Cast, scope: str) -> Any:
    """A desk within a scope."""
    account = actions.Account(handle=scope)
    with door.opened(cast.console.pk):
        account.save(force_insert=True)
        account.assignments.create(role="desk", scope=scope)
    return account


@pytest.mark.parametrize(
    ("scope", "visible"),
    [
        ("*", {"a", "b", "nobody", "other"}),
        ("collection:own", {"a", "b", "nobody"}),
        ("collection:awsd", {"other"}),
        ("country:SSD", set()),
        ("org:", set()),
        ("collection:", set()),
        ("kingdom:X", set()),
    ],
)
def test_what_one_sees_and_what_not(scope: str, visible: set[str], cast: Cast) -> None:
    made = batches(cast)
    seen = set(queries.visible_to(scoped(cast, scope)).values_list("pk", flat=True))
    assert {name for name, batch in made.items() if batch.pk in seen} == visible


def test_a_desk_sees_the_batches_of_its_organisation(cast: Cast) -> None:
    made = batches(cast)
    assert set(queries.visible_to(cast.amina)) == {made["a"]}
    for other in (cast.joseph, cast.stranger, cast.analyst, cast.auditor, cast.administrator, cast.custodian):
        assert not queries.visible_to(other).exists()


def test_mappings_are_seen_by_whose_they_are(cast: Cast) -> None:
    a, b = cast.organisation_a.pk, cast.organisation_b.pk
    for name, owner in (("ours", a), ("theirs", b), ("everybody's", "")):
        actions.save_mapping(by=cast.console, name=name, mapping={}, owner=owner)

    def seen(by: Any) -> list[str]:
        return list(queries.mappings(by).values_list("name", flat=True))

    assert seen(cast.amina) == ["everybody's", "ours"]
    assert seen(cast.console) == ["everybody's", "ours", "theirs"]
    assert seen(cast.joseph) == seen(cast.stranger) == []


def test_keys_name_the_collection_and_the_owner_if_any(world: World, cast: Cast) -> None:
    assert queries.keys_of(world.batch) == ("collection:own", f"org:{cast.organisation_a.pk}")
    assert queries.keys_of(Batch(collection="own")) == ("collection:own",)
