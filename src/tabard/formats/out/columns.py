"""The columns of what goes out: names, HXL tags, and which cells are numbers. Read from `columns.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path

from tabard.formats.loss import Lost

Cell = str | int | float | bool | None  # None is not stated: it stays blank, never 0
Row = Mapping[str, Cell]
Rows = Iterable[Row]
Column = Sequence[Cell]  # the cells of one column in a batch of rows


@dataclass(frozen=True, slots=True)
class OutColumn:
    """One column of a table that goes out."""

    name: str
    hxl: str = ""
    kind: str = "text"  # text, number, place

    @property
    def numeric(self) -> bool:
        return self.kind != "text"


_TOML = tomllib.loads(Path(__file__).with_name("columns.toml").read_text(encoding="utf-8"))
_LOST: Mapping[str, str] = _TOML.pop("lost")
TABLES: Mapping[str, tuple[OutColumn, ...]] = {
    name: tuple(OutColumn(**entry) for entry in entries) for name, entries in _TOML.items()
}
INCIDENTS = TABLES["incidents"]
CELLS = TABLES["cells"]


class Picker:
    """Takes a row's cells in the order of the columns; a column it does not name is not stated."""

    def __init__(self, columns: tuple[OutColumn, ...]) -> None:
        self.names = [column.name for column in columns]
        self._get = itemgetter(*self.names) if len(columns) > 1 else self._slow

    def __call__(self, row: Row) -> tuple[Cell, ...]:
        try:
            return self._get(row)
        except KeyError:
            return self._slow(row)

    def _slow(self, row: Row) -> tuple[Cell, ...]:
        return tuple(row.get(name) for name in self.names)


def loss(stated: Iterable[str]) -> tuple[Lost, ...]:
    """Of the facts that an export's incidents state, those that its rows have no place for."""
    return tuple(Lost(name, _LOST[name]) for name in dict.fromkeys(stated) if name in _LOST)
