"""Decisions, questions, who was told, flash reports, needs."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel


class DecisionLine(BaseModel):
    """One decision of the desk. Its note is read on the incident's page only."""

    id: str
    kind: str
    reason: str
    revision: int
    made: int | None = None
    by: str
    at: datetime
    undoes: str | None = None
    undone: bool


class DecisionList(BaseModel):
    """Decisions, oldest first."""

    items: list[DecisionLine]


class DecisionMade(BaseModel):
    """A decision that was written down, and the revision that came of it."""

    id: str
    reference: str
    kind: str
    revision: int | None = None


class QuestionOut(BaseModel):
    """A question of the desk to whoever reported the incident."""

    id: str
    at: datetime
    text: str


class QuestionList(BaseModel):
    """Questions that wait for an answer, oldest first."""

    items: list[QuestionOut]


class ToldLine(BaseModel):
    """Who was told, when, how and by whom."""

    id: str
    whom: str
    how: str | None = None
    reason: str | None = None
    subject: str | None = None
    at: datetime
    recorded_at: datetime
    by: str
    taken_back: bool


class ToldList(BaseModel):
    """The log, newest first, and whether next of kin still have to be told."""

    items: list[ToldLine]
    next_of_kin_wait: bool


class FlashOut(BaseModel):
    """The incident in at most 1,000 characters; how many short messages it takes."""

    level: str
    language: str
    text: str
    characters: int
    messages: int


class NeedOut(BaseModel):
    """Help that is needed or an action that is owed. `version` is what a change starts from."""

    id: str
    reference: str
    kind: str
    state: str
    text: str | None = None
    owner: str | None = None
    unit: str | None = None
    due_at: datetime | None = None
    reason: str | None = None
    made_at: datetime
    closed_at: datetime | None = None
    version: int


class NeedList(BaseModel):
    """Needs, the most pressing first; `after` is where the next page begins."""

    items: list[NeedOut]
    after: str | None = None


class NeedMade(BaseModel):
    """A need as it stands now."""

    id: str
    state: str
    version: int
