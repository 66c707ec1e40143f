"""Reports: kept first, coded by a worker; the receipt says what has become of one.

`doorstep` answers the first before Django gets to see it; here is the same for a server without that door."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from tabard.api import doorstep, shapes
from tabard.api.answers import JSON, answer
from tabard.api.bodies import KEY, SENT
from tabard.api.signin import account
from tabard.formats.report import ReportIn
from tabard.incidents.queries import visible_to
from tabard.intake import line, receiving

router = Router(tags=["Reports"])
SENT["ReportIn"] = ReportIn
ANY = {"schema": {"anyOf": [{"$ref": "#/components/schemas/ReportIn"}, {}]}}
WHERE = [
    {"in": "query", "name": "collection", "schema": {"type": "string", "pattern": "^[a-z0-9_-]{1,40}$"}},
    {
        "in": "query",
        "name": "owner",
        "schema": {"type": "string", "pattern": "^([0-7][0-9A-HJKMNP-TV-Z]{25})?$"},
    },
    {"in": "query", "name": "country", "schema": {"type": "string", "pattern": "^([A-Z]{3})?$"}},
]
SENDS: dict[str, Any] = {
    "requestBody": {"required": True, "content": {JSON: ANY, "*/*": {"schema": {}}}},
    "parameters": [KEY, *WHERE],
}


@router.post("", response={202: shapes.ReportReceipt}, summary="Report an incident", openapi_extra=SENDS)
def report(request: HttpRequest) -> HttpResponse:
    """Kept durably before the answer, whatever its form; a worker codes it, or holds it for a person.

    Where it goes (`collection`, `owner`, `country`) is read from the address, else from the report."""
    environ: dict[str, Any] = request.META | {"wsgi.input": request, "HTTP_HOST": request.get_host()}
    kept = receiving.keep(doorstep.coming(environ))
    href = f"{doorstep.PATH}/{kept.id}"
    body = shapes.ReportReceipt(id=kept.id, received_at=kept.received_at, state="received", href=href)
    return answer(body, 202, Location=href)


@router.get("/{id}", response=shapes.ReportReceipt, summary="What has become of a report")
def receipt(request: HttpRequest, id: str) -> HttpResponse:
    """Received, then accepted, held or rejected; the incident's reference where its sender may see it."""
    by = account(request)
    kept = line.receipt(by, id)
    seen = visible_to(by).filter(pk=kept.incident) if kept.incident else None
    return answer(
        shapes.ReportReceipt(
            id=kept.id,
            received_at=kept.received_at,
            state=kept.state,
            href=f"{doorstep.PATH}/{kept.id}",
            codes=_told(kept.notes, "code"),
            fields=_told(kept.notes, "field"),
            reference=seen.values_list("reference", flat=True).first() if seen is not None else None,
        )
    )


def _told(notes: Iterable[Any], name: str) -> list[str]:
    return [str(note[name]) for note in notes if note.get(name)]
