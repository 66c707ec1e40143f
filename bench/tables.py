"""Every published table over one snapshot, beside a bare scan of the same Parquet and beside pandas.

`tables.py ours|scan|pandas|grow FOLDER ...`: one run of one of them; a process each, so that memory is its own."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import ready  # noqa: F401
from pandas import DataFrame
from pyarrow import parquet
from timing import peak_mib, seconds

from tabard.figures import cells, cubes, engines, layout
from tabard.figures.declarations import REGISTER, declaration, names
from tabard.figures.engines import Question
from tabard.rules.facts import OUTCOMES

YEAR = 2019
TEN = tuple(str(year) for year in range(YEAR, YEAR - 10, -1))
CODES = ("collection", "scope", "branch", "cause", "org_type", "recruitment", "gender", "taken_by")


def used(name: str) -> list[str]:
    """The columns of one file that any table's SQL names."""
    named = {column for table in names() for column in cubes.columns(declaration(table).sql, name)}
    scope = {"scope"} & set(layout.KEYS[name])
    return [*sorted(named | scope), *layout.COUNTS[name]]


def questions(folder: Path) -> Iterator[Question]:
    """Every table with the columns in which its page shows it."""
    for name in names():
        said = declaration(name)
        own = REGISTER in said.collections
        collections = tuple("own" if code == REGISTER else code for code in said.collections)
        years = (str(YEAR), str(YEAR - 1), f"{YEAR + 1}-H1") if own else TEN
        yield Question(said, folder, collections, tuple(map(cells.column, years)))


def ours(folder: Path) -> dict[str, Any]:
    """All tables: both engines over the cubes, compared, and which columns hold anything."""
    rows = parquet.ParquetFile(folder / "harm.parquet").metadata.num_rows
    found = list(questions(folder))
    duck = seconds(lambda: [engines.by_duckdb(question) for question in found])
    lite = seconds(lambda: [engines.by_sqlite(question, cubed=True) for question in found])
    held = seconds(lambda: [engines.held(question) for question in found])
    both = seconds(lambda: [(engines.cells(question, rows), engines.held(question)) for question in found])
    cube = sum(parquet.ParquetFile(path).metadata.num_rows for path in folder.glob("cubes/*/harm.parquet"))
    return {"seconds": both, "duckdb": duck, "sqlite": lite, "held": held, "rows": rows, "cube": cube}


def scan(folder: Path) -> dict[str, Any]:
    """The columns that the tables name, of all files, read once."""

    def read() -> None:
        with duckdb.connect(":memory:", config={"threads": "2"}) as duck:
            for name in layout.FILES:
                columns = ", ".join(f"max({column})" for column in used(name))
                duck.execute(f"SELECT {columns} FROM read_parquet('{folder / name}.parquet')").fetchall()

    return {"seconds": seconds(read)}


def pandas(folder: Path) -> dict[str, Any]:
    """The person tables by pandas: one read with codes as categoricals, then a grouped sum for each table."""
    kept: dict[str, DataFrame] = {}
    read = seconds(lambda: kept.setdefault("rows", _frame(folder)))
    group = seconds(lambda: [_grouped(kept["rows"], question) for question in questions(folder)])
    return {"seconds": read + group, "read": read, "group": group}


def _frame(folder: Path) -> DataFrame:
    codes = [column for column in CODES if column in used("harm")]
    table = parquet.read_table(folder / "harm.parquet", columns=used("harm"), read_dictionary=codes)
    return table.to_pandas(self_destruct=True, split_blocks=True)


def _grouped(rows: DataFrame, question: Question) -> int:
    """The sums of one table by outcome, branch and recruitment, year by year."""
    inside = rows["collection"].isin(question.collections) & rows["scope"].isin(question.said.scopes)
    some = rows[inside & (rows["family_member"].fillna(0) == 0)]
    count = 0
    for code in OUTCOMES:
        hit = some[some[code] == 1]
        first, last = (
            hit[f"{code}_half"].fillna(hit["half_first"]),
            hit[f"{code}_half"].fillna(hit["half_last"]),
        )
        for column in question.columns:
            cell = hit[(first >= column.from_half) & (last <= column.to_half)]
            count += len(cell.groupby(["branch", "cause", "recruitment"], observed=True)["n"].sum())
    return count


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
        else {"ours": ours, "scan": scan, "pandas": pandas}[what](folder)
    )
    sys.stdout.write(json.dumps(told | {"peak_mib": peak_mib()}))


if __name__ == "__main__":
    main()
