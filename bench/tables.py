"""Every published table over one snapshot, and a bare scan of the same Parquet; `peer.py` does it with pandas.

`tables.py ours|scan|grow FOLDER ...`: one run of one of them; a process each, so that memory is its own."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import duckdb
import ready  # noqa: F401
from asked import questions, used
from timing import peak_mib, seconds

from tabard.figures import cubes, engines, layout


def ours(folder: Path) -> dict[str, Any]:
    """All tables: both engines over the cubes, compared, and which columns hold anything."""
    rows = _rows(folder / "harm.parquet")
    found = list(questions(folder))
    duck = seconds(lambda: [engines.by_duckdb(question) for question in found])
    lite = seconds(lambda: [engines.by_sqlite(question, cubed=True) for question in found])
    both = seconds(lambda: [engines.counted(question, rows) for question in found])
    cube = sum(_rows(path) for path in folder.glob("cubes/*/harm.parquet"))
    return {"seconds": both, "duckdb": duck, "sqlite": lite, "rows": rows, "cube": cube}


def _rows(path: Path) -> int:
    with duckdb.connect(":memory:") as duck:
        row = duck.execute(f"SELECT count(*) FROM read_parquet('{path}')").fetchone()
    return int(row[0]) if row else 0


def scan(folder: Path) -> dict[str, Any]:
    """The columns that the tables name, of all files, read once."""

    def read() -> None:
        with duckdb.connect(":memory:", config={"threads": "2"}) as duck:
            for name in layout.FILES:
                columns = ", ".join(f"max({column})" for column in used(name))
                duck.execute(f"SELECT {columns} FROM read_parquet('{folder / name}.parquet')").fetchall()

    return {"seconds": seconds(read)}


def grow(source: Path, target: Path, times: int) -> dict[str, Any]:
    """A snapshot that many times as long: moved in time, with some other scopes, genders and recruitments."""
    target.mkdir(parents=True)
    with duckdb.connect(":memory:", config={"threads": "2"}) as duck:
        duck.execute(f"SET temp_directory = '{target / 'spill'}'; SELECT setseed(0.5)")
        for name in layout.FILES:
            moved = _moved(name)
            query = f"""SELECT * REPLACE ({", ".join(f"{sql} AS {column}" for column, sql in moved.items())})
                FROM read_parquet('{source / name}.parquet'), range({times}) AS turns(turn)"""
            query = f"SELECT * EXCLUDE (turn) FROM ({query})"
            duck.execute(f"COPY ({query}) TO '{target / name}.parquet' ({layout.PARQUET})")
        cube = seconds(lambda: cubes.write(duck, target))
    return {"cube_seconds": cube}


def _moved(name: str) -> dict[str, str]:
    """Each turn lies some half-years apart, all within the same thirty years."""
    shift = "(half_first - 3994 + turn * 7) % 60 + 3994"
    moved = {
        "iid": "(iid + turn * 1500000)::INTEGER",
        "half_first": f"({shift})::SMALLINT",
        "half_last": f"({shift} + half_last - half_first)::SMALLINT",
    }
    if name == "harm":
        for code, other in (("gender", "'female'"), ("recruitment", "'local'"), ("scope", "'ngo'")):
            moved[code] = f"CASE WHEN random() < 0.1 THEN {other} ELSE {code} END"
    return moved


def main() -> None:
    what, folder = sys.argv[1], Path(sys.argv[2])
    told = (
        grow(folder, Path(sys.argv[3]), int(sys.argv[4]))
        if what == "grow"
        else {"ours": ours, "scan": scan}[what](folder)
    )
    sys.stdout.write(json.dumps(told | {"peak_mib": peak_mib()}))


if __name__ == "__main__":
    main()
