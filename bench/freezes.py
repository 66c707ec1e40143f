"""Freezing the register to Parquet, beside a bare scan of the same columns by the same engine.

`freezes.py freeze|scan`: one run of one of them, over the home that the environment names."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import duckdb_extension_sqlite_scanner
import ready  # noqa: F401
from django.db import connection
from timing import child_peak_mib, peak_mib, seconds

from tabard.figures import freeze, manifest, register
from tabard.incidents.models import Revision

SNAPSHOT = "0" * 26


def build() -> dict[str, float]:
    """The files and the manifest, as `tabard freeze` writes them before it enters the snapshot."""
    now = datetime.now(UTC)
    told: list[freeze.Frozen] = []
    before = peak_mib()
    took = seconds(lambda: told.append(freeze.build(SNAPSHOT, now, now)))
    size = sum(path.stat().st_size for path in manifest.folder(SNAPSHOT).rglob("*") if path.is_file())
    return {
        "seconds": took,
        # the reader is a process of its own; this one waits while it reads
        "peak_mib": max(peak_mib(), before + child_peak_mib()),
        "incidents": told[0].incidents,
        "harm_rows": told[0].harm_rows,
        "revisions": Revision.objects.count(),
        "bytes": size,
    }


def scan() -> dict[str, float]:
    """Every column that a freeze reads, read once and nothing made of it."""
    (extension,) = Path(duckdb_extension_sqlite_scanner.__file__).parent.rglob(
        "sqlite_scanner.duckdb_extension"
    )
    with duckdb.connect(":memory:", config={"threads": "2"}) as duck:
        duck.execute(f"LOAD '{extension}'")
        duck.execute(f"ATTACH '{connection.settings_dict['NAME']}' AS bare (TYPE sqlite, READ_ONLY)")

        def read() -> None:
            for model, columns in register.WANTED.values():
                most = ", ".join(f"max({column})" for column in columns)
                duck.execute(f"SELECT {most} FROM bare.{model._meta.db_table}").fetchall()

        return {"seconds": seconds(read), "peak_mib": peak_mib()}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(build() if sys.argv[1] == "freeze" else scan()))
