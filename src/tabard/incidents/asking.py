"""The desk's questions to whoever reported an incident, and their answers. Nobody else reads the questions here:
the desk reads them on its own page, with the words."""

from __future__ import annotations

from dataclasses import dataclass

from tabard.access import trail
from tabard.access.door import action
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.incidents.actions import keys_of
from tabard.incidents.decisions import Why, decide, held
from tabard.incidents.held import behind
from tabard.incidents.models import Incident, Note, Review, Revision
from tabard.rules.refusals import Refused


@dataclass(frozen=True)
class Question:
    """One question that stands, as long as its words have not been erased."""

    review: Review
    text: str


def reported_by(account: Account, incident: Incident) -> bool:
    """Whether the account entered the incident, or sent the report that somebody at the desk put right and entered."""
    if Revision.objects.filter(incident=incident, number=1, by=account.pk).exists():
        return True
    sent = behind(incident)
    return sent is not None and sent.by == account.pk


def questions(incident: Incident, *, by: Account) -> list[Question]:
    """What the desk asks the account, oldest first, until it is answered; reading it is written down."""
    if not reported_by(by, incident):
        return []
    standing = Review.objects.filter(incident=incident, voids=None, voided_by=None)
    last = standing.filter(kind__in=("answered", "released", "verified")).order_by("-decided_at").first()
    asked = standing.filter(kind="asked_back").order_by("decided_at", "pk")
    rows = [row for row in asked if last is None or row.decided_at > last.decided_at]
    notes = Note.objects.in_bulk([row.note for row in rows])
    if notes:
        trail.has_read(by=by, verb="incidents:note:read", subject=f"incident:{incident.pk}", fields=["text"])
    return [Question(row, notes[row.note].text) for row in rows if row.note in notes]


@action(Permission.INCIDENT_REPORT, about=lambda *, incident, **_: keys_of(incident))
def answer(*, by: Account, incident: Incident, text: str) -> Review:
    """Answer the desk's question: a note beside the incident, which joins the queue again."""
    if not reported_by(by, incident) or not _is_asked(incident):
        raise Refused("not_found")
    if not text.strip():
        raise Refused("missing_field", field="note")
    return decide(by, incident, "answered", Why("answered", text), held(incident))


def _is_asked(incident: Incident) -> bool:
    return Review.objects.filter(incident=incident, kind="asked_back", voids=None, voided_by=None).exists()
