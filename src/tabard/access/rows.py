"""Many rows of one table in one prepared statement: much quicker than `bulk_create` on wide tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connections, models, router


def insert(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model, as they are. Goes through the guard like every other write."""
    if not rows:
        return
    model = type(rows[0])
    connection = connections[router.db_for_write(model)]
    fields = [f for f in model._meta.concrete_fields if not isinstance(f, models.AutoField)]
    names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    sql = f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({names}) VALUES ({marks})"
    with connection.cursor() as cursor:
        cursor.executemany(sql, [_values(row, fields, connection) for row in rows])


def _values(row: models.Model, fields: Sequence[models.Field[Any, Any]], connection: Any) -> list[Any]:
    return [field.get_db_prep_save(field.pre_save(row, add=True), connection=connection) for field in fields]
