"""Who was told; the flash report."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import AwareDatetime, Field

from tabard.api import shapes
from tabard.api.answers import answer
from tabard.api.bodies import KEY, read, sends
from tabard.api.once import once
from tabard.api.problems import language_of
from tabard.api.rooms.incidents import find
from tabard.api.signin import account
from tabard.desk import flash
from tabard.formats.report.shapes import Code, Key, Shape
from tabard.incidents import kin, told
from tabard.incidents.models import Told
from tabard.rules.refusals import Refused

router = Router(tags=["Telling"])
Level = Annotated[str, Query(max_length=20, pattern=r"^[a-z_]*$")]
Language = Annotated[str, Query(max_length=8, pattern=r"^[a-z]*$")]


class ToldIn(Shape):
    """Who was told, how, when; or, with a reason, that there is no next of kin to tell."""

    whom: Code
    how: Code = ""
    at: AwareDatetime | None = None
    subject: Key | None = None
    reason: Annotated[Code, Field(max_length=20)] = ""


@router.get("/{reference}/told", response=shapes.ToldList, summary="Who was told")
def list_told(request: HttpRequest, reference: str) -> HttpResponse:
    """The log of an incident, newest first."""
    found = find(account(request), reference)
    lines = [
        shapes.ToldLine(
            id=row.pk,
            whom=row.whom,
            how=row.how or None,
            reason=row.reason or None,
            subject=row.subject or None,
            at=row.at,
            recorded_at=row.recorded_at,
            by=row.by,
            taken_back=getattr(row, "voided_by", None) is not None,
        )
        for row in told.log_of(found)
    ]
    return answer(shapes.ToldList(items=lines, next_of_kin_wait=kin.holds(found)))


@router.post(
    "/{reference}/told", response={201: shapes.Made}, summary="Tell", openapi_extra=sends(ToldIn, KEY)
)
def tell(request: HttpRequest, reference: str) -> HttpResponse:
    """Write down that somebody was told."""
    by = account(request)
    found = find(by, reference)
    said = read(request, ToldIn)
    given = said.model_dump(exclude={"subject"}) | {"subject": said.subject or ""}
    return once(request, lambda: _made(told.tell(by=by, incident=found, **given)))


@router.post(
    "/{reference}/told/{id}/untell",
    response={201: shapes.Made},
    summary="Take a line back",
    openapi_extra={"parameters": [KEY]},
)
def untell(request: HttpRequest, reference: str, id: str) -> HttpResponse:
    """It was not so. Next of kin may have to be told again."""
    by = account(request)
    row = Told.objects.filter(incident=find(by, reference), pk=id).select_related("incident__current").first()
    if row is None:
        raise Refused("not_found")
    return once(request, lambda: _made(told.untell(by=by, told=row)))


def _made(row: Told) -> HttpResponse:
    return answer(shapes.Made(id=row.pk), 201)


@router.get("/{reference}/flash", response=shapes.FlashOut, summary="Flash report")
def flash_report(
    request: HttpRequest, reference: str, level: Level = "public", language: Language = ""
) -> HttpResponse:
    """The incident in 1,000 characters at a redaction; each one is an audit line."""
    by = account(request)
    found = find(by, reference)
    language = language or language_of(request.headers.get("Accept-Language", ""))
    made = flash.report(found, by=by, level=level, language=language, way="text")
    return answer(
        shapes.FlashOut(
            level=level,
            language=language,
            text=made.text,
            characters=made.characters,
            messages=made.messages,
        )
    )
