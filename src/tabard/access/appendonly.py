"""Append-only below the application: the database itself refuses to change or delete what is written.

Triggers are put back after every migration, since SQLite loses them when a table is rebuilt."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from tabard.access import guard

NO = "BEGIN SELECT RAISE(ABORT, 'append-only'); END"
SQLITE = {
    "update": f"CREATE TRIGGER {{t}}_no_update BEFORE UPDATE ON {{t}} {NO}",
    "delete": f"CREATE TRIGGER {{t}}_no_delete BEFORE DELETE ON {{t}} {NO}",
    # INSERT OR REPLACE deletes without firing the delete trigger
    "replace": "CREATE TRIGGER {t}_no_replace BEFORE INSERT ON {t} "
    f"WHEN EXISTS (SELECT 1 FROM {{t}} WHERE {{same}}) {NO}",
}
POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION tabard_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'append-only' USING ERRCODE = 'restrict_violation'; END $$"""
REFUSE = "EXECUTE FUNCTION tabard_append_only()"
POSTGRES = (
    f"CREATE OR REPLACE TRIGGER {{t}}_no_change BEFORE UPDATE OR DELETE ON {{t}} FOR EACH ROW {REFUSE}",
    "ALTER TABLE {t} ENABLE ALWAYS TRIGGER {t}_no_change",
    f"CREATE OR REPLACE TRIGGER {{t}}_no_truncate BEFORE TRUNCATE ON {{t}} {REFUSE}",
    "ALTER TABLE {t} ENABLE ALWAYS TRIGGER {t}_no_truncate",
)


def sealed_models() -> list[type[models.Model]]:
    """The models that say `APPEND_ONLY = True`."""
    return [model for model in apps.get_models() if getattr(model, "APPEND_ONLY", False)]


def seal(using: str = DEFAULT_DB_ALIAS) -> None:
    """Put the triggers on every append-only table that exists in this database; harmless to repeat."""
    connection = connections[using]
    present = set(connection.introspection.table_names())
    with guard.lifted(), transaction.atomic(using), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(POSTGRES_FUNCTION)
        for model in sealed_models():
            if model._meta.db_table in present:
                for statement in _statements(connection, model):
                    cursor.execute(statement)


def _statements(connection: BaseDatabaseWrapper, model: type[models.Model]) -> list[str]:
    known = {"t": model._meta.db_table, "same": _same(model)}
    if connection.vendor == "postgresql":
        return [statement.format(**known) for statement in POSTGRES]
    # made anew, so that an older register gets today's wording
    old = [f"DROP TRIGGER IF EXISTS {known['t']}_no_{name}" for name in SQLITE]
    return old + [statement.format(**known) for statement in SQLITE.values()]


def _same(model: type[models.Model]) -> str:
    """SQL for "this row or one that it would replace": the key, and every unique set of columns."""
    unique = [c.fields for c in model._meta.constraints if isinstance(c, models.UniqueConstraint)]
    fields = [(model._meta.pk.name,), *unique, *((f.name,) for f in model._meta.fields if f.unique)]
    sets = {tuple(model._meta.get_field(name).column for name in names) for names in fields}  # type: ignore[union-attr]
    sets.add(("rowid",))  # SQLite's own key replaces too, where somebody names it
    return " OR ".join(
        sorted("(" + " AND ".join(f"{c} = NEW.{c}" for c in columns) + ")" for columns in sets)
    )


def missing(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """The append-only tables whose triggers do not all stand."""
    connection = connections[using]
    tables = {m._meta.db_table for m in sealed_models()} & set(connection.introspection.table_names())
    standing = _standing(connection)
    needed = (
        ("no_change", "no_truncate")
        if connection.vendor == "postgresql"
        else (
            "no_update",
            "no_delete",
            "no_replace",
        )
    )
    return sorted(t for t in tables if any(f"{t}_{name}" not in standing for name in needed))


def _standing(connection: BaseDatabaseWrapper) -> set[str]:
    query = (
        "SELECT tgname FROM pg_trigger WHERE tgenabled = 'A'"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {row[0] for row in cursor.fetchall()}


@contextmanager
def lifted(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Without the triggers, for a test's own clean-up and for restoring into an empty database."""
    connection = connections[using]
    _drop(connection)
    try:
        yield
    finally:
        seal(using)


def _drop(connection: BaseDatabaseWrapper) -> None:
    present = set(connection.introspection.table_names())
    tables = [m._meta.db_table for m in sealed_models() if m._meta.db_table in present]
    with guard.lifted(), transaction.atomic(connection.alias), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # inside a transaction, checks still pending would forbid touching the tables
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            for name in _standing(connection):
                if name.startswith(f"{table}_no_"):
                    on = f" ON {table}" if connection.vendor == "postgresql" else ""
                    cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")
