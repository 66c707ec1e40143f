"""Every table of a PostgreSQL register as text, in one consistent read, and back: no client programs needed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db import connection, transaction

from tabard.access.audit import CHAIN
from tabard.access.models import Account, ChainHead

SESSIONS = ("access_opensession",)
SKIPPED = frozenset({*SESSIONS, "django_migrations"})


def _tables() -> list[str]:
    return sorted(set(connection.introspection.table_names()) - SKIPPED)


def dump(folder: Path) -> tuple[int, str]:
    """Write `tables/<name>.copy` for each table; the audit head that the copy holds."""
    (folder / "tables").mkdir()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        head = ChainHead.objects.filter(name=CHAIN).first()
        for table in _tables():
            path = folder / "tables" / f"{table}.copy"
            with (
                path.open("wb") as out,
                _raw(cursor).copy(f'COPY "{table}" ({_columns(table)}) TO STDOUT') as rows,
            ):
                for block in rows:
                    out.write(block)
    return (head.last, head.digest) if head else (0, "")


def load(folder: Path) -> None:
    """Fill the migrated, otherwise empty tables. Foreign keys are checked at the end, so order is free."""
    # the driver's own cursor raises errors of its own
    with connection.wrap_database_errors, transaction.atomic(), connection.cursor() as cursor:
        tables = _tables()
        # sessions are not brought back, but name accounts: a table is emptied together with those that refer to it
        cursor.execute("TRUNCATE " + ", ".join(f'"{name}"' for name in [*tables, *SESSIONS]))
        for table in tables:
            path = folder / "tables" / f"{table}.copy"
            if path.exists():
                with (
                    path.open("rb") as data,
                    _raw(cursor).copy(f'COPY "{table}" ({_columns(table)}) FROM STDIN') as rows,
                ):
                    while block := data.read(1_000_000):
                        rows.write(block)
            _sequence(cursor, table)


def occupied() -> bool:
    """Whether anybody has used this database."""
    return "access_account" in connection.introspection.table_names() and Account.objects.exists()


def _raw(cursor: Any) -> Any:
    """The driver's own cursor, which knows COPY."""
    return cursor.cursor


def _columns(table: str) -> str:
    with connection.cursor() as cursor:
        described = connection.introspection.get_table_description(cursor, table)
    return ", ".join(f'"{column.name}"' for column in described)


def _sequence(cursor: Any, table: str) -> None:
    cursor.execute(
        "SELECT pg_get_serial_sequence(%s, column_name) FROM information_schema.columns "
        "WHERE table_name = %s AND column_name = 'id'",
        [table, table],
    )
    found = cursor.fetchone()
    if found and found[0]:
        cursor.execute(
            f'SELECT setval(%s, coalesce((SELECT max(id) FROM "{table}"), 0) + 1, false)', [found[0]]
        )
