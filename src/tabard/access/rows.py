"""Many rows of one table in one prepared statement: much quicker than `bulk_create` on wide tables.

A column is looked at as a whole: where all its values are stored as they are, none is prepared by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from operator import attrgetter
from types import NoneType
from typing import Any

from django.db import connections, models, router

# Columns whose values Django stores as they are, where they are of these kinds.
UNCHANGED = (
    models.CharField,
    models.TextField,
    models.IntegerField,
    models.SmallIntegerField,
    models.BigIntegerField,
    models.ForeignKey,
    models.OneToOneField,
)
AS_IT_IS: Mapping[str, set[type]] = {"sqlite": {str, int, NoneType}, "postgresql": {str, NoneType}}
Field = models.Field[Any, Any]
Stated = Mapping[str, Any]


def insert(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model, as they are. Goes through the guard like every other write."""
    if rows:
        model = type(rows[0])
        _write(model, [_read(field, rows) for field in _fields(model)])


def insert_stated(model: type[models.Model], rows: Sequence[Stated]) -> None:
    """The same for rows by name of column (`revision_id`), where making a model of each would cost more.

    What a row leaves out takes the column's default."""
    if rows:
        _write(model, [list(_stated(field, rows)) for field in _fields(model)])


def insert_values(
    model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[str | int | None]]
) -> None:
    """The same for values that are stored as they are, in the order of the columns named."""
    if not rows:
        return
    connection = connections[router.db_for_write(model)]
    names = ", ".join(map(connection.ops.quote_name, columns))
    marks = ", ".join(["%s"] * len(columns))
    sql = f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({names}) VALUES ({marks})"
    with connection.cursor() as cursor:
        cursor.executemany(sql, rows)


def _write(model: type[models.Model], columns: Sequence[Sequence[Any]]) -> None:
    connection = connections[router.db_for_write(model)]
    fields = _fields(model)
    ready = [_prepared(field, values, connection) for field, values in zip(fields, columns, strict=True)]
    insert_values(model, [field.column for field in fields], list(zip(*ready, strict=True)))


@cache
def _fields(model: type[models.Model]) -> tuple[Field, ...]:
    """All but a number that the database gives."""
    return tuple(field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField))


def _read(field: Field, rows: Sequence[models.Model]) -> Sequence[Any]:
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return [field.pre_save(row, add=True) for row in rows]
    return list(map(attrgetter(field.attname), rows))


def _stated(field: Field, rows: Sequence[Stated]) -> Iterator[Any]:
    name = field.attname
    if callable(field.default):
        return (row[name] if name in row else field.get_default() for row in rows)
    default = field.get_default()
    return (row.get(name, default) for row in rows)


def _prepared(field: Field, values: Sequence[Any], connection: Any) -> Sequence[Any]:
    """The values as the database takes them; one that comes again, as an act's instant does, is prepared once."""
    plain = AS_IT_IS[connection.vendor] if type(field) in UNCHANGED else {NoneType}
    if plain.issuperset(map(type, values)):
        return values
    if isinstance(field, models.DateField):
        known = {value: field.get_db_prep_save(value, connection=connection) for value in set(values)}
        return [known[value] for value in values]
    return [field.get_db_prep_save(value, connection=connection) for value in values]
