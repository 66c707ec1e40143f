"""What a table needs of a snapshot, summed once: a cube holds only the columns that the table's SQL names.

Tables are counted over their cubes; drill-down, and the second engine where it can, read the rows themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import duckdb

from tabard.figures.declarations import REGISTER, Declaration, declaration, names
from tabard.figures.layout import COUNTS, KEYS, OUTCOME_COLUMNS, PARQUET, SCOPED, VIEWS, WHEN
from tabard.figures.lint import COMMENT, NAME


def views(sql: str) -> tuple[str, ...]:
    """The views that a table's SQL reads; `i` always, since a column without any incident says so."""
    words = _words(sql)
    return tuple(view for view in VIEWS if view == "i" or view in words or (view == "h" and "f" in words))


def reads_facts(sql: str) -> bool:
    """Whether it reads `f`, the outcomes one by one."""
    return "f" in _words(sql)


def columns(sql: str, name: str) -> tuple[str, ...]:
    """The columns of one file that a table's SQL names, with those that place a row in a window."""
    words = _words(sql) | set(WHEN)
    if name == "harm" and reads_facts(sql):
        words |= {"person", *OUTCOME_COLUMNS}
    return tuple(column for column in KEYS[name] if column in words)


def _words(sql: str) -> set[str]:
    return set(re.findall(rf"\b{NAME}\b", COMMENT.sub(" ", sql).lower()))


def folder(snapshot: Path, said: Declaration) -> Path:
    """Where a table's cubes lie: under its code and what its rule was when the snapshot was made."""
    return snapshot / "cubes" / f"{said.code}-{said.digest[:12]}"


def path(snapshot: Path, said: Declaration, name: str) -> Path:
    """The cube of one file, or the file itself for a table that is younger than the snapshot."""
    cube = folder(snapshot, said) / f"{name}.parquet"
    return cube if cube.exists() else snapshot / f"{name}.parquet"


def write(duck: duckdb.DuckDBPyConnection, snapshot: Path) -> None:
    """The cubes of every table."""
    for said in map(declaration, names()):
        folder(snapshot, said).mkdir(parents=True)
        for view in views(said.sql):
            _write(duck, snapshot, said, VIEWS[view])


def _write(duck: duckdb.DuckDBPyConnection, snapshot: Path, said: Declaration, name: str) -> None:
    sums = ", ".join(f"sum({count})::BIGINT AS {count}" for count in COUNTS[name])
    limits = [] if REGISTER in said.collections else [f"collection IN ({listed(said.collections)})"]
    limits += [f"scope IN ({listed(said.scopes)})"] if name in SCOPED else []
    keys = ", ".join(dict.fromkeys((*columns(said.sql, name), *(["scope"] if name in SCOPED else []))))
    duck.execute(
        f"COPY (SELECT {keys}, {sums} FROM read_parquet('{snapshot / name}.parquet') "
        f"WHERE {' AND '.join(limits or ['1 = 1'])} GROUP BY ALL) "
        f"TO '{folder(snapshot, said) / name}.parquet' ({PARQUET})"
    )


def listed(codes: Iterable[str]) -> str:
    """Codes as a list in SQL."""
    return ", ".join("'" + code.replace("'", "''") + "'" for code in codes)
