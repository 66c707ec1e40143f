"""Taking in one export of some three thousand rows, beside bare inserts of the same rows and bare reading.

`imports.py FILE PARTS`: into the home that the environment names, which is filled once for each run."""

from __future__ import annotations

import csv
import io
import json
import random
import sqlite3
import sys
from datetime import date
from pathlib import Path
from typing import Any

import ready
from django.core.management import call_command
from django.db import connection
from timing import peak_mib, seconds

from tabard.access.trail import console
from tabard.incidents.actions import create_collection
from tabard.incidents.worker import process
from tabard.intake import actions

MADE_ROWS = 2_997
HEADER = (
    "Incident ID,Year,Month,Day,Country Code,Country,Region,District,City,UN,INGO,LNGO/NRCS,ICRC,NRCS and IFRC,Other,"
    "Nationals killed,Nationals wounded,Nationals kidnapped,Total nationals,Internationals killed,"
    "Internationals wounded,Internationals kidnapped,Total internationals,Total killed,Total wounded,"
    "Total kidnapped,Total affected,Gender Male,Gender Female,Gender Unknown,Means of attack,Attack context,"
    "Location,Latitude,Longitude,Motive,Actor type,Actor name,Details,Verified,Source"
)
COUNTRIES = (("AF", "Afghanistan"), ("SS", "South Sudan"), ("SO", "Somalia"), ("SY", "Syrian Arab Republic"))


def made_file() -> bytes:
    """A file of AWSD's form and length, where the real one is not there."""
    chance, out = random.Random(1), io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADER.split(","))
    for number in range(1, MADE_ROWS + 1):
        code, country = chance.choice(COUNTRIES)
        outcome = [0, 0, 0]
        outcome[chance.randrange(3)] = 1
        when = (chance.randrange(1997, 2021), chance.randrange(1, 13), chance.randrange(1, 29))
        nationals, internationals, total = (*outcome, 1), (0, 0, 0, 0), (*outcome, 1)
        place = (f"Region {number % 30}", f"District {number % 200}", f"Town {number % 900}")
        persons = (*nationals, *internationals, *total, 1, 0, 0)
        what = ("Shooting", "Ambush", "Road", 4 + number % 30, 30 + number % 20, "Unknown", "Unknown", "")
        told = f"Made sentence number {number}: a vehicle was stopped on the road and one person was harmed."
        writer.writerow(
            (
                number,
                *when,
                code,
                country,
                *place,
                0,
                1,
                0,
                0,
                0,
                0,
                *persons,
                *what,
                told,
                "Archived",
                "Media",
            )
        )
    return out.getvalue().encode()


def take_in(data: bytes) -> Any:
    """What `tabard import awsd` does."""
    by = console()
    create_collection(by=by, code="awsd", label="Aid Worker Security Database")
    original = actions.receive(by=by, data=data, media_type="text/csv", collection="awsd")
    batch = actions.open_batch(
        by=by, original=original, format="awsd", collection="awsd", as_of=date(2020, 11, 23)
    )
    done = process(by=by, batch=batch)
    if done.state != "done":
        raise SystemExit(f"the import ended {done.state}: {done.failure}")
    return done


def written() -> dict[str, tuple[list[str], list[tuple[Any, ...]]]]:
    """Every row that the import left in the register, by table."""
    kept = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith(("incidents_", "intake_", "places_", "access_audit")):
                cursor.execute(f'SELECT * FROM "{table}"')
                kept[table] = ([part[0] for part in cursor.description], cursor.fetchall())
    return {table: found for table, found in kept.items() if found[1]}


def bare(rows: dict[str, tuple[list[str], list[tuple[Any, ...]]]]) -> float:
    """The same rows into an empty register of the same tables, indexes and triggers, in one transaction."""
    return _bare_postgres(rows) if connection.vendor == "postgresql" else _bare_sqlite(rows)


def _bare_sqlite(rows: dict[str, tuple[list[str], list[tuple[Any, ...]]]]) -> float:
    path = ready.HOME / "bare.db"
    with sqlite3.connect(ready.HOME / "empty.db") as empty, sqlite3.connect(path) as lite:
        empty.backup(lite)
    lite = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = OFF"):
        lite.execute(f"PRAGMA {pragma}")

    def insert() -> None:
        lite.execute("BEGIN IMMEDIATE")
        for table, (names, values) in rows.items():
            marks = ", ".join("?" * len(names))
            lite.executemany(f"INSERT INTO {table} VALUES ({marks})", values)
        lite.execute("COMMIT")

    took = seconds(insert)
    lite.close()
    path.unlink()
    return took


def _bare_postgres(rows: dict[str, tuple[list[str], list[tuple[Any, ...]]]]) -> float:
    connection.close()
    connection.ensure_connection()
    raw: Any = connection.connection
    raw.execute("CREATE SCHEMA bare")
    for table in rows:
        raw.execute(f"CREATE TABLE bare.{table} (LIKE {table} INCLUDING ALL)")

    def insert() -> None:
        with raw.transaction(), raw.cursor() as cursor:
            for table, (columns, values) in rows.items():
                marks = ", ".join(["%s"] * len(columns))
                cursor.executemany(f"INSERT INTO bare.{table} VALUES ({marks})", values)

    took = seconds(insert)
    raw.execute("DROP SCHEMA bare CASCADE")
    connection.close()
    return took


def read_only(data: bytes) -> float:
    """The rows of the file through Python's own reader, and nothing else."""
    text = data.decode("utf-8", errors="replace")
    return seconds(lambda: sum(1 for _ in csv.reader(io.StringIO(text))))


def main() -> None:
    data = made_file() if sys.argv[1] == "made" else Path(sys.argv[1]).read_bytes()
    for alias in ready.settings.DATABASES:
        call_command("migrate", database=alias, verbosity=0, interactive=False)
    if connection.vendor == "sqlite":
        with (
            sqlite3.connect(ready.HOME / "register.db") as full,
            sqlite3.connect(ready.HOME / "empty.db") as empty,
        ):
            full.backup(empty)
    found: dict[str, Any] = {}
    took = seconds(lambda: found.setdefault("batch", take_in(data)))
    peak = peak_mib()
    again = seconds(lambda: take_in(data))
    rows = written()
    told = {
        "import": took,
        "again": again,
        "bare": bare(rows),
        "read": read_only(data),
        "peak_mib": peak,
        "rows": found["batch"].rows_total,
        "stored": sum(len(values) for _, values in rows.values()),
        "effects": found["batch"].effects,
    }
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
