"""The wrapper on every connection that takes the values out of what PostgreSQL says when it refuses a row.

Its errors quote the row ("Key (handle)=(…) already exists"); exceptions end up in logs and on screens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, DataError, IntegrityError
from django.db.backends.base.base import BaseDatabaseWrapper


def without_values(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """Run the statement; an error names the constraint, and nothing that somebody typed."""
    try:
        return execute(sql, params, many, context)
    except (IntegrityError, DataError) as error:
        quiet = _quiet(error)
    raise quiet  # not inside the handler: there it would drag the talkative error along


def _quiet(error: DatabaseError) -> DatabaseError:
    told = getattr(error.__cause__, "diag", None)
    if told is None:  # SQLite names columns only
        return error
    return type(error)(told.message_primary if isinstance(error, IntegrityError) else told.sqlstate)


def install(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Put the wrapper on a new connection."""
    if without_values not in connection.execute_wrappers:
        connection.execute_wrappers.append(without_values)
