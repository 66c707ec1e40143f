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
FRAMEWORK_TABLES = frozenset(
    {"access_opensession", "django_migrations", "django_tasks_database_dbtaskresult"}
)
# A verb counts wherever it stands: behind a comment, a WITH, an EXPLAIN, another statement. In quotes it is a
# column's name; FOR UPDATE only locks and replace() only reads.
GAP = r"(?:\s|/\*.*?\*/|--[^\n]*(?:\n|\Z))"
VERB = rf"INSERT|DELETE|MERGE|(?<!FOR )(?<!KEY )(?<!DO )UPDATE|(?<!OR )REPLACE(?!{GAP}*\()"
TABLE = rf'(?:{GAP}+(?:OR{GAP}+\w+|INTO|FROM|ONLY))*{GAP}+"?(?P<table>\w+)'
# A quick look first: most texts hold none of them.
VERBS = ("insert", "delete", "merge", "update", "replace", "truncate")
WRITE = re.compile(
    rf'(?<!["\w.])(?:(?:{VERB})\b(?!")(?:{TABLE})?|TRUNCATE\b(?!"))', re.IGNORECASE | re.DOTALL
)
RUN = re.compile(rf"(?:\A|;){GAP}*(?:COPY|CALL|DO|EXECUTE)\b", re.IGNORECASE | re.DOTALL)

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
    if not _lifted.get() and any(table not in FRAMEWORK_TABLES for table in written(str(sql))):
        raise Refused("write_outside_door")
    return execute(sql, params, many, context)


def written(sql: str) -> Iterator[str | None]:
    """The tables that a text of one or more statements changes; `None` where the text does not show which."""
    lowered = sql.lower()
    if any(verb in lowered for verb in VERBS):
        yield from (found["table"] for found in WRITE.finditer(sql))
    if RUN.match(sql) or (";" in sql and RUN.search(sql)):
        yield None


def install(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Put the guard on a new connection."""
    if refuse not in connection.execute_wrappers:
        connection.execute_wrappers.append(refuse)
