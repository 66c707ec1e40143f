"""The guard: no way of writing gets past it outside an act, on either engine; reads do not notice it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from django.db import connection, connections, transaction
from django.db.models import F, Value
from django.db.models.functions import Replace
from hypothesis import given
from hypothesis import strategies as st

from cast import Cast
from tabard.access import door, guard
from tabard.access.models import Account, Assignment, OpenSession
from tabard.access.rows import insert
from tabard.access.sessions import SessionStore
from tabard.people.models import Organisation
from tabard.rules.refusals import Refused

pytestmark = pytest.mark.django_db(databases="__all__")

WRITES = (
    "INSERT INTO people_organisation (id, name, kind, is_example) VALUES ('1', 'x', 'ingo', false)",
    "UPDATE people_organisation SET name = 'x'",
    "DELETE FROM people_organisation",
    "DELETE FROM \"people_organisation\" WHERE id = '1'",
    "TRUNCATE people_organisation",
    "TRUNCATE TABLE people_organisation CASCADE",
    "MERGE INTO people_organisation USING x ON true WHEN MATCHED THEN DO NOTHING",
    "COPY people_organisation FROM STDIN",
    "CALL something()",
    "DO $$ BEGIN NULL; END $$",
    "update people_organisation set name = 'x'",
    "Delete\n\tFrom people_organisation",
    "  \n DELETE FROM people_organisation",
    "/* quiet */ DELETE FROM people_organisation",
    "/* one */ /* two\nlines */DELETE/* */FROM people_organisation",
    "-- quiet\n UPDATE people_organisation SET name = 'x'",
    "/* access_opensession */ DELETE FROM people_organisation",
    "WITH x AS (SELECT 1) INSERT INTO people_organisation (id) SELECT '1'",
    "WITH x AS (SELECT 1) DELETE FROM people_organisation",
    "WITH x AS (DELETE FROM people_organisation RETURNING id) SELECT * FROM x",
    "WITH x AS (SELECT * FROM access_opensession) DELETE FROM people_organisation",
    "with recursive x as (select 1)\nupdate people_organisation set name = 'x'",
    "EXPLAIN ANALYZE DELETE FROM people_organisation",
    "EXPLAIN (ANALYZE, VERBOSE) UPDATE people_organisation SET name = 'x'",
    "PREPARE p AS DELETE FROM people_organisation",
    "EXECUTE p",
    "SELECT 1; DELETE FROM people_organisation",
    "SELECT 1; -- x\n COPY people_organisation FROM STDIN",
    "DELETE FROM access_opensession; DELETE FROM people_organisation",
    "DELETE FROM access_opensession_of_others",
    "TRUNCATE access_opensession, people_organisation",
    "INSERT OR REPLACE INTO people_organisation (id) VALUES ('1')",
    "REPLACE INTO people_organisation (id) VALUES ('1')",
    "UPDATE OR IGNORE people_organisation SET name = 'x'",
    "UPDATE ONLY people_organisation SET name = 'x'",
    "INSERT INTO people_organisation SELECT * FROM access_opensession",
    "UPDATE access_chainhead SET last = 0",
    "DROP TRIGGER x; DELETE FROM access_auditline",
)
READS = (
    "SELECT 1",
    "WITH x AS (SELECT 1 AS n) SELECT n FROM x",
    "SELECT replace('abc', 'b', 'c')",
    'SELECT "update".n, "delete" FROM (SELECT 1 AS n, 2 AS "delete") AS "update"',
    "SELECT deleted, updated_at, insertion FROM (SELECT 1 AS deleted, 2 AS updated_at, 3 AS insertion) AS x",
    "EXPLAIN SELECT 1",
    "/* a comment */ SELECT 1",
    "SELECT 1 -- and a comment",
)


@pytest.mark.parametrize("sql", WRITES)
def test_writes_are_refused(sql: str) -> None:
    with connection.cursor() as cursor, pytest.raises(Refused, match="write_outside_door"):
        cursor.execute(sql)


@pytest.mark.parametrize("sql", WRITES)
def test_many_writes_are_refused(sql: str) -> None:
    with connection.cursor() as cursor, pytest.raises(Refused, match="write_outside_door"):
        cursor.executemany(sql, [(), ()])


@pytest.mark.parametrize("sql", READS)
def test_reads_pass(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        assert cursor.fetchall()


GAPS = st.sampled_from([" ", "\n", "\t", "/* x */", "/**/", "-- x\n", " /* ; */ ", "\r\n"])
CASES = st.sampled_from([str.upper, str.lower, str.title])
FRONTS = st.sampled_from(["", "WITH x AS (SELECT 1) ", "EXPLAIN ANALYZE ", "SELECT 1; ", "BEGIN;"])
VERBS = st.sampled_from(["insert into", "delete from", "update", "replace into", "update only"])


@given(front=FRONTS, gaps=st.lists(GAPS, min_size=1, max_size=4), case=CASES, verb=VERBS)
def test_no_disguise_hides_a_write(
    front: str, gaps: list[str], case: Callable[[str], str], verb: str
) -> None:
    gap = "".join(gaps)
    sql = f"{front}{gap}{case(verb).replace(' ', gap)}{gap}access_account"
    assert list(guard.written(sql)) == ["access_account"]


def orm(cast: Cast) -> Iterator[Callable[[], object]]:
    organisation = cast.organisation_a
    fresh = Organisation(name="New", kind="ingo")
    yield lambda: Organisation.objects.create(name="New", kind="ingo")
    yield lambda: Organisation.objects.bulk_create([fresh])
    yield lambda: Organisation.objects.bulk_create([fresh], ignore_conflicts=True)
    yield lambda: Organisation.objects.get_or_create(name="New")
    yield lambda: Organisation.objects.update_or_create(name="New")
    yield lambda: Organisation.objects.update(name="x")
    yield lambda: Organisation.objects.bulk_update([organisation], ["name"])
    yield lambda: Organisation.objects.all().delete()
    yield lambda: Organisation.objects.all()._raw_delete("default")
    yield lambda: organisation.save()
    yield lambda: organisation.delete()
    yield lambda: insert([fresh])
    yield lambda: Account.objects.create(handle="new")
    yield lambda: cast.amina.assignments.all().delete()
    yield lambda: list(Organisation.objects.raw("DELETE FROM people_organisation RETURNING *"))


def test_the_orm_is_refused(cast: Cast) -> None:
    before = list(Organisation.objects.values())
    for write in orm(cast):
        with pytest.raises(Refused, match="write_outside_door"), transaction.atomic():
            write()
    assert list(Organisation.objects.values()) == before
    assert Assignment.objects.filter(account=cast.amina).exists()


def test_the_orm_reads(cast: Cast) -> None:
    with transaction.atomic():
        assert Organisation.objects.select_for_update().count() == 2
        assert len(list(Organisation.objects.select_for_update())) == 2
        if connection.features.has_select_for_no_key_update:
            assert len(list(Organisation.objects.select_for_update(no_key=True))) == 2
    named = Organisation.objects.annotate(n=Replace(F("name"), Value(" "), Value("_"))).order_by("name")
    assert [o.n for o in named] == ["Organisation_A", "Organisation_B"]
    assert Organisation.objects.explain()


def test_every_database_has_its_guard() -> None:
    for alias in connections:
        with connections[alias].cursor() as cursor, pytest.raises(Refused):
            cursor.execute("DELETE FROM intake_originalbody")


def test_sessions_are_the_frameworks_own() -> None:
    session = SessionStore()
    session["a"] = 1
    session.save()
    session["a"] = 2
    session.save()
    assert SessionStore(session.session_key)["a"] == 2
    session.delete()
    later = datetime.now(UTC) + timedelta(days=1)
    OpenSession.objects.filter(expire_date__lt=later).delete()
    assert not OpenSession.objects.exists()


def test_an_act_opens_the_guard_and_closes_it(cast: Cast) -> None:
    with door.opened(cast.console.pk):
        Organisation.objects.create(name="In an act", kind="ingo")
    with pytest.raises(Refused):
        Organisation.objects.create(name="After it", kind="ingo")


def test_a_broken_act_closes_the_guard() -> None:
    with pytest.raises(ZeroDivisionError), door.opened("nobody"):
        _ = 1 / 0
    with pytest.raises(Refused):
        Organisation.objects.create(name="After it", kind="ingo")


def test_another_thread_is_not_let_in_by_this_ones_act(cast: Cast) -> None:
    seen: list[bool] = []
    with door.opened(cast.console.pk):
        thread = Thread(target=lambda: seen.append(guard._lifted.get()))
        thread.start()
        thread.join()
    assert seen == [False]
