"""Reports are kept once, by the sender's key, bytes unchanged; whatever the writer promised is in the file."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, connections

from cast import Cast
from tabard.intake import actions, checkpoints, receiving, writer
from tabard.intake.models import Original, OriginalBody, Turn
from tabard.intake.receiving import Coming, keep, keep_all
from tabard.rules.ids import ulid
from tabard.rules.refusals import Refused

ON_SQLITE = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
BY = ulid()
on_sqlite = pytest.mark.skipif(not ON_SQLITE, reason="PostgreSQL takes plain commits")


def coming(key: str | None, data: bytes = b"{}", *, by: str = BY, collection: str = "own") -> Coming:
    return Coming(by, key, collection, "", "application/json", data)


@pytest.mark.django_db(databases="__all__")
class TestOnce:
    def test_the_bytes_are_kept_unchanged_with_who_and_when(self) -> None:
        data = b'\xff\x00 {"not": "json"'
        receipt = keep(coming("k1", data))
        original = Original.objects.get(pk=receipt.id)
        body = OriginalBody.objects.get(pk=receipt.id)
        assert bytes(body.body) == data
        assert original.salted_hash == hashlib.sha256(body.salt.encode() + data).hexdigest()
        assert (original.by, original.kind, original.key, original.size) == (BY, "report", "k1", len(data))
        assert original.received_at == receipt.received_at
        assert list(Turn.objects.values_list("original", flat=True)) == [receipt.id]

    def test_the_same_again_is_the_first_receipt(self) -> None:
        assert keep(coming("k1")) == keep(coming("k1"))
        assert (Original.objects.count(), OriginalBody.objects.count(), Turn.objects.count()) == (1, 1, 1)

    def test_also_within_one_group(self) -> None:
        one, two, other = keep_all([coming("k1"), coming("k1"), coming("k2")])
        assert one == two != other
        assert Original.objects.count() == 2

    @pytest.mark.parametrize("changed", [{"data": b"[]"}, {"collection": "example"}])
    def test_a_key_used_for_something_else_is_refused(self, changed: dict[str, Any]) -> None:
        keep(coming("k1"))
        with pytest.raises(Refused, match="key_reused"):
            keep(coming("k1", **changed))
        first, second = keep_all([coming("k2"), coming("k2", **changed)])
        assert isinstance(second, Refused)
        assert not isinstance(first, Refused)

    def test_keys_are_each_senders_own(self) -> None:
        assert keep(coming("k1")) != keep(coming("k1", by=ulid()))

    def test_without_a_key_everything_is_new(self) -> None:
        one, two = keep_all([coming(None), coming(None)])
        assert one != two
        assert keep(coming(None)) not in (one, two)

    def test_what_was_erased_is_not_taken_in_again(self, cast: Cast) -> None:
        receipt = keep(coming("k1", b"words"))
        actions.erase_original(by=cast.custodian, original=receipt.id, reason="request")
        for key in ("k1", "k2"):
            with pytest.raises(Refused, match="erased_before"):
                keep(coming(key, b"words"))

    def test_turns_follow_the_order_of_coming(self) -> None:
        receipts = keep_all([coming(f"k{n}") for n in range(20)])
        assert [one.id for one in receipts] == list(
            Turn.objects.order_by("pk").values_list("original", flat=True)
        )

    def test_a_report_is_never_changed(self) -> None:
        receipt = keep(coming("k1"))
        with pytest.raises(Exception, match="append-only"):
            _bare(f"UPDATE intake_original SET key = 'k2' WHERE id = '{receipt.id}'")


def _bare(sql: str) -> None:
    alias = "intake" if ON_SQLITE else "default"
    with receiving.guard.lifted(), connections[alias].cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_many_at_once_under_few_keys() -> None:
    """Threads that send the same few keys: each key is one receipt, whoever was first."""

    def send(n: int) -> tuple[str, str]:
        key = f"k{n % 7}"
        try:
            return key, writer.receive(coming(key)).id
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(send, range(140)))
    if ON_SQLITE:
        writer.owner().stop()
        writer._owner.clear()
    assert len(found) == 7
    assert {pk for _, pk in found} == set(Original.objects.values_list("pk", flat=True))
    assert Turn.objects.count() == 7


@pytest.fixture
def running() -> Iterator[tuple[writer.Writer, list[int]]]:
    """A writer of this test's own, and the exit codes with which it would have ended its process."""
    ends: list[int] = []
    made = writer.Writer(writer.path(), ends.append)
    yield made, ends
    made.stop()


@on_sqlite
@pytest.mark.django_db(transaction=True, databases="__all__")
class TestWriter:
    def test_the_answer_comes_after_the_commit(self, running: tuple[writer.Writer, list[int]]) -> None:
        """A connection of its own, which sees nothing but commits, sees the report at once."""
        made, _ = running
        with sqlite3.connect(writer.path()) as other:
            for n in range(50):
                receipt = made.keep(coming(f"k{n}"))
                assert other.execute("SELECT 1 FROM intake_turn WHERE original = ?", [receipt.id]).fetchone()

    def test_only_one_process_owns_it(
        self, running: tuple[writer.Writer, list[int]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(writer, "TRIES", 1)
        with pytest.raises(Refused, match="not_now"):
            writer.Writer(writer.path())

    def test_whoever_looks_learns_that_it_lives(self, running: tuple[writer.Writer, list[int]]) -> None:
        made, _ = running
        held = writer.lock_of(writer.path()).stat().st_mtime
        assert writer.silent_for(writer.path(), held + 5) == pytest.approx(5, abs=2)
        made.stop()
        assert writer.silent_for(writer.path(), held) is None

    def test_a_group_that_cannot_be_written_is_refused_and_the_next_is_kept(
        self, running: tuple[writer.Writer, list[int]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made, ends = running

        def full(group: object) -> None:
            raise DatabaseError("database or disk is full")

        with monkeypatch.context() as patch:
            patch.setattr(writer, "keep_all", full)
            with pytest.raises(Refused, match="not_now"):
                made.keep(coming("k1"))
        assert made.keep(coming("k1")).id
        assert ends == []

    def test_a_dead_writer_refuses_at_once_and_ends_its_process(
        self, running: tuple[writer.Writer, list[int]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made, ends = running
        ended = threading.Event()
        made._end = lambda code: (ends.append(code), ended.set())[0]

        def broken(group: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(threading, "excepthook", lambda *_: None)
        monkeypatch.setattr(writer, "keep_all", broken)
        for key in ("k1", "k2"):
            with pytest.raises(Refused, match="not_now"):
                made.keep(coming(key))
        assert ended.wait(5)
        assert ends == [writer.BROKEN]

    def test_the_log_is_cut_off_when_nobody_writes(
        self, running: tuple[writer.Writer, list[int]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made, _ = running
        monkeypatch.setattr(checkpoints, "IDLE", 0.2)
        made.keep(coming("k1", b"x" * 100_000))
        log = Path(str(writer.path()) + "-wal")
        for _ in range(50):
            if not log.stat().st_size:
                break
            threading.Event().wait(0.1)
        assert log.stat().st_size == 0
