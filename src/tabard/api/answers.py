"""Answers: a model as JSON, a refusal or a fault as a problem. What went wrong is told by code, never by value."""

from __future__ import annotations

import logging

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from ninja.errors import AuthenticationError, Throttled, ValidationError
from pydantic import BaseModel

from tabard.access.logs import REFUSAL
from tabard.api.etags import Changed
from tabard.api.problems import MEDIA_TYPE, language_of, problem, status_of
from tabard.formats.report import faults
from tabard.rules.refusals import Refused

JSON = "application/json"
LOG = logging.getLogger(__name__)


def answer(body: BaseModel, status: int = 200, **headers: str) -> HttpResponse:
    """A model as JSON; what is not stated is left out. Header names are written with underscores."""
    data = body.model_dump_json(exclude_none=True)
    named = {name.replace("_", "-"): text for name, text in headers.items() if text}
    return HttpResponse(data, status=status, content_type=JSON, headers=named)


def refusal(request: HttpRequest, refused: Refused, status: int | None = None) -> HttpResponse:
    """A refusal in the reader's language."""
    status = status or status_of(refused)
    request.META[REFUSAL] = refused.code
    language = language_of(request.headers.get("Accept-Language", ""))
    body = problem(refused.code, status, language, **refused.fields)
    response = HttpResponse(body, status=status, content_type=MEDIA_TYPE)
    response["Content-Language"] = language
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="tabard"'
    if isinstance(refused, Changed):
        response["ETag"] = refused.now
    if refused.code == "too_fast":
        response["Retry-After"] = str(refused.fields["seconds"])
    return response


def told(request: HttpRequest, error: Exception) -> HttpResponse:
    """What became of an error on the way."""
    if (refused := known(error)) is not None:
        return refusal(request, refused)
    LOG.error("internal", exc_info=error)
    return refusal(request, Refused("internal"))


def known(error: Exception) -> Refused | None:
    """The refusal that an error amounts to; none for a fault of ours."""
    if isinstance(error, Refused):
        return error
    if isinstance(error, ValidationError):
        return _invalid(error)
    if isinstance(error, Throttled):
        return Refused("too_fast", seconds=int(error.wait or 0) + 1)
    if isinstance(error, RequestDataTooBig):
        return Refused("too_large", limit=f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE} bytes")
    return next((Refused(code) for kind, code in CODES.items() if isinstance(error, kind)), None)


CODES: dict[type[Exception], str] = {
    AuthenticationError: "token_needed",
    Http404: "not_found",
    SuspiciousOperation: "bad_request",
    MultiPartParserError: "bad_request",
    UnreadablePostError: "bad_request",
}


def _invalid(error: ValidationError) -> Refused:
    """The first parameter that cannot be used."""
    first = error.errors[0]
    names = [str(part) for part in first["loc"][1:] if isinstance(part, str)]
    field = names[-1] if names else "request"
    kind = str(first["type"])
    return Refused(faults.CODES.get(kind, "bad_value") if kind in PLAIN else "bad_value", field=field)


PLAIN = ("missing", "extra_forbidden", "greater_than_equal", "less_than_equal")
