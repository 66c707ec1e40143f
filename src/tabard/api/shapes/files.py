"""Attached files, files taken in, and their rows."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel


class AttachmentOut(BaseModel):
    """An attached file; no name for whoever may not read it."""

    id: str
    media_type: str
    size: int
    sensitivity: str
    added_at: datetime
    name: str | None = None
    may_read: bool


class AttachmentList(BaseModel):
    """Files attached to an incident."""

    items: list[AttachmentOut]


class BatchOut(BaseModel):
    """A file taken in, and how it went: accepted + held + rejected = rows, once it is done."""

    id: str
    format: str
    collection: str
    owner: str | None = None
    as_of: date
    state: str
    started_at: datetime
    ended_at: datetime | None = None
    undone_at: datetime | None = None
    rows: int
    held: int
    rejected: int
    effects: dict[str, int]
    withdrawn: int
    withdrawals_held: int
    failure: str | None = None


class BatchList(BaseModel):
    """The newest files taken in."""

    items: list[BatchOut]


class RowNote(BaseModel):
    """What was remarked of a row: a code of the catalogue, the column, the numbers that clash."""

    code: str
    field: str | None = None
    values: list[int] = []
    detail: str
    next_step: str


class RowOut(BaseModel):
    """One row of a file, and what became of it. Cells only where they were asked for and may be read."""

    number: int
    key: str | None = None
    state: str
    effect: str | None = None
    notes: list[RowNote]
    reference: str | None = None
    cells: dict[str, str] | None = None


class RowList(BaseModel):
    """Rows of one state, in the file's order; `after` is where the next page begins."""

    items: list[RowOut]
    after: int | None = None
