"""Incidents: list, read, revise; their revisions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.http import urlencode
from ninja import Query, Router

from tabard.access.models import Account
from tabard.api import shapes
from tabard.api.answers import answer
from tabard.api.bodies import IF_MATCH, KEY, raw, sends
from tabard.api.etags import etag, unchanged
from tabard.api.filters import Asked, Page
from tabard.api.once import once
from tabard.api.signin import account
from tabard.formats.report import RevisionIn, read_revision, values
from tabard.incidents import actions, kin, queries, standing
from tabard.incidents import words as restricted
from tabard.incidents.entries import claim_of, entry_from, entry_of
from tabard.incidents.local import coded
from tabard.incidents.models import Current, Incident, Link, Revision
from tabard.incidents.queries import Cursor, Filters
from tabard.incidents.writer import Entry
from tabard.places.models import Position
from tabard.rules import facts
from tabard.rules.canonical import canonical, incident_from
from tabard.rules.refusals import Refused

router = Router(tags=["Incidents"])
COPIED = [name for name in shapes.IncidentLine.model_fields if hasattr(Current, name)]
RENAMED = {"id": "incident_id", "revision": "number", "first_day": "occurred"}


@router.get("", response=shapes.IncidentList, summary="List incidents")
def list_incidents(request: HttpRequest, asked: Query[Asked], page: Query[Page]) -> HttpResponse:
    """What is current, newest first, of what the account may see."""
    by, filters = account(request), asked.filters()
    found = queries.page(by, filters, Cursor.parse(page.cursor), page.limit, leaving=True)
    links = {"next": found.following, "prev": found.previous}
    return answer(
        shapes.IncidentList(
            items=[_line(row) for row in found.rows],
            following=found.following or None,
            previous=found.previous or None,
        ),
        Link=_links(request, filters, page.limit, links),
    )


def _links(request: HttpRequest, filters: Filters, limit: int, cursors: dict[str, str]) -> str:
    asked = {name: text for name in Asked.model_fields if (text := getattr(filters, name))}
    found = {rel: urlencode(asked | {"limit": limit, "cursor": at}) for rel, at in cursors.items() if at}
    return ", ".join(f'<{request.path}?{query}>; rel="{rel}"' for rel, query in found.items())


def _line(row: Current) -> shapes.IncidentLine:
    waits = row.kin == kin.WAITS
    said: dict[str, Any] = {name: getattr(row, RENAMED.get(name, name)) for name in COPIED}
    said |= {name: getattr(row, own) for name, own in RENAMED.items()}
    if waits:
        said |= dict.fromkeys(("owner", "local", "international"))
    stated: dict[str, Any] = {name: None if value == "" else value for name, value in said.items()}
    return shapes.IncidentLine(**stated, next_of_kin_wait=waits)


@router.get("/{reference}", response=shapes.IncidentOut, summary="Read an incident")
def read_incident(request: HttpRequest, reference: str, words: bool = True) -> HttpResponse:
    """The facts that hold, with the ETag that a change starts from. `words=false` leaves words and place
    unread, and so writes no audit line."""
    by = account(request)
    found = find(by, reference)
    return answer(told(found, by, words=words), ETag=etag(found))


def find(reader: Account, reference: str) -> Incident:
    """An incident that the account may see."""
    return queries.find(reader, reference)


def told(incident: Incident, reader: Account, *, words: bool) -> shapes.IncidentOut:
    """All of one incident that may leave."""
    held = Revision.objects.get(pk=incident.current.revision_id)
    seen = restricted.read(incident, [held], by=reader) if words else None
    entry = kin.leaving(incident, entry_of(held))
    place = Position.objects.filter(pk=held.place).only("precision").first() if held.place else None
    return shapes.IncidentOut(
        id=incident.pk,
        reference=incident.reference,
        collection=incident.collection_id,
        owner=kin.owner_leaving(incident) or None,
        sensitivity=incident.sensitivity,
        standing=incident.current.standing,
        review=incident.current.review or None,
        revision=held.number,
        reason=held.reason,
        known_at=held.known_at,
        recorded_at=held.recorded_at,
        next_of_kin_wait=kin.holds(incident),
        facts=_plain(values.Facts, entry.facts),
        restricted=seen is not None,
        place_precision=place.precision if place else None,
        position=_plain(values.Position, entry.position) if seen and entry.position else None,
        texts=_plain(values.Texts, entry.texts) if seen and entry.texts != facts.Texts() else None,
        sources=[_plain(values.Source, claim) for claim in entry.sources],
        links=links_of(incident, reader),
    )


def _plain(shape: Any, value: Any) -> Any:
    """A stored value in the shape in which it could be sent again."""
    return shape.model_validate_json(canonical(value))


def links_of(incident: Incident, reader: Account) -> list[shapes.LinkOut]:
    """Links that stand, to incidents that the reader may know of."""
    rows = Link.objects.filter(voids=None, voided_by=None).select_related("first", "second")
    near = [*rows.filter(first=incident), *rows.filter(second=incident)]
    others = {row: row.second if row.first_id == incident.pk else row.first for row in near}
    seen = set(
        queries.visible_to(reader).filter(pk__in=[o.pk for o in others.values()]).values_list("pk", flat=True)
    )
    return [
        shapes.LinkOut(id=str(row.pk), kind=row.kind, reference=other.reference)
        for row, other in others.items()
        if other.pk in seen
    ]


@router.get("/{reference}/revisions", response=shapes.RevisionList, summary="List revisions")
def list_revisions(request: HttpRequest, reference: str) -> HttpResponse:
    """How it came to be, oldest first."""
    by = account(request)
    found = find(by, reference)
    revisions = queries.revisions(found)
    voided = {one.voids_id for one in revisions}
    named = {one.counted_as_id for one in revisions if one.counted_as_id}
    seen = dict(queries.visible_to(by).filter(pk__in=named).values_list("pk", "reference"))
    lines = [
        shapes.RevisionLine(
            number=one.number,
            known_at=one.known_at,
            recorded_at=one.recorded_at,
            by=one.by,
            reason=one.reason,
            voids=one.voids.number if one.voids else None,
            voided=one.pk in voided,
            counted_as=seen.get(one.counted_as_id or ""),
            digest=one.digest,
        )
        for one in revisions
    ]
    return answer(shapes.RevisionList(items=lines), ETag=etag(found))


@router.post(
    "/{reference}/revisions",
    response={201: shapes.RevisionMade},
    summary="Revise an incident",
    openapi_extra=sends(RevisionIn, KEY, IF_MATCH),
)
def revise(request: HttpRequest, reference: str) -> HttpResponse:
    """Say what is held to be so from now on. Words or a place left out stay as they are; null takes them out.

    With the ETag of an older revision it is refused (412): read again, merge, send again."""
    by = account(request)
    found = find(by, reference)
    change = read_revision(raw(request))
    return once(request, lambda: _revised(request, found, change, by))


def _revised(request: HttpRequest, found: Incident, change: RevisionIn, by: Account) -> HttpResponse:
    with unchanged(request, found):
        entry, keeps = _merged(found, change)
        made = actions.revise(
            by=by, incident=found, entry=entry, reason=change.reason, known_at=change.known_at, keeps=keeps
        )
    return made_answer(found, made.number, made.reason)


def made_answer(found: Incident, number: int, reason: str) -> HttpResponse:
    """That a revision was made, with the ETag of what stands now."""
    body = shapes.RevisionMade(reference=found.reference, revision=number, reason=reason)
    return answer(body, 201, ETag=etag(found), Location=f"/api/v1/incidents/{found.reference}")


def _merged(found: Incident, change: RevisionIn) -> tuple[Entry, bool]:
    """The new entry, and whether words and place are kept by reference: whoever may not read them
    must be able to leave them as they are. The same holds of what stays back while next of kin wait."""
    entry = coded(entry_from(change.told()), found.owner)
    entry = kin.arriving(found, entry, incident_from(_held(found).facts))
    given = change.model_fields_set
    if "sources" not in given:
        entry = replace(entry, sources=_sources(found))
    if not given & {"texts", "position"}:
        return entry, True
    held = entry_of(_held(found))
    kept = {name: getattr(held, name) for name in ("texts", "position") if name not in given}
    return replace(entry, **kept, original=held.original if "texts" in kept else ""), False


def _held(found: Incident) -> Revision:
    held = next(standing.latest_of([found.pk]), None)
    if held is None:
        raise Refused("not_found")
    return held


def _sources(found: Incident) -> tuple[facts.SourceClaim, ...]:
    return tuple(claim_of(source) for source in _held(found).sources.order_by("position"))
