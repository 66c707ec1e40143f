"""Files attached to an incident: list, add, read, remove. Only what was cleaned is kept; nothing active is served."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from tabard.access import policy
from tabard.access.permissions import Permission
from tabard.api import shapes
from tabard.api.answers import answer
from tabard.api.bodies import KEY, read, sends
from tabard.api.describing import file, upload
from tabard.api.once import before, once
from tabard.api.rooms.incidents import find
from tabard.api.signin import account
from tabard.api.uploads import sent_file
from tabard.formats.report.shapes import Code, Shape
from tabard.incidents import attaching, kin
from tabard.incidents.actions import keys_of
from tabard.intake import attachments

router = Router(tags=["Attachments"])
MOST = 10_000_000
POLICY = "sandbox; default-src 'none'"


class RemoveIn(Shape):
    """Why a file is erased."""

    reason: Code


@router.get(
    "/incidents/{reference}/attachments", response=shapes.AttachmentList, summary="List attached files"
)
def list_attachments(request: HttpRequest, reference: str) -> HttpResponse:
    """What is attached; names only for whoever may read the files."""
    by = account(request)
    incident = find(by, reference)
    waits = kin.holds(incident)  # the name of a file may be somebody's
    lines = [
        shapes.AttachmentOut(
            id=each.attachment.pk,
            media_type=each.attachment.media_type,
            size=each.attachment.size,
            sensitivity=each.attachment.sensitivity,
            added_at=each.attachment.added_at,
            name=None if waits else each.name or None,
            may_read=each.may_read,
        )
        for each in attaching.listed(incident, by=by)
    ]
    return answer(shapes.AttachmentList(items=lines))


@router.post(
    "/incidents/{reference}/attachments",
    response={201: shapes.Made},
    summary="Attach a file",
    openapi_extra=upload(
        KEY, sensitivity={"type": "string", "enum": ["", "public", "internal", "restricted"]}
    ),
)
def attach(request: HttpRequest, reference: str) -> HttpResponse:
    """Clean a file and attach what is left of it."""
    by = account(request)
    found = find(by, reference)
    policy.require(by, Permission.ATTACHMENT_ADD, keys_of(found))
    given = sent_file(request, MOST)
    if (there := before(request, given.data)) is not None:
        return there
    kept = attachments.keep(given.data, name=given.name, declared=given.kind)
    made: list[str] = []

    def enter() -> HttpResponse:
        level = given.fields.get("sensitivity", "")
        row = attaching.add_attachment(by=by, incident=found, kept=kept, sensitivity=level)
        made.append(row.pk)
        return answer(shapes.Made(id=row.pk), 201, Location=f"/api/v1/attachments/{row.pk}")

    try:
        return once(request, enter, given.data)
    finally:
        if not made:
            attachments.drop(kept)


@router.get(
    "/attachments/{id}",
    summary="Read an attached file",
    openapi_extra=file("The file", "application/octet-stream"),
)
def read_attachment(request: HttpRequest, id: str) -> HttpResponse:
    """The bytes that are kept; each read is an audit line. While next of kin wait, a file stays here: nobody
    knows what it shows."""
    by = account(request)
    found = attaching.read(by=by, attachment=id)
    response = HttpResponse(found.content, content_type="application/octet-stream")
    response["Content-Disposition"] = "attachment"
    response["X-Media-Type"] = found.kind
    response["Content-Security-Policy"] = POLICY
    return response


@router.post(
    "/attachments/{id}/remove",
    response={201: shapes.Made},
    summary="Erase an attached file",
    openapi_extra=sends(RemoveIn, KEY),
)
def remove_attachment(request: HttpRequest, id: str) -> HttpResponse:
    """Erase bytes and name for good; the audit line says who did and why."""
    by = account(request)
    said = read(request, RemoveIn)
    incident, found = attaching.find(by=by, attachment=id)

    def remove() -> HttpResponse:
        attaching.remove_attachment(by=by, incident=incident, attachment=found.pk, reason=said.reason)
        return answer(shapes.Made(id=found.pk), 201)

    return once(request, remove)
