"""Bulk rows into the register's tables, the quickest way each engine has: indexes dropped, filled, and made again."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, date, datetime
from types import TracebackType
from typing import Any

import psycopg
import ready  # noqa: F401
from django.db import connection, models
from shapes import columns

Model = type[models.Model]
Rows = dict[Model, list[Sequence[Any]]]


class Load:
    """Open while a made register is written; only into an empty one."""

    def __init__(self, order: Sequence[Model]) -> None:
        self.order = order
        self.postgres = connection.vendor == "postgresql"
        self.indexes: list[str] = []

    def __enter__(self) -> Load:
        connection.ensure_connection()
        self.raw: Any = connection.connection
        if not self.postgres:
            for pragma in (
                "foreign_keys = OFF",
                "synchronous = OFF",
                "journal_mode = OFF",
                "cache_size = -400000",
            ):
                self.raw.execute(f"PRAGMA {pragma}")
        self._drop_indexes()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        if kind is None:
            for statement in self.indexes:
                self.raw.execute(statement)
            self._settle()
        connection.close()

    def write(self, rows: Rows) -> None:
        """One chunk, table by table."""
        for model in self.order:
            if some := rows.get(model):
                (self._copy if self.postgres else self._executemany)(model, some)

    def _executemany(self, model: Model, rows: list[Sequence[Any]]) -> None:
        names = columns(model)
        marks = ", ".join("?" * len(names))
        quoted = ", ".join(f'"{name}"' for name in names)
        self.raw.execute("BEGIN")
        self.raw.executemany(f"INSERT INTO {model._meta.db_table} ({quoted}) VALUES ({marks})", rows)
        self.raw.execute("COMMIT")

    def _copy(self, model: Model, rows: list[Sequence[Any]]) -> None:
        names = ", ".join(f'"{name}"' for name in columns(model))
        with (
            self.raw.cursor() as cursor,
            cursor.copy(f"COPY {model._meta.db_table} ({names}) FROM STDIN") as out,
        ):
            for row in rows:
                out.write_row(row)

    def _drop_indexes(self) -> None:
        """Plain indexes only; what holds a constraint stays."""
        tables = [model._meta.db_table for model in self.order]
        for name, statement in self._plain_indexes(tables):
            self.raw.execute(f"DROP INDEX {name}")
            self.indexes.append(statement)

    def _plain_indexes(self, tables: list[str]) -> list[tuple[str, str]]:
        marks = ", ".join(f"'{table}'" for table in tables)
        if self.postgres:
            query = f"""SELECT quote_ident(indexname), indexdef FROM pg_indexes WHERE tablename IN ({marks})
                AND schemaname = 'public' AND indexdef NOT LIKE 'CREATE UNIQUE%'"""
        else:
            query = f"""SELECT '"' || name || '"', sql FROM sqlite_master
                WHERE type = 'index' AND sql IS NOT NULL AND sql NOT LIKE 'CREATE UNIQUE%' AND tbl_name IN ({marks})"""
        return list(self.raw.execute(query).fetchall())

    def _settle(self) -> None:
        if not self.postgres:
            self.raw.execute("PRAGMA journal_mode = WAL")
        elif isinstance(self.raw, psycopg.Connection):
            self.raw.commit()
            self.raw.autocommit = True
            self.raw.execute("VACUUM ANALYZE")


def _moment(when: datetime) -> str:
    """As Django writes it."""
    return str(when.astimezone(UTC).replace(tzinfo=None))


sqlite3.register_adapter(datetime, _moment)
sqlite3.register_adapter(date, date.isoformat)
