"""What the API answers with. A field that is not stated is left out; it is never zero and never "no"."""

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


class Made(BaseModel):
    """Something was made: its id."""

    id: str


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
    incidents: int
    manifest_sha256: str


class SnapshotList(BaseModel):
    """Snapshots, the newest knowledge first."""

    items: list[SnapshotOut]
