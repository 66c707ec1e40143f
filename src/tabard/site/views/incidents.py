"""The list of incidents with its filters and exports, and the page of one incident."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.access.policy import may, may_somewhere
from tabard.incidents import queries
from tabard.incidents.actions import keys_of
from tabard.incidents.asking import questions
from tabard.incidents.exporting import EXTENSIONS, write
from tabard.incidents.models import Incident
from tabard.incidents.queries import Cursor, Filters
from tabard.places import countries
from tabard.rules.refusals import Refused
from tabard.site.collection_choice import collections_of
from tabard.site.components.lines import lines
from tabard.site.components.reviewed import reviewed
from tabard.site.components.saved import saved
from tabard.site.components.story import story
from tabard.site.entrance import enter
from tabard.site.panels import panels
from tabard.site.templatetags.words import vocabulary_language
from tabard.site.views.digits import YEAR, is_whole, whole
from tabard.site.views.errors import status_of, told
from tabard.vocab import words
from tabard.vocab.schemes import scheme

CODES = ("country", "category", "recruitment", "gender", "collection")
REFERENCE = re.compile(r"[A-Z]{3}-\d{4}(-\d{1,6})?|[A-Z]{3}-?", re.IGNORECASE | re.ASCII)
YEARS = range(1900, 2101)
FILES = {extension: format_ for format_, extension in EXTENSIONS.items()}
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "geojson": "application/geo+json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def incidents(request: HttpRequest) -> HttpResponse:
    """One page of the list, newest first."""
    user = enter(request, Permission.INCIDENT_READ)
    filters = filters_of(request)
    collections = collections_of(user)
    page = queries.page(user, filters, Cursor.parse(request.GET.get("cursor", "")))
    shown: dict[str, Any] = {
        "filters": filters,
        "lines": lines(page.rows),
        "following": _link(filters, page.following),
        "previous": _link(filters, page.previous),
        "choices": _choices(),
        "collections": collections,
        "shows_collection": len(collections) > 1 and not filters.collection,
        "nothing": "nothing" in request.GET,
        "may_report": may_somewhere(user, Permission.INCIDENT_REPORT),
        "may_export": may_somewhere(user, Permission.INCIDENT_EXPORT),
        "query": urlencode(asked(filters)),
        "saved": saved(user, "incidents", urlencode(asked(filters))),
    }
    return render(request, "incidents.html", shown)


def incident(request: HttpRequest, reference: str) -> HttpResponse:
    """Everything known of one incident, each source's words only to whoever may read them."""
    user = enter(request, Permission.INCIDENT_READ)
    found = queries.find(user, reference.upper())
    return page_of(request, user, found, do=request.GET.get("do", ""))


def page_of(
    request: HttpRequest, user: Account, incident: Incident, *, do: str = "", refusal: Refused | None = None
) -> HttpResponse:
    """The one screen of an incident; `do` names the decision whose form stands open, with what was refused of it."""
    shown = {
        "story": story(incident, by=user),
        "review": reviewed(incident, user, do=do, typed=request.POST),
        "panels": panels(incident, user),
        "may_edit": may(user, Permission.INCIDENT_REVISE, keys_of(incident)),
        "do": do,
        "questions": questions(incident, by=user),
        "answer_to": reverse("incident-answer", args=[incident.reference]),
    } | told(refusal)
    return render(request, "incident.html", shown, status=status_of(refusal) if refusal else 200)


@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """What somebody typed goes to an incident, a country or a year; the text itself stays out of addresses."""
    user = enter(request, Permission.INCIDENT_READ)
    wanted = request.POST.get("wanted", "").strip()
    if REFERENCE.fullmatch(wanted):
        exact = queries.visible_to(user).filter(reference=wanted.upper()).exists()
        return redirect("incident", wanted.upper()) if exact else _to_list(reference=wanted.upper())
    if is_whole(wanted, YEAR) and int(wanted) in YEARS:
        return _to_list(first_year=wanted, last_year=wanted)
    iso3 = countries.find(wanted)
    return _to_list(country=iso3) if iso3 else _to_list(nothing="1")


def export(request: HttpRequest, kind: str) -> FileResponse:
    """What the same filter shows, as a file, written to disk first so that memory stays flat."""
    user = enter(request, Permission.INCIDENT_EXPORT)
    format_ = FILES.get(kind)
    if format_ is None:
        raise Refused("not_found")
    with ExitStack() as unsent:
        out = unsent.enter_context(TemporaryFile())
        write(format_, filters_of(request), cast(BinaryIO, out), by=user)
        unsent.pop_all()  # from here on the answer closes it
    out.seek(0)
    day = datetime.now(UTC).date().isoformat()
    name = f"tabard-incidents-{day}.{kind}"
    return FileResponse(out, as_attachment=True, filename=name, content_type=TYPES[kind])


def filters_of(request: HttpRequest) -> Filters:
    """The filter of the address asked for."""
    return filters_in(request.GET)


def filters_in(sent: Mapping[str, str]) -> Filters:
    """The filter of an address; a word that no list holds is refused, so that no free text stands in one."""
    asked = {name: sent.get(name, "").strip() for name in CODES}
    reference = sent.get("reference", "").strip().upper()
    if reference and not REFERENCE.fullmatch(reference):
        raise Refused("bad_value", field="reference")
    for name in CODES:
        if asked[name] and not _known(name, asked[name]):
            raise Refused("unknown_word", field=name)
    first, last = _year(sent, "first_year"), _year(sent, "last_year")
    return Filters(**asked, first_year=first, last_year=last, reference=reference)


def _known(name: str, code: str) -> bool:
    if code == "unknown" or name == "collection":
        return re.fullmatch(r"[a-z0-9-]{1,40}", code) is not None
    if name == "country":
        return countries.country(code) is not None
    if name == "category":
        return code == "none" or code in _categories()
    return words.is_word(name, code)


def _year(sent: Mapping[str, str], name: str) -> int | None:
    text = sent.get(name, "").strip()
    if not text:
        return None
    year = whole(text, name, YEAR)
    if year not in YEARS:
        raise Refused("bad_value", field=name)
    return year


def asked(filters: Filters) -> dict[str, str]:
    """The filter as the parameters of an address."""
    names = (*CODES, "first_year", "last_year", "reference")
    return {name: str(getattr(filters, name)) for name in names if getattr(filters, name)}


def _link(filters: Filters, cursor: str) -> str:
    return "?" + urlencode(asked(filters) | {"cursor": cursor}) if cursor else ""


def _to_list(**parameters: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('incidents')}?{urlencode(parameters)}")


def _categories() -> list[str]:
    return [rule.code for rule in scheme("annex").categories]


def _choices() -> dict[str, list[tuple[str, str]]]:
    """The words of each filter, countries in the order of the reader's language."""
    language = vocabulary_language()
    named = sorted((countries.name(iso3, language), iso3) for iso3 in countries.countries())
    return {
        "country": [(iso3, name) for name, iso3 in named],
        "category": [(code, words.label("scheme_category", code, language)) for code in _categories()],
        "recruitment": _labels("recruitment", language),
        "gender": _labels("gender", language),
    }


def _labels(list_code: str, language: str) -> list[tuple[str, str]]:
    return [(code, words.label(list_code, code, language)) for code in words.words(list_code)]
