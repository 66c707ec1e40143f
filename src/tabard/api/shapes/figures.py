"""Tables, their cells, snapshots."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel


class TableLine(BaseModel):
    """A table that can be counted."""

    name: str
    title: str
    unit: str | None = None


class TableList(BaseModel):
    """Tables."""

    items: list[TableLine]


class Cell(BaseModel):
    """One number with its unit, scope and rule; no number where nothing was stated or reported."""

    row: str
    column: str
    value: int | None
    unit: str
    scope: str
    collection: str
    label: str
    rule: str
    provenance: str
    state: str
    unknown: int
    at_least: bool
    repeats: int


class TableOut(BaseModel):
    """A table counted over one snapshot, as the command line prints it."""

    table: str
    year: int | list[str]
    known_on: datetime
    recorded_by: datetime
    cells: list[Cell]
    title: str
    version: str | int
    snapshot: str
    year_rule: str
    footnotes: list[str]


class SnapshotOut(BaseModel):
    """What was known on a moment, as recorded by another, frozen."""

    id: str
    known_on: datetime
    recorded_by: datetime
    made_at: datetime
    incidents: int | None = None  # only for whoever reads every table: it counts what others see too
    manifest_sha256: str


class SnapshotList(BaseModel):
    """Snapshots, the newest knowledge first."""

    items: list[SnapshotOut]
