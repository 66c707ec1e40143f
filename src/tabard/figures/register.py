"""Opens the register for DuckDB as five views of the same shape, whichever engine holds it.

SQLite is read by a process of its own (`scan`); PostgreSQL hands over what was picked there, as CSV."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
from django.db import connection, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from tabard.figures import scan
from tabard.figures.layout import EFFECTS, HARM_CODES, INCIDENT_CODES
from tabard.incidents.models import Harm, Incident, Margin, ObjectHarm, Revision
from tabard.rules.facts import OUTCOMES

MEMORY = "240MB"
ROW = ("revision_id", "n", "n_basis")
OUTCOMES_SAID = tuple(part for code in OUTCOMES for part in (code, f"{code}_on"))
# What a freeze reads: no text, no name, no place, nothing that an erasure would have to follow.
WANTED: dict[str, tuple[type[models.Model], tuple[str, ...]]] = {
    "r_incident": (Incident, ("id", "collection_id")),
    "r_revision": (
        Revision,
        (
            *("id", "incident_id", "number", "known_at", "recorded_at", "reason", "voids_id"),
            *("first_day", "last_day", "date_precision", *INCIDENT_CODES),
        ),
    ),
    "r_harm": (Harm, ("id", *ROW, "scope", "cause", "subject", *HARM_CODES, *OUTCOMES_SAID)),
    "r_margin": (Margin, (*ROW, "dimension", "value", "dimension2", "value2")),
    "r_object": (ObjectHarm, (*ROW, "kind", *EFFECTS)),
}
TYPES = {"SmallIntegerField": "SMALLINT", "IntegerField": "INTEGER", "BigAutoField": "BIGINT"} | {
    "DateTimeField": "TIMESTAMP",
    "DateField": "DATE",
}
# The latest revision that stands, per incident: `known_at` decides, then `number`.
PICKED_POSTGRES = """
CREATE TEMP TABLE picked AS
SELECT DISTINCT ON (r.incident_id) r.id, r.incident_id FROM incidents_revision r
WHERE r.known_at <= %(known_on)s AND r.recorded_at <= %(recorded_by)s AND r.reason <> 'void'
  AND NOT EXISTS (
    SELECT 1 FROM incidents_revision v WHERE v.voids_id = r.id AND v.recorded_at <= %(recorded_by)s)
ORDER BY r.incident_id, r.known_at DESC, r.number DESC"""


def engine(spill: Path, memory: str = MEMORY) -> duckdb.DuckDBPyConnection:
    """A DuckDB that keeps within its memory, spills into a folder, and asks nobody for anything."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "temp_directory": str(spill),
    }
    duck = duckdb.connect(":memory:", config=config)
    duck.execute(f"SET memory_limit = '{memory}'; SET threads = 2; SET preserve_insertion_order = false")
    return duck


def open_views(duck: duckdb.DuckDBPyConnection, folder: Path, moments: dict[str, Any]) -> None:
    """Make the views `r_incident`, `r_revision`, `r_harm`, `r_margin` and `r_object`."""
    if connection.vendor == "postgresql":
        _from_postgres(duck, connection, folder, moments)
    else:
        _from_sqlite(duck, connection, folder)


def _from_sqlite(duck: duckdb.DuckDBPyConnection, source: BaseDatabaseWrapper, folder: Path) -> None:
    queries = {
        view: f"SELECT {', '.join(columns)} FROM register.{model._meta.db_table}"
        for view, (model, columns) in WANTED.items()
    }
    scan.read(source.settings_dict["NAME"], queries, folder, MEMORY)
    for view in WANTED:
        path = scan.quoted(folder / f"{view}.parquet")
        duck.execute(f"CREATE TEMP VIEW {view} AS SELECT * FROM read_parquet({path})")


def _from_postgres(
    duck: duckdb.DuckDBPyConnection, source: BaseDatabaseWrapper, folder: Path, moments: dict[str, Any]
) -> None:
    with transaction.atomic(), source.cursor() as cursor:
        cursor.execute(PICKED_POSTGRES, moments)
        for view in WANTED:
            path = folder / f"{view}.csv"
            _copy_out(cursor, _picked_rows(view), path)
            duck.execute(f"CREATE TEMP VIEW {view} AS SELECT * FROM {_csv(path, view)}")
        cursor.execute("DROP TABLE picked")


def _picked_rows(view: str) -> str:
    model, columns = WANTED[view]
    named = ", ".join(f"t.{column}" for column in columns)
    key = {"r_incident": "t.id = p.incident_id", "r_revision": "t.id = p.id"}.get(
        view, "t.revision_id = p.id"
    )
    return f"SELECT {named} FROM {model._meta.db_table} t JOIN picked p ON {key}"


def _copy_out(cursor: Any, query: str, path: Path) -> None:
    with path.open("wb") as stream, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)") as rows:
        for part in rows:
            stream.write(part)


def _csv(path: Path, view: str) -> str:
    types = ", ".join(f"'{column}': '{type_of(view, column)}'" for column in WANTED[view][1])
    return (
        f"read_csv('{_quoted(path)}', header = false, auto_detect = false, allow_quoted_nulls = false, "
        f"nullstr = '', quote = '\"', escape = '\"', columns = {{{types}}})"
    )


def type_of(view: str, column: str) -> str:
    """The type of a column in the views."""
    fields = {field.column: field.get_internal_type() for field in WANTED[view][0]._meta.local_fields}
    return TYPES.get(fields[column], "VARCHAR")


def _quoted(path: Path | str) -> str:
    return str(path).replace("'", "''")
