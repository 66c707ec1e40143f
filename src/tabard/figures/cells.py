"""The cells of a table: every number with its unit, scope, collection and rule, or why there is none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tabard.figures.declarations import Declaration, Row
from tabard.figures.engines import Column, Sum
from tabard.rules.refusals import Refused

COUNTED, NOT_STATED, NOT_REPORTED = "counted", "not_stated", "not_reported"
COLUMN = re.compile(r"([12]\d{3})(?:-H([12]))?")


@dataclass(frozen=True, slots=True)
class Cell:
    """One number. `value` is `None` where nothing was stated or reported, which is never zero."""

    row: str
    column: str
    value: int | None
    unit: str
    scope: str
    collection: str
    label: str
    rule: str
    says: str
    provenance: str
    state: str = COUNTED
    unknown: int = 0  # groups of unknown size behind the cell
    at_least: bool = False  # the true number may be higher
    repeats: int = 0  # known persons met again and not counted twice

    def as_json(self) -> dict[str, Any]:
        """As the published JSON has it: the first six keys are the promise, the rest may grow."""
        return {
            "row": self.row,
            "column": self.column,
            "value": self.value,
            "unit": self.unit,
            "scope": self.scope,
            "collection": self.collection,
            "label": self.label,
            "rule": self.rule,
            "provenance": self.provenance,
            "state": self.state,
            "unknown": self.unknown,
            "at_least": self.at_least,
            "repeats": self.repeats,
        }


@dataclass(frozen=True, slots=True)
class TableResult:
    """A table counted over one snapshot."""

    declaration: Declaration
    register: str
    collections: tuple[str, ...]
    columns: tuple[str, ...]
    snapshot: str
    known_on: datetime
    recorded_by: datetime
    cells: tuple[Cell, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows that are shown, in their order."""
        shown = {cell.row for cell in self.cells}
        return tuple(row for row in self.declaration.rows if row.code in shown)

    def cell(self, row: str, column: str) -> Cell:
        """One cell. Refused where the table does not show it."""
        found = next((cell for cell in self.cells if (cell.row, cell.column) == (row, column)), None)
        if found is None:
            raise Refused("table_unknown")
        return found

    def as_json(self) -> dict[str, Any]:
        """`year` is the one that was asked for, or the list of columns where there are several."""
        return {
            "table": self.declaration.code,
            "year": _year(self.columns),
            "known_on": self.known_on.isoformat(),
            "recorded_by": self.recorded_by.isoformat(),
            "cells": [cell.as_json() for cell in self.cells],
            "title": self.declaration.title,
            "version": self.declaration.version,
            "snapshot": self.snapshot,
            "year_rule": self.declaration.year_rule,
            "footnotes": list(self.declaration.footnotes),
        }


def _year(columns: tuple[str, ...]) -> int | list[str]:
    return int(columns[0]) if len(columns) == 1 and columns[0].isdigit() else list(columns)


def column(label: str | int) -> Column:
    """A year, or a half of one: `2019`, `2020-H1`. Refused where it is neither."""
    match = COLUMN.fullmatch(str(label))
    if match is None:
        raise Refused("bad_value", field="year")
    year, part = int(match.group(1)), match.group(2)
    first, last = (2 * year, 2 * year + 1) if part is None else (2 * year + int(part) - 1,) * 2
    return Column(str(label), first, last)


def fill(
    declaration: Declaration,
    collections: tuple[str, ...],
    columns: Iterable[Column],
    sums: Iterable[Sum],
    held: frozenset[str],
) -> tuple[Cell, ...]:
    """Every cell that the table shows, in the order of its rows, then of its columns."""
    known = {(each.row, each.column): each for each in sums}
    labels = tuple(each.label for each in columns)
    met = {row for row, _ in known}
    rows = [row for row in declaration.rows if row.code in met or not row.only_if_any]
    return tuple(
        _cell(declaration, collections, row, label, known, label in held) for row in rows for label in labels
    )


def _cell(
    table: Declaration,
    collections: tuple[str, ...],
    row: Row,
    label: str,
    known: Mapping[tuple[str, str], Sum],
    held: bool,
) -> Cell:
    told = known.get((row.code, label), Sum(row.code, label, 0, 0, 0, 0))
    state = _state(row, label, told, known, held)
    return Cell(
        row=row.code,
        column=label,
        value=told.value if state == COUNTED else None,
        unit=row.unit,
        scope=table.scope,
        collection="+".join(collections),
        label=row.label,
        rule=row.rule,
        says=row.says,
        provenance=table.provenance,
        state=state,
        unknown=told.unknown,
        at_least=told.unknown > 0 or told.at_least > 0,
        repeats=told.repeats,
    )


def _state(row: Row, label: str, told: Sum, known: Mapping[tuple[str, str], Sum], held: bool) -> str:
    if not held and not told.value and not told.unknown:
        return NOT_REPORTED
    apart = known.get((row.not_stated, label))
    if not told.value and apart is not None and (apart.value or apart.unknown):
        return NOT_STATED
    return COUNTED
