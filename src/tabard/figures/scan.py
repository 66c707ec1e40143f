"""Reads a SQLite register in a process of its own, and writes what a freeze needs as Parquet.

DuckDB brings a SQLite of its own. Two of them in one process do not see each other's locks, and closing one
file lets go of the other's: the register could be damaged. So this module runs alone, and knows no Django."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import duckdb
import duckdb_extension_sqlite_scanner  # type: ignore[import-untyped]

from tabard.rules.refusals import Refused


def read(register: Path | str, queries: Mapping[str, str], folder: Path, memory: str) -> None:
    """Write `<name>.parquet` for each query over the attached database `register`, all of one moment."""
    asked = {"register": str(register), "queries": dict(queries), "folder": str(folder), "memory": memory}
    done = subprocess.run(
        [sys.executable, "-m", "tabard.figures.scan"], input=json.dumps(asked).encode(), check=False
    )
    if done.returncode:
        raise Refused("freeze_failed")


def main() -> None:
    """In the process of its own: what to read comes on standard input."""
    asked = json.load(sys.stdin)
    folder = Path(asked["folder"])
    wheel = Path(duckdb_extension_sqlite_scanner.__file__).parent
    (extension,) = wheel.rglob("sqlite_scanner.duckdb_extension")
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "temp_directory": str(folder / "scan-spill"),
        "memory_limit": asked["memory"],
        "threads": "2",
        "preserve_insertion_order": "false",
    }
    with duckdb.connect(":memory:", config=config) as duck:
        duck.execute(f"LOAD {quoted(extension)}")
        duck.execute(f"ATTACH {quoted(asked['register'])} AS register (TYPE sqlite, READ_ONLY)")
        duck.execute("BEGIN")
        for name, query in asked["queries"].items():
            target = quoted(folder / f"{name}.parquet")
            duck.execute(f"COPY ({query}) TO {target} (FORMAT parquet, COMPRESSION uncompressed)")
        duck.execute("COMMIT")


def quoted(text: Path | str) -> str:
    """A text as SQL writes it."""
    return "'" + str(text).replace("'", "''") + "'"


if __name__ == "__main__":
    main()
