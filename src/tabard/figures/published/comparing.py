"""Printed figures beside ours: a table of this register over a snapshot, year by year."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tabard.access.policy import Actor
from tabard.figures import queries as counted
from tabard.figures.cells import TableResult
from tabard.figures.models import Published, Snapshot
from tabard.figures.published.declared import declared
from tabard.figures.published.queries import figures
from tabard.rules.checks.compare import Compared, compared
from tabard.rules.checks.figure import Figure


def with_each_other(left: Iterable[Published], right: Iterable[Published]) -> tuple[Compared, ...]:
    """What two sets of documents print of the same counts and years."""
    return tuple(compared(figures(left), figures(right), declared()))


def with_ours(
    printed: Iterable[Published], *, by: Actor, snapshot: Snapshot, table: str, register: str | None = None
) -> tuple[Compared, ...]:
    """Printed figures beside the cells of one of our tables that count the same."""
    rows = {
        measure.code: row for measure in declared().measures.values() for row in _rows(measure.ours, table)
    }
    asked = [figure for figure in figures(printed) if figure.measure in rows and figure.year.isdigit()]
    if not asked:
        return ()
    years = sorted({figure.year for figure in asked})
    result = counted.table(table, by=by, snapshot=snapshot, years=years, register=register)
    return tuple(compared(asked, _ours(result, rows), declared()))


def _rows(ours: str, table: str) -> Iterator[str]:
    """The row of the table that a measure names as ours: `annex-1:fatalities`."""
    name, _, row = ours.partition(":")
    if name == table:
        yield row


def _ours(result: TableResult, rows: dict[str, str]) -> Iterator[Figure]:
    """Our cells as figures. A cell that holds no number is none: not reported is not zero."""
    for measure, row in rows.items():
        for column in result.columns:
            cell = result.cell(row, column)
            if cell.value is not None:
                key = f"{result.snapshot}:{row}:{column}"
                source = f"{result.declaration.code} ({result.known_on:%Y-%m-%d})"
                yield Figure(key, source, column, measure, declared_word(cell.unit), str(cell.value))


def declared_word(unit: str) -> str:
    """Our code of a unit as documents print it: `reported_cases` is "reported cases"."""
    return unit.replace("_", " ")
