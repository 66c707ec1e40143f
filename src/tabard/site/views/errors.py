"""Every refusal in the same frame: what happened, and what to do next."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tabard.rules.refusals import Forbidden, Refused
from tabard.site.templatetags.words import vocabulary_language
from tabard.vocab import catalogue, words


def refusal(request: HttpRequest, code: str, *, status: int, **fields: str | int) -> HttpResponse:
    """The page of a code of the catalogue."""
    language = vocabulary_language()
    fields = _named(fields, language)
    shown = {
        "code": code,
        "status": status,
        "message": catalogue.message(code, language, **fields),
        "next_step": catalogue.next_step(code, language, **fields),
    }
    return render(request, "error.html", shown, status=status)


def told(refusal: Refused | None) -> dict[str, str]:
    """What a form that comes back says: what was wrong, and what to do next."""
    if refusal is None:
        return {}
    language = vocabulary_language()
    fields = _named(refusal.fields, language)
    return {
        "wrong": catalogue.message(refusal.code, language, **fields),
        "next_step": catalogue.next_step(refusal.code, language, **fields),
    }


def _named(fields: dict[str, str | int], language: str) -> dict[str, str | int]:
    """A field as people call it where it is a fact of the register; else as it was sent."""
    if "field" not in fields:
        return fields
    return fields | {"field": words.label("fact", str(fields["field"]), language)}


def bad_request(request: HttpRequest, exception: Any) -> HttpResponse:
    return refusal(request, "bad_request", status=400)


def forbidden(request: HttpRequest, exception: Any) -> HttpResponse:
    return refusal(request, "not_allowed", status=403)


def absent(request: HttpRequest, exception: Any) -> HttpResponse:
    return refusal(request, "not_found", status=404)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token: an old page, or a browser that keeps no cookies."""
    return refusal(request, "stale_form", status=403)


def broken(request: HttpRequest) -> HttpResponse:
    return refusal(request, "internal", status=500)


def status_of(error: Refused) -> int:
    """The HTTP status of a refusal."""
    if isinstance(error, Forbidden):
        return 403
    special = {
        "not_found": 404,
        "table_unknown": 404,
        "too_large": 413,
        "zip_bomb": 413,
        "engines_differ": 500,
    }
    return special.get(error.code, 400)
