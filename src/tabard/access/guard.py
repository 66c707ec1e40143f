"""The wrapper on every connection that refuses a write outside the door."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from tabard.rules.refusals import Refused

# Tables the frameworks keep for themselves; everything else changes through an act.
FRAMEWORK_TABLES = frozenset({"django_session", "django_migrations"})
WRITE = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE|TRUNCATE|COPY|MERGE)\b", re.IGNORECASE)
TABLE = re.compile(r"(?:INTO|UPDATE|FROM)\s+\"?(\w+)\"?", re.IGNORECASE)

_lifted: ContextVar[bool] = ContextVar("guard_lifted", default=False)


@contextmanager
def lifted() -> Iterator[None]:
    """The door opens so for an act; migrations, restoring and tests' own clean-up write without one."""
    token = _lifted.set(True)
    try:
        yield
    finally:
        _lifted.reset(token)


def refuse(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """No INSERT, UPDATE or DELETE while the guard stands, but for the frameworks' own tables."""
    if WRITE.match(sql) and not _lifted.get():
        table = TABLE.search(sql)
        if table is None or table.group(1) not in FRAMEWORK_TABLES:
            raise Refused("write_outside_door")
    return execute(sql, params, many, context)


def install(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Put the guard on a new connection."""
    if refuse not in connection.execute_wrappers:
        connection.execute_wrappers.append(refuse)
