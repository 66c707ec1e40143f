"""Words, collections, organisations, the audit chain."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel


class Word(BaseModel):
    """A word of a list, in the reader's language."""

    code: str
    label: str
    definition: str | None = None
    parent: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


class WordList(BaseModel):
    """All words of a list, retired ones with their last day."""

    name: str
    language: str
    items: list[Word]


class Names(BaseModel):
    """Names of lists, in alphabetical order."""

    items: list[str]


class CollectionOut(BaseModel):
    """Whose counting an incident belongs to."""

    code: str
    label: str
    is_example: bool


class CollectionList(BaseModel):
    """Collections that hold something the reader may see, or that the reader may report into."""

    items: list[CollectionOut]


class OrganisationOut(BaseModel):
    """An organisation."""

    id: str
    name: str
    kind: str
    parent: str | None = None


class OrganisationList(BaseModel):
    """Organisations in the reader's scopes."""

    items: list[OrganisationOut]


class AuditLineOut(BaseModel):
    """One line of the audit chain."""

    id: int
    at: datetime
    act: str
    actor: str
    verb: str
    subject: str
    detail: dict[str, object]
    previous: str
    digest: str


class AuditPage(BaseModel):
    """Lines of the audit chain, newest first; `before` is where the next page begins."""

    items: list[AuditLineOut]
    before: int | None = None
