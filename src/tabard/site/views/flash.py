"""The flash report of one incident: on the screen, on one printed page, or as plain text to send on."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header

from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.desk.flash import part, report
from tabard.incidents import kin, queries
from tabard.incidents.models import Incident
from tabard.rules.flash import MOST, RIGHT_TO_LEFT, Flash
from tabard.site.entrance import enter
from tabard.site.templatetags.words import vocabulary_language
from tabard.vocab import words

STRICTEST = "partner"  # what is offered first may be sent on


def flash_page(request: HttpRequest, reference: str) -> HttpResponse:
    """The report at a redaction and in a language of one's choice."""
    user, incident = _found(request, reference)
    level, language = _asked(request)
    made = report(incident, by=user, level=level, language=language)
    shown = {
        "incident": incident,
        "flash": made,
        "level": level,
        "language": language,
        "way": "rtl" if language in RIGHT_TO_LEFT else "ltr",
        "title": part("flash", language),
        "redaction": words.label("redaction", level, language),
        "levels": [
            (code, words.label("redaction", code, vocabulary_language())) for code in words.words("redaction")
        ],
        "most": MOST,
        "made_at": datetime.now(UTC),
        "waits": kin.holds(incident),
    }
    return render(request, "flash.html", shown)


def flash_text(request: HttpRequest, reference: str) -> HttpResponse:
    """The same as a file of plain text."""
    user, incident = _found(request, reference)
    level, language = _asked(request)
    made = report(incident, by=user, level=level, language=language, way="text")
    return _file(made, f"flash-{incident.reference}-{level}-{language}.txt")


def _found(request: HttpRequest, reference: str) -> tuple[Account, Incident]:
    user = enter(request, Permission.INCIDENT_READ)
    return user, queries.find(user, reference.upper())


def _asked(request: HttpRequest) -> tuple[str, str]:
    return request.GET.get("level", STRICTEST), request.GET.get("language", vocabulary_language())


def _file(made: Flash, name: str) -> HttpResponse:
    answer = HttpResponse(made.text, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    answer["Content-Language"] = made.language
    return answer
