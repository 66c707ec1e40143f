"""Decisions of the desk about an incident: each with its reason, each undone by another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import Field

from tabard.access.models import Account
from tabard.api import shapes
from tabard.api.answers import answer
from tabard.api.bodies import IF_MATCH, KEY, read, sends
from tabard.api.etags import etag, unchanged
from tabard.api.once import once
from tabard.api.rooms.incidents import find
from tabard.api.signin import account
from tabard.formats.report.shapes import Code, Prose, Shape
from tabard.incidents import asking, kin, reviewing
from tabard.incidents.decisions import Why
from tabard.incidents.models import Incident, Link, Review
from tabard.incidents.splitting import Part, split
from tabard.rules.refusals import Refused

router = Router(tags=["Review"])
Kind = Literal[
    "verified",
    "coded",
    "held",
    "asked_back",
    "released",
    "withdrawn",
    "counted_as",
    "linked",
    "unlinked",
    "voided",
    "split",
]
Note = Annotated[Prose, Field(max_length=2_000)]
Reference = Annotated[str, Field(max_length=24, pattern=r"^[A-Z]{3}-[0-9]{4}-[0-9]{1,9}$")]
Places = Annotated[frozenset[Annotated[int, Field(ge=0, le=999)]], Field(max_length=200)]


class PartIn(Shape):
    """What becomes an incident of its own: positions of its groups of persons and of its things."""

    harm: Places = frozenset()
    objects: Places = frozenset()


class DecisionIn(Shape):
    """A decision and its reason. `another` names the other incident (counted_as, linked), `link` the link that is
    taken back (unlinked), `number` the revision that is cancelled (voided), `parts` what is split off (split)."""

    kind: Kind
    reason: Code
    note: Note = ""
    certainty: Code | None = None
    another: Reference | None = None
    link_kind: Code | None = None
    link: Annotated[str, Field(max_length=26, pattern=r"^[0-9A-Z]{26}$")] | None = None
    number: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    parts: Annotated[tuple[PartIn, ...], Field(max_length=20)] = ()


class UndoIn(Shape):
    """Why a decision is taken back."""

    reason: Code
    note: Note = ""


class AnswerIn(Shape):
    """What the reporter answers."""

    text: Annotated[Note, Field(min_length=1)]


@dataclass(frozen=True)
class Asked:
    """One decision about to be taken."""

    by: Account
    incident: Incident
    said: DecisionIn
    why: Why

    def another(self) -> Incident:
        if self.said.another is None:
            raise Refused("missing_field", field="another")
        return find(self.by, self.said.another)

    def link(self) -> Link:
        found = (
            Link.objects.filter(pk=self.said.link or "", voids=None).select_related("first", "second").first()
        )
        if found is None:
            raise Refused("bad_value" if self.said.link else "missing_field", field="link")
        return found

    def number(self) -> int:
        if self.said.number is None:
            raise Refused("missing_field", field="number")
        return self.said.number

    def parts(self) -> list[Part]:
        if not self.said.parts:
            raise Refused("missing_field", field="parts")
        return [Part(part.harm, part.objects) for part in self.said.parts]

    @property
    def of(self) -> dict[str, object]:
        return {"by": self.by, "incident": self.incident, "why": self.why}


TAKE: Mapping[str, Callable[[Asked], Review]] = {
    "verified": lambda a: reviewing.verify(
        by=a.by, incident=a.incident, why=a.why, certainty=_word(a.said.certainty)
    ),
    "coded": lambda a: reviewing.code(by=a.by, incident=a.incident, why=a.why),
    "held": lambda a: reviewing.hold(by=a.by, incident=a.incident, why=a.why),
    "asked_back": lambda a: reviewing.ask_back(by=a.by, incident=a.incident, why=a.why),
    "released": lambda a: reviewing.release(by=a.by, incident=a.incident, why=a.why),
    "withdrawn": lambda a: reviewing.withdraw(by=a.by, incident=a.incident, why=a.why),
    "counted_as": lambda a: reviewing.count_as(by=a.by, incident=a.incident, another=a.another(), why=a.why),
    "linked": lambda a: reviewing.link(
        by=a.by, incident=a.incident, another=a.another(), kind=a.said.link_kind or "", why=a.why
    ),
    "unlinked": lambda a: reviewing.unlink(by=a.by, incident=a.incident, link=a.link(), why=a.why),
    "voided": lambda a: reviewing.void(by=a.by, incident=a.incident, number=a.number(), why=a.why),
    "split": lambda a: split(by=a.by, incident=a.incident, parts=a.parts(), why=a.why),
}


def _word(certainty: str | None) -> str | None:
    return certainty or None


@router.get("/{reference}/decisions", response=shapes.DecisionList, summary="List decisions")
def list_decisions(request: HttpRequest, reference: str) -> HttpResponse:
    """What the desk decided, oldest first, what was undone included."""
    found = find(account(request), reference)
    rows = Review.objects.filter(incident=found).select_related("voided_by").order_by("decided_at", "id")
    lines = [
        shapes.DecisionLine(
            id=row.pk,
            kind=row.kind,
            reason=row.reason,
            revision=row.number,
            made=row.made,
            by=row.by,
            at=row.decided_at,
            undoes=row.voids_id,
            undone=getattr(row, "voided_by", None) is not None,
        )
        for row in rows
    ]
    return answer(shapes.DecisionList(items=lines), ETag=etag(found))


@router.post(
    "/{reference}/decisions",
    response={201: shapes.DecisionMade},
    summary="Decide",
    openapi_extra=sends(DecisionIn, KEY, IF_MATCH),
)
def decide(request: HttpRequest, reference: str) -> HttpResponse:
    """Verify, code, hold, ask back, release, withdraw, count as another, link, unlink, void or split."""
    by = account(request)
    found = find(by, reference)
    said = read(request, DecisionIn)
    asked = Asked(by, found, said, Why(said.reason, said.note))
    return once(request, lambda: _decided(request, asked, TAKE[said.kind]))


@router.post(
    "/{reference}/decisions/{id}/undo",
    response={201: shapes.DecisionMade},
    summary="Undo a decision",
    openapi_extra=sends(UndoIn, KEY, IF_MATCH),
)
def undo_decision(request: HttpRequest, reference: str, id: str) -> HttpResponse:
    """Take a decision back with all that came of it; it stays readable."""
    by = account(request)
    found = find(by, reference)
    review = Review.objects.filter(incident=found, pk=id).select_related("incident", "link").first()
    if review is None:
        raise Refused("not_found")
    said = read(request, UndoIn)
    why = Why(said.reason, said.note)
    asked = Asked(by, found, DecisionIn(kind="voided", reason=said.reason), why)
    return once(
        request, lambda: _decided(request, asked, lambda _: reviewing.undo(by=by, review=review, why=why))
    )


@router.get("/{reference}/questions", response=shapes.QuestionList, summary="What the desk asks")
def list_questions(request: HttpRequest, reference: str) -> HttpResponse:
    """Questions to whoever reported it, until they are answered; the read is an audit line."""
    by = account(request)
    found = find(by, reference)
    asked = [] if kin.holds(found) else asking.questions(found, by=by)  # a question may name somebody
    lines = [
        shapes.QuestionOut(id=each.review.pk, at=each.review.decided_at, text=each.text) for each in asked
    ]
    return answer(shapes.QuestionList(items=lines))


@router.post(
    "/{reference}/answers",
    response={201: shapes.Made},
    summary="Answer the desk",
    openapi_extra=sends(AnswerIn, KEY),
)
def answer_desk(request: HttpRequest, reference: str) -> HttpResponse:
    """For whoever reported it: the incident joins the queue again."""
    by = account(request)
    found = find(by, reference)
    said = read(request, AnswerIn)

    def answered() -> HttpResponse:
        return answer(shapes.Made(id=asking.answer(by=by, incident=found, text=said.text).pk), 201)

    return once(request, answered)


def _decided(request: HttpRequest, asked: Asked, take: Callable[[Asked], Review]) -> HttpResponse:
    with unchanged(request, asked.incident):
        made = take(asked)
    body = shapes.DecisionMade(
        id=made.pk, reference=asked.incident.reference, kind=made.kind, revision=made.made
    )
    return answer(body, 201, ETag=etag(asked.incident))
