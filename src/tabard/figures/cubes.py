"""What a table needs of a snapshot, summed once: a cube holds only the columns that the table's SQL names.

Tables are counted over their cubes; drill-down, and the second engine where it can, read the rows themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
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
    """The cubes of every table. Tables over the same collections share one reading of each file."""
    tables = sorted(map(declaration, names()), key=lambda said: said.collections)
    for _, together in groupby(tables, key=lambda said: said.collections):
        family = list(together)
        for name in KEYS:
            _write(duck, snapshot, name, [said for said in family if name in _files(said)])


def _files(said: Declaration) -> set[str]:
    return {VIEWS[view] for view in views(said.sql)}


def _write(duck: duckdb.DuckDBPyConnection, snapshot: Path, name: str, family: list[Declaration]) -> None:
    """One file's sums by all that the family names; from those few rows, each table's own."""
    if not family:
        return
    every = dict.fromkeys(key for said in family for key in _keys(said, name))
    source = f"read_parquet('{snapshot / name}.parquet')"
    scopes = [scope for said in family for scope in said.scopes]
    limits = _limits(family[0].collections, scopes, name)
    duck.execute(f"CREATE TEMP TABLE family AS {_summed(every, name, source, limits)}")
    for said in family:
        folder(snapshot, said).mkdir(parents=True, exist_ok=True)
        own = _summed(_keys(said, name), name, "family", _limits(said.collections, said.scopes, name))
        duck.execute(f"COPY ({own}) TO '{folder(snapshot, said) / name}.parquet' ({PARQUET})")
    duck.execute("DROP TABLE family")


def _keys(said: Declaration, name: str) -> tuple[str, ...]:
    return (*columns(said.sql, name), *(["scope"] if name in SCOPED else []))


def _limits(collections: tuple[str, ...], scopes: Iterable[str], name: str) -> list[str]:
    whose = [] if REGISTER in collections else [f"collection IN ({listed(collections)})"]
    return [*whose, *([f"scope IN ({listed(scopes)})"] if name in SCOPED else [])]


def _summed(keys: Iterable[str], name: str, source: str, limits: Iterable[str] = ()) -> str:
    sums = ", ".join(f"sum({count})::BIGINT AS {count}" for count in COUNTS[name])
    where = " AND ".join(limits) or "1 = 1"
    return f"SELECT {', '.join(dict.fromkeys(keys))}, {sums} FROM {source} WHERE {where} GROUP BY ALL"


def listed(codes: Iterable[str]) -> str:
    """Codes as a list in SQL."""
    return ", ".join("'" + code.replace("'", "''") + "'" for code in codes)
