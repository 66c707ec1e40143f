"""Registers made up for a test: facts in, the views that a freeze reads out, and a snapshot from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from tabard.figures import cells, cubes, engines, freezing, register
from tabard.figures.cells import TableResult
from tabard.figures.declarations import declaration
from tabard.figures.engines import Question
from tabard.figures.freeze import moment
from tabard.figures.layout import EFFECTS, HARM_CODES, INCIDENT_CODES
from tabard.rules import facts
from tabard.rules.facts import OUTCOMES

DAY = date(2020, 6, 30)
NOON = datetime(2020, 1, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Said:
    """One revision of a made-up incident."""

    incident: str
    facts: facts.Incident
    collection: str = "own"
    number: int = 1
    known_at: datetime = NOON
    recorded_at: datetime = NOON
    reason: str = "new"
    voids: str | None = None
    id: str = field(default="")

    @property
    def key(self) -> str:
        return self.id or f"{self.incident}/{self.number}"


def naive(when: datetime) -> datetime:
    return when.astimezone(UTC).replace(tzinfo=None)


def flag(value: bool | None) -> int | None:
    return None if value is None else int(value)


def _revision(said: Said) -> tuple[object, ...]:
    told = said.facts
    clocks = (naive(said.known_at), naive(said.recorded_at))
    codes = [getattr(told, code) for code in INCIDENT_CODES if code != "near_miss"]
    days = (told.first_day, told.last_day, told.date_precision)
    return (
        *(said.key, said.incident, said.number, *clocks, said.reason, said.voids),
        *(*days, *codes, flag(told.near_miss)),
    )


def _harm(said: Said, number: int, harm: facts.Harm) -> tuple[object, ...]:
    codes = [getattr(harm, code) for code in HARM_CODES]
    plain = [flag(code) if isinstance(code, bool) else code for code in codes]
    outcomes: list[object] = []
    for code in OUTCOMES:
        told = harm.outcomes.get(code)
        outcomes += [None, None] if told is None else [int(told.holds), told.on]
    return (
        *(number, said.key, harm.n, harm.n_basis, harm.scope, harm.cause, harm.subject),
        *(*plain, *outcomes),
    )


def views(duck: duckdb.DuckDBPyConnection, told: Iterable[Said]) -> None:
    """The five views that the register would give, from facts."""
    revisions = list(told)
    rows: dict[str, list[tuple[object, ...]]] = {name: [] for name in register.WANTED}
    rows["r_incident"] = sorted({(said.incident, said.collection) for said in revisions})
    for said in revisions:
        rows["r_revision"].append(_revision(said))
        for harm in said.facts.harm:
            rows["r_harm"].append(_harm(said, len(rows["r_harm"]) + 1, harm))
        for margin in said.facts.margins:
            dims = (margin.dimension, margin.value, margin.dimension2, margin.value2)
            rows["r_margin"].append((said.key, margin.n, margin.n_basis, *dims))
        for thing in said.facts.objects:
            effects = [int(effect in thing.effects) for effect in EFFECTS]
            rows["r_object"].append((said.key, thing.n, thing.n_basis, thing.kind, *effects))
    for name, (_, columns) in register.WANTED.items():
        typed = ", ".join(f"{column} {register.type_of(name, column)}" for column in columns)
        duck.execute(f"CREATE TABLE {name} ({typed})")
        _insert(duck, name, rows[name], len(columns))


def _insert(duck: duckdb.DuckDBPyConnection, name: str, rows: list[tuple[object, ...]], width: int) -> None:
    """Many rows a statement: one at a time takes DuckDB a millisecond each."""
    line = f"({', '.join('?' * width)})"
    for start in range(0, len(rows), 200):
        some = rows[start : start + 200]
        values = [value for row in some for value in row]
        duck.execute(f"INSERT INTO {name} VALUES {', '.join([line] * len(some))}", values)


def snapshot(
    folder: Path, told: Iterable[Said], known_on: date | datetime = DAY, recorded_by: date | datetime = DAY
) -> Path:
    """A snapshot of the made-up register."""
    made = folder / "snapshot"
    made.mkdir(parents=True)
    with duckdb.connect(":memory:") as duck:
        views(duck, told)
        moments = [f"{naive(moment(when)):%Y-%m-%d %H:%M:%S.%f}" for when in (known_on, recorded_by)]
        freezing.pick(duck, moments[0], moments[1], folder / "key.parquet")
        freezing.write(duck, made)
        cubes.write(duck, made)
    return made


def question(made: Path, name: str, *years: str | int, collections: tuple[str, ...] = ()) -> Question:
    """What `queries.table` would ask, without a database."""
    said = declaration(name)
    read = collections or tuple("own" if code == "register" else code for code in said.collections)
    columns = tuple(cells.column(year) for year in years)
    return Question(said, made, read, columns)


def counted(asked: Question, rows: int = 0) -> TableResult:
    """The table, by both engines."""
    found = engines.counted(asked, rows)
    return TableResult(
        declaration=asked.said,
        register="own",
        collections=asked.collections,
        columns=tuple(column.label for column in asked.columns),
        snapshot="made",
        known_on=moment(DAY),
        recorded_by=moment(DAY),
        cells=cells.fill(asked.said, asked.collections, asked.columns, found.sums, found.held),
    )


def values(table: TableResult, column: str | int) -> dict[str, int | None]:
    """The values of one column by row."""
    return {cell.row: cell.value for cell in table.cells if cell.column == str(column)}
