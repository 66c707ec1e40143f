"""The audit chain: whole as it is written, broken at the right line whatever is done to it afterwards."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection, connections
from django.db.models import F
from hypothesis import given
from hypothesis import strategies as st

from cast import Cast, lines, make_cast
from tabard.access import appendonly, audit, door, guard
from tabard.access.audit import Draft
from tabard.access.models import AuditLine, ChainHead
from tabard.access.trail import console, signed_in

pytestmark = pytest.mark.django_db(databases="__all__")
MIDDLE = 5


@pytest.fixture
def chain(cast: Cast) -> int:
    """A whole chain; its length."""
    assert audit.verify().whole
    return AuditLine.objects.count()


def tampered(change: Callable[[], object]) -> None:
    """Done by somebody who can lift everything but does not know how to mend the chain."""
    with guard.lifted(), appendonly.lifted():
        change()


def at(line: int) -> Any:
    return AuditLine.objects.filter(pk=line)


def test_an_empty_chain_is_whole() -> None:
    assert audit.verify() == audit.Verdict(0, None, "")


def test_a_whole_chain(chain: int) -> None:
    found = lines()
    assert [line.id for line in found] == list(range(1, chain + 1))
    assert [line.previous for line in found] == ["", *(line.digest for line in found[:-1])]
    assert audit.verify() == audit.Verdict(chain, None, found[-1].digest)


OTHER: dict[str, Any] = {
    "at": F("at") + timedelta(microseconds=1),
    "act": "0" * 26,
    "actor": "0" * 26,
    "verb": "test:verb:other",
    "subject": "org:0",
    "detail": '{"role":"auditor","scope":"*"}',
    "previous": "0" * 64,
    "digest": "0" * 64,
}


def test_every_column_is_covered() -> None:
    assert OTHER.keys() | {"id"} == {field.name for field in AuditLine._meta.concrete_fields}


@pytest.mark.parametrize("column", sorted(OTHER))
@pytest.mark.parametrize("line", [1, MIDDLE, -1])
def test_a_changed_value_is_found_where_it_is(column: str, line: int, chain: int) -> None:
    number = line if line > 0 else chain
    tampered(lambda: at(number).update(**{column: OTHER[column]}))
    assert audit.verify().broken_at == number


def test_a_changed_number_is_found(chain: int) -> None:
    tampered(lambda: at(MIDDLE).update(id=chain + 7))
    assert audit.verify().broken_at == MIDDLE + 1  # the first line that does not follow


def test_a_line_cut_off_the_end_is_found(chain: int) -> None:
    tampered(lambda: at(chain).delete())
    assert audit.verify().broken_at == chain


def test_a_line_cut_off_the_start_is_found(chain: int) -> None:
    tampered(lambda: at(1).delete())
    assert audit.verify().broken_at == 2


def test_a_line_cut_out_of_the_middle_is_found(chain: int) -> None:
    tampered(lambda: at(MIDDLE).delete())
    assert audit.verify().broken_at == MIDDLE + 1


def test_all_lines_cut_off_are_found(chain: int) -> None:
    tampered(lambda: AuditLine.objects.all().delete())
    assert audit.verify() == audit.Verdict(0, 1, "")


def test_a_head_taken_away_is_found(chain: int) -> None:
    tampered(lambda: ChainHead.objects.all().delete())
    assert audit.verify().broken_at == chain + 1


def test_two_lines_swapped_are_found(chain: int) -> None:
    def swap() -> None:
        at(MIDDLE).update(id=0)
        at(MIDDLE + 1).update(id=MIDDLE)
        at(0).update(id=MIDDLE + 1)

    tampered(swap)
    assert audit.verify().broken_at == MIDDLE


def test_a_line_forged_at_the_end_is_found(chain: int) -> None:
    """It fits the line before, but the head of the chain does not know it."""
    last = lines()[-1]
    forged = AuditLine(
        id=last.id + 1,
        at=datetime.now(UTC),
        act=last.act,
        actor=last.actor,
        verb="access:account:create",
        subject="account:0",
        previous=last.digest,
    )
    forged.digest = audit.digest_of(forged)
    tampered(lambda: AuditLine.objects.bulk_create([forged]))
    assert audit.verify().broken_at == chain + 2


def test_lines_told_anew_from_the_middle_on_are_found(chain: int) -> None:
    """Whoever changes a line and mends every digest after it still ends at another head."""

    def retell() -> None:
        at(MIDDLE).update(actor="0" * 26)
        previous = at(MIDDLE - 1).get().digest
        for line in AuditLine.objects.filter(pk__gte=MIDDLE).order_by("pk"):
            line.previous = previous
            line.digest = previous = audit.digest_of(line)
            line.save()

    tampered(retell)
    assert audit.verify().broken_at == chain + 1


@pytest.mark.parametrize("at_text", ["no time at all", "2020-13-45 99:00:00", ""])
def test_what_cannot_even_be_read_is_a_broken_line(at_text: str, chain: int) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL keeps times in columns of times")

    def spoil() -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE access_auditline SET at = %s WHERE id = %s", [at_text, MIDDLE])

    tampered(spoil)
    assert audit.verify().broken_at == MIDDLE


def test_a_value_of_another_kind_is_a_broken_line(chain: int) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL keeps text in columns of text")

    def spoil() -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE access_auditline SET verb = x'00ff' WHERE id = %s", [MIDDLE])

    tampered(spoil)
    assert audit.verify().broken_at == MIDDLE


VALUE = st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text(), max_size=3)
DETAIL = st.dictionaries(
    st.text(max_size=10), VALUE | st.dictionaries(st.text(max_size=5), st.integers()), max_size=4
)


@given(details=st.lists(DETAIL, min_size=1, max_size=3))
def test_digests_hold_whatever_the_detail(details: list[dict[str, Any]]) -> None:
    """In every script, nested, and read back from the database."""
    before = AuditLine.objects.count()
    with guard.lifted():
        audit.append([Draft("a:b:c", "d:e", detail) for detail in details], act="1", actor="2")
    assert audit.verify().whole
    assert [audit.detail(line) for line in AuditLine.objects.filter(pk__gt=before).order_by("pk")] == details


@given(parts=st.lists(st.text(max_size=5), min_size=6, max_size=6), move=st.integers(0, 4))
def test_what_moves_from_one_column_to_the_next_changes_the_digest(parts: list[str], move: int) -> None:
    def line(texts: list[str]) -> AuditLine:
        names = ("act", "actor", "verb", "subject", "detail", "previous")
        return AuditLine(id=1, at=datetime(2020, 1, 1, tzinfo=UTC), **dict(zip(names, texts, strict=True)))

    moved = parts.copy()
    moved[move], moved[move + 1] = "", moved[move] + moved[move + 1]
    same = moved == parts
    assert (audit.digest_of(line(moved)) == audit.digest_of(line(parts))) is same


def test_the_order_of_a_detail_does_not_matter() -> None:
    with guard.lifted():
        audit.append(
            [Draft("a:b:c", "d", {"x": 1, "y": 2}), Draft("a:b:c", "d", {"y": 2, "x": 1})], act="1", actor="2"
        )
    assert {line.detail for line in lines()} == {'{"x":1,"y":2}'}


def test_no_drafts_write_nothing() -> None:
    audit.append([], act="1", actor="2")  # the guard stands, and has nothing to refuse
    assert lines() == []


THREADS, ACTS = 4, 25


def _act_often(number: int) -> list[str]:
    """Somebody who does many things, some of them in two lines."""
    try:
        by = console()
        for turn in range(ACTS):
            with door.opened(by.pk):
                signed_in(by=by)
                if turn % 5 == 0:
                    door.record("test:turn:take", f"thread:{number}", turn=turn)
        return []
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_many_at_once_make_one_chain_without_gaps() -> None:
    make_cast()
    start = AuditLine.objects.count()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(_act_often, range(THREADS)))
    made = THREADS * (ACTS + ACTS // 5)
    assert AuditLine.objects.count() == start + made
    assert audit.verify() == audit.Verdict(start + made, None, lines()[-1].digest)
    acts = [line.act for line in lines()[start:]]
    assert len(set(acts)) == THREADS * ACTS
    runs = sum(1 for one, other in pairwise(acts) if one != other) + 1
    assert runs == THREADS * ACTS  # the lines of an act stand together
    turns = [audit.detail(line)["turn"] for line in lines()[start:] if line.subject == "thread:0"]
    assert turns == [0, 5, 10, 15, 20]
