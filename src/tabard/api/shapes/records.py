"""Incidents, their revisions and reports."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel

from tabard.formats.report import values


class Problem(BaseModel):
    """Why something was not done, and what to do next (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    next_step: str
    code: str
    field: str | None = None


class IncidentLine(BaseModel):
    """One incident of a list: what is current."""

    id: str
    reference: str
    collection: str
    owner: str | None = None
    sensitivity: str
    standing: str
    review: str | None = None
    revision: int
    known_at: datetime
    first_day: date | None = None
    last_day: date | None = None
    date_precision: str
    country: str | None = None
    cause: str | None = None
    means: str | None = None
    context: str | None = None
    setting: str | None = None
    actor: str | None = None
    motive: str | None = None
    certainty: str | None = None
    severity: str | None = None
    persons: int | None = None
    persons_basis: str
    died: int | None = None
    injured: int | None = None
    abducted: int | None = None
    detained: int | None = None
    local: int | None = None
    international: int | None = None
    female: int | None = None
    male: int | None = None
    next_of_kin_wait: bool = False


class IncidentList(BaseModel):
    """One page, newest first. The neighbours' cursors stand in the `Link` header too."""

    items: list[IncidentLine]
    following: str | None = None
    previous: str | None = None


class LinkOut(BaseModel):
    """How this incident belongs with another one that the reader may know of."""

    id: str
    kind: str
    reference: str


class IncidentOut(BaseModel):
    """One incident in full. Words and place only for those who may read them; the read is an audit line."""

    id: str
    reference: str
    collection: str
    owner: str | None = None
    sensitivity: str
    standing: str
    review: str | None = None
    revision: int
    reason: str
    known_at: datetime
    recorded_at: datetime
    next_of_kin_wait: bool
    facts: values.Facts
    restricted: bool
    place_precision: str | None = None
    position: values.Position | None = None
    texts: values.Texts | None = None
    sources: list[values.Source]
    links: list[LinkOut]


class RevisionLine(BaseModel):
    """One revision: when it was known, when and why it was recorded."""

    number: int
    known_at: datetime
    recorded_at: datetime
    by: str
    reason: str
    voids: int | None = None
    voided: bool
    counted_as: str | None = None
    digest: str


class RevisionList(BaseModel):
    """All revisions, oldest first."""

    items: list[RevisionLine]


class RevisionMade(BaseModel):
    """A change that was made: the revision's number."""

    reference: str
    revision: int
    reason: str


class ReportReceipt(BaseModel):
    """That a report is kept, and what has become of it."""

    id: str
    received_at: datetime
    state: str
    href: str
    codes: list[str] = []
    fields: list[str] = []
    reference: str | None = None


class Made(BaseModel):
    """Something was made: its id."""

    id: str
