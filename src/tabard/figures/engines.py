"""Counts a table twice: DuckDB over the cubes, SQLite over the rows, with the same SQL; a difference refuses.

Either engine holds nothing but the views cut to the table's declaration, in its own memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb

from tabard.figures import cubes
from tabard.figures.declarations import Declaration
from tabard.figures.layout import COUNTS, SCOPED, VIEWS
from tabard.rules.facts import OUTCOMES
from tabard.rules.refusals import Refused

ROWS_BY_HAND = 250_000  # above this many harm rows SQLite, too, counts over the cubes
CHUNK = 10_000


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its label, and the half-years from which to which it reaches."""

    label: str
    from_half: int
    to_half: int


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a snapshot: a table, over the collections that it declares."""

    said: Declaration
    folder: Path
    collections: tuple[str, ...]
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True, order=True)
class Sum:
    """What one cell adds up to. `value` counts a known person once; `repeats` were met again."""

    row: str
    column: str
    value: int
    unknown: int
    at_least: int
    repeats: int


# A table's SQL gives contributions; the same rows make the cells and, with `iid`, the incidents behind them.
CELLS = """
SELECT cell_row, col,
  sum(CASE WHEN person IS NULL THEN n ELSE 0 END) + count(DISTINCT person) AS value,
  sum(unknown) AS unknown, sum(at_least) AS at_least,
  sum(CASE WHEN person IS NULL THEN 0 ELSE n END) - count(DISTINCT person) AS repeats
FROM ({sql}) GROUP BY cell_row, col"""
INCIDENTS = """
SELECT DISTINCT iid FROM ({sql}) WHERE cell_row = ? AND col = ? AND (n <> 0 OR unknown > 0 OR at_least > 0)"""
# Each outcome of each harm row with the half-years in which it happened: its own date's, else the incident's.
FACTS = "CREATE VIEW f AS " + " UNION ALL ".join(
    f"SELECT hid, iid, person, '{code}' AS outcome, coalesce({code}_half, half_first) AS from_half, "
    f"coalesce({code}_half, half_last) AS to_half, n, unknown, at_least FROM h WHERE {code} = 1"
    for code in OUTCOMES
)
HELD = "SELECT DISTINCT col FROM asked JOIN i ON half_first <= to_half AND half_last >= from_half"
ASKED = "CREATE TABLE asked (col VARCHAR(16), from_half INTEGER, to_half INTEGER)"


@dataclass(frozen=True, slots=True)
class Counted:
    """A table's sums, and the columns of which its collections hold any incident at all."""

    sums: tuple[Sum, ...]
    held: frozenset[str]


def counted(question: Question, harm_rows: int) -> Counted:
    """The table, once both engines agree on every one of its sums."""
    with closing(_duckdb(question, cubed=True)) as duck:
        first = _counted(question, duck)
        cubed = harm_rows > ROWS_BY_HAND
        second = _second(question, duck) if cubed else by_sqlite(question)
    if first.sums != second:
        raise Refused("engines_differ", table=question.said.code)
    return first


def by_duckdb(question: Question) -> Counted:
    """DuckDB over the cubes."""
    with closing(_duckdb(question, cubed=True)) as duck:
        return _counted(question, duck)


def by_sqlite(question: Question, cubed: bool = False) -> tuple[Sum, ...]:
    """SQLite over the rows themselves, or over the cubes where the rows are too many."""
    with closing(_duckdb(question, cubed)) as duck:
        return _second(question, duck)


def _counted(question: Question, duck: duckdb.DuckDBPyConnection) -> Counted:
    held = duck.execute(HELD).fetchall()
    sums = _sums(duck.execute(CELLS.format(sql=question.said.sql)).fetchall())
    return Counted(sums, frozenset(label for (label,) in held))


def _second(question: Question, duck: duckdb.DuckDBPyConnection) -> tuple[Sum, ...]:
    """SQLite over the rows that DuckDB has read and cut, with an SQL engine and an arithmetic of its own."""
    with closing(_sqlite(question, duck)) as lite:
        return _sums(lite.execute(CELLS.format(sql=question.said.sql)).fetchall())


def incidents(question: Question, row: str, column: str) -> tuple[int, ...]:
    """The snapshot's numbers of the incidents behind one cell."""
    with closing(_duckdb(question, cubed=False)) as duck:
        found = duck.execute(INCIDENTS.format(sql=question.said.sql), [row, column]).fetchall()
    return tuple(sorted(iid for (iid,) in found))


def _sums(rows: Iterable[tuple[str, str, int, int, int, int]]) -> tuple[Sum, ...]:
    return tuple(sorted(Sum(row, column, *map(int, counts)) for row, column, *counts in rows))


def _cut(question: Question, view: str, cubed: bool) -> str:
    """The rows of one file that the declaration allows, with the columns that the table names."""
    name, said = VIEWS[view], question.said
    path = cubes.path(question.folder, said, name) if cubed else question.folder / f"{name}.parquet"
    iid = "NULL::INTEGER AS iid" if cubed else "iid"
    number = "(row_number() OVER ())::INTEGER AS hid, " if name == "harm" else ""
    named = cubes.columns(said.sql, name)
    limits = [f"collection IN ({cubes.listed(question.collections)})"]
    limits += [f"scope IN ({cubes.listed(said.scopes)})"] if name in SCOPED else []
    limits.append(_near(question, named))
    columns = ", ".join((*named, *COUNTS[name]))
    return f"SELECT {number}{iid}, {columns} FROM read_parquet('{path}') WHERE {' AND '.join(limits)}"


def _near(question: Question, named: Iterable[str]) -> str:
    """Leaves out the rows of which no date touches what is asked; a row without a date stays."""
    first = min(column.from_half for column in question.columns)
    last = max(column.to_half for column in question.columns)
    own = [f"{column} BETWEEN {first} AND {last}" for column in named if column.endswith("_half")]
    span = f"half_first IS NULL OR (half_first <= {last} AND half_last >= {first})"
    return f"({' OR '.join([span, *own])})"


def _duckdb(question: Question, cubed: bool) -> duckdb.DuckDBPyConnection:
    duck = duckdb.connect(":memory:", config={"threads": "2"})
    for view in cubes.views(question.said.sql):
        duck.execute(f"CREATE TABLE {view} AS {_cut(question, view, cubed)}")
    duck.execute(ASKED)
    duck.execute(_asked(question))
    if cubes.reads_facts(question.said.sql):
        duck.execute(FACTS)
    duck.execute("SET enable_external_access = false; SET lock_configuration = true")
    return duck


def _sqlite(question: Question, duck: duckdb.DuckDBPyConnection) -> sqlite3.Connection:
    lite = sqlite3.connect(":memory:")
    for view in (*cubes.views(question.said.sql), "asked"):
        _copy(duck.execute(f"SELECT * FROM {view}"), lite, view)
    if cubes.reads_facts(question.said.sql):
        lite.execute(FACTS)
    return lite


def _copy(duck: duckdb.DuckDBPyConnection, lite: sqlite3.Connection, view: str) -> None:
    names = [described[0] for described in duck.description or ()]
    lite.execute(f"CREATE TABLE {view} ({', '.join(names)})")
    lite.executemany(f"INSERT INTO {view} VALUES ({', '.join('?' * len(names))})", _rows(duck))


def _rows(duck: duckdb.DuckDBPyConnection) -> Iterator[tuple[object, ...]]:
    while chunk := duck.fetchmany(CHUNK):
        yield from chunk


def _asked(question: Question) -> str:
    """What is asked, as a table of its own. The labels are our own, made of digits; see `cells.column`."""
    rows = ", ".join(f"('{c.label}', {c.from_half}, {c.to_half})" for c in question.columns)
    return f"INSERT INTO asked VALUES {rows}"
