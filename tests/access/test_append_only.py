"""Append-only holds below the application: the database refuses, asked by a connection that knows no guard."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection, connections, router
from django.db.models import Model, UniqueConstraint

from cast import Cast, make_cast, make_world
from tabard.access import appendonly, audit, door, guard
from tabard.access.models import AuditLine
from tabard.access.rows import insert
from tabard.incidents import reviewing
from tabard.incidents.actions import link, report, unlink
from tabard.incidents.decisions import Why
from tabard.incidents.models import Revision
from tabard.incidents.told import tell, untell
from tabard.incidents.writer import Entry
from tabard.intake.models import Original
from tabard.rules import facts
from tabard.rules.refusals import Refused

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
SEALED = [model for model in apps.get_models() if getattr(model, "APPEND_ONLY", False)]
ON_SQLITE = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
sqlite_only = pytest.mark.skipif(not ON_SQLITE, reason="SQLite's own ways")
Raw = Any
Refusal = (sqlite3.IntegrityError, psycopg.errors.RestrictViolation)


def alias_of(model: type[Model]) -> str:
    return router.db_for_write(model) or "default"


def raw(model: type[Model]) -> Raw:
    """A connection of the driver alone, to the database that holds the model."""
    known = connections[alias_of(model)]
    if ON_SQLITE:
        return sqlite3.connect(known.settings_dict["NAME"], isolation_level=None)
    wanted = known.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    return psycopg.connect(**{name: wanted[name] for name in names if name in wanted}, autocommit=True)


@pytest.fixture
def filled() -> Cast:
    """At least one row in every append-only table."""
    cast = make_cast()
    world = make_world(cast)
    told = facts.Incident(
        country="SSD",
        tags=(("medical", "facility"),),
        harm=(facts.Harm(1),),
        margins=(facts.Margin(1, "total", ""),),
        objects=(facts.ObjectHarm(1, "vehicle", ("stolen",)),),
    )
    made = report(by=cast.console, collection="own", entry=Entry(told, sources=(facts.SourceClaim("media"),)))
    linked = link(by=cast.console, first=world.incident, second=made, kind="duplicate")
    unlink(by=cast.console, link=linked)
    verified = reviewing.verify(by=cast.console, incident=made, why=Why("checked"))
    reviewing.undo(by=cast.console, review=verified, why=Why("mistake"))
    untell(by=cast.console, told=tell(by=cast.console, incident=made, whom="police"))
    _fill_the_rest(cast)
    return cast


def _fill_the_rest(cast: Cast) -> None:
    """Tables that these verbs do not reach, each by one row of its own."""
    with door.opened(cast.console.pk):
        for model in SEALED:
            if not model._base_manager.exists():
                insert([made_up(model)])


def made_up(model: type[Model]) -> Model:
    """A row of any values that the columns take."""
    values: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        if field.has_default() or field.null or field.primary_key:
            continue
        kind = field.get_internal_type()
        values[field.attname] = "x" if kind in ("CharField", "TextField") else 1
        if kind == "DateTimeField":
            values[field.attname] = "2020-01-01T00:00:00+00:00"
    return model(**values)


def content(model: type[Model]) -> list[Any]:
    return list(model._base_manager.order_by("pk").values())


def refused(model: type[Model], sql: str, *parameters: object) -> None:
    """The statement is refused by the database itself, and the table is as it was."""
    before = content(model)
    with closing(raw(model)) as other, pytest.raises(Refusal, match="append-only"):
        other.execute(sql, parameters)
    assert content(model) == before


def columns(model: type[Model]) -> list[str]:
    return [field.column for field in model._meta.concrete_fields]


def plain(field: str) -> str:
    return f'"{field}"'


def test_there_is_something_to_seal() -> None:
    labels = {model._meta.label for model in SEALED}
    assert {"access.AuditLine", "intake.Original", "incidents.Incident", "incidents.Revision"} <= labels


def test_nothing_is_changed_or_deleted(filled: Cast) -> None:
    for model in SEALED:
        table = model._meta.db_table
        assert content(model)
        for column in columns(model):
            refused(model, f'UPDATE {table} SET "{column}" = "{column}"')
        refused(model, f"DELETE FROM {table}")
        if not ON_SQLITE:
            refused(model, f"TRUNCATE {table} CASCADE")


@sqlite_only
def test_nothing_is_replaced_by_its_key(filled: Cast) -> None:
    for model in SEALED:
        table, names = model._meta.db_table, ", ".join(map(plain, columns(model)))
        refused(model, f"INSERT OR REPLACE INTO {table} ({names}) SELECT {names} FROM {table} LIMIT 1")
        refused(model, f"REPLACE INTO {table} ({names}) SELECT {names} FROM {table} LIMIT 1")
        refused(model, f"UPDATE OR REPLACE {table} SET {plain(model._meta.pk.column)} = 0")


def unique_sets() -> Iterator[tuple[type[Model], tuple[str, ...]]]:
    for model in SEALED:
        for constraint in model._meta.constraints:
            if isinstance(constraint, UniqueConstraint):
                yield model, tuple(model._meta.get_field(name).column for name in constraint.fields)  # type: ignore[union-attr]
        for field in model._meta.concrete_fields:
            if field.unique and not field.primary_key:
                yield model, (field.column,)


@sqlite_only
@pytest.mark.parametrize(("model", "unique"), list(unique_sets()), ids=str)
def test_nothing_is_replaced_by_what_is_unique(
    model: type[Model], unique: tuple[str, ...], filled: Cast
) -> None:
    """A new key and the rest of an old row: OR REPLACE would take the old row away without a DELETE."""
    table, key = model._meta.db_table, model._meta.pk
    names = [name for name in columns(model) if name != key.column]
    stated = " AND ".join(f"{plain(name)} IS NOT NULL" for name in unique)
    fresh = "max(rowid) + 1000" if key.get_internal_type() == "BigAutoField" else "'fresh'"
    listed = ", ".join(map(plain, names))
    with guard.lifted():
        _key_for_each(model, unique)
    refused(
        model,
        f"INSERT OR REPLACE INTO {table} ({plain(key.column)}, {listed}) "
        f"SELECT (SELECT {fresh} FROM {table}), {listed} FROM {table} WHERE {stated} LIMIT 1",
    )


def _key_for_each(model: type[Model], unique: tuple[str, ...]) -> None:
    """Rows whose unique columns are all empty say nothing: fill one in, with the seals off."""
    for name in {"source_key", "key", "replaces"} & set(unique):
        with appendonly.lifted(alias_of(model)):
            first = model._base_manager.order_by("pk").first()
            model._base_manager.filter(pk=first.pk).update(**{name: "k"})


@sqlite_only
def test_nothing_is_replaced_by_sqlites_own_key(filled: Cast) -> None:
    """A table whose key is a text has a row number beside it, which can be named."""
    for model in SEALED:
        if model._meta.pk.get_internal_type() != "BigAutoField":
            refused(model, _same_row_number(model))


def _same_row_number(model: type[Model]) -> str:
    """What is unique is made new, so that only the row number clashes."""
    table, key = model._meta.db_table, model._meta.pk.column
    names = ", ".join(plain(name) for name in columns(model) if name != key)
    rest = names
    for unique in [each for other, each in unique_sets() if other is model]:
        rest = rest.replace(plain(unique[-1]), "999" if "number" in unique else "'other'", 1)
    fresh = "999999" if model is AuditLine else "'fresh'"
    return (
        f"INSERT OR REPLACE INTO {table} (rowid, {plain(key)}, {names}) "
        f"SELECT rowid, {fresh}, {rest} FROM {table} LIMIT 1"
    )


def test_new_rows_are_still_taken(filled: Cast) -> None:
    before = AuditLine.objects.count()
    made = report(by=filled.console, collection="own", entry=Entry(facts.Incident()))
    assert Revision.objects.filter(incident=made).count() == 1
    assert AuditLine.objects.count() == before + 2  # what was done, and the sum of all revisions
    assert audit.verify().whole


def test_an_act_is_refused_too(filled: Cast) -> None:
    """The guard is open there; the database is not."""
    with pytest.raises(Exception, match="append-only"), door.opened(filled.console.pk):
        AuditLine.objects.update(verb="x")
    with pytest.raises(Exception, match="append-only"), door.opened(filled.console.pk):
        Original.objects.all().delete()
    with pytest.raises(Refused, match="write_outside_door"):
        Revision.objects.update(reason="x")


def all_missing() -> list[str]:
    return sorted(table for alias in connections for table in appendonly.missing(alias))


def test_the_originals_lie_sealed_in_their_own_file() -> None:
    assert alias_of(Original) == ("intake" if ON_SQLITE else "default")
    assert Original._meta.db_table in connections[alias_of(Original)].introspection.table_names()
    assert appendonly.missing(alias_of(Original)) == []


def test_missing_tells_which_triggers_do_not_stand() -> None:
    assert all_missing() == []
    table = AuditLine._meta.db_table
    on = "" if ON_SQLITE else f" ON {table}"
    name = "no_replace" if ON_SQLITE else "no_truncate"
    with guard.lifted(), connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {table}_{name}{on}")
    assert all_missing() == [table]
    appendonly.seal()
    assert all_missing() == []


@pytest.mark.postgres
def test_a_disabled_trigger_is_missing() -> None:
    table = AuditLine._meta.db_table
    with guard.lifted(), connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_no_change")
    assert all_missing() == [table]
    appendonly.seal()
    assert all_missing() == []


@pytest.mark.postgres
def test_a_session_that_replays_changes_is_refused_too(filled: Cast) -> None:
    """Whoever may not play replica is stopped there; a superuser is stopped by the trigger."""
    no = (psycopg.errors.InsufficientPrivilege, psycopg.errors.RestrictViolation)
    with closing(raw(AuditLine)) as other, pytest.raises(no):
        other.execute("SET session_replication_role = replica; DELETE FROM access_auditline")
    assert AuditLine.objects.exists()


def test_triggers_stand_again_after_a_migration() -> None:
    for alias in connections:
        appendonly._drop(connections[alias])
    assert all_missing() == sorted(model._meta.db_table for model in SEALED)
    for alias in connections:
        with guard.lifted():
            emit_post_migrate_signal(verbosity=0, interactive=False, db=alias)
    assert all_missing() == []


@sqlite_only
def test_triggers_stand_again_after_a_table_was_rebuilt() -> None:
    """SQLite changes a column by making the table anew, which loses its triggers."""
    with guard.lifted(), connection.schema_editor() as editor:
        editor._remake_table(AuditLine)
    assert appendonly.missing() == [AuditLine._meta.db_table]
    with guard.lifted():
        emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
    assert appendonly.missing() == []


def test_lifting_is_for_the_moment_even_when_it_goes_wrong(filled: Cast) -> None:
    with pytest.raises(ZeroDivisionError), appendonly.lifted():
        _ = 1 / 0
    assert all_missing() == []
    refused(AuditLine, "DELETE FROM access_auditline")
