"""Splitting one record on a page of its own: a person says which group and which thing goes where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.access.policy import require
from tabard.incidents import queries
from tabard.incidents.actions import keys_of
from tabard.incidents.decisions import Why, reasons
from tabard.incidents.models import Incident
from tabard.incidents.splitting import Part, split
from tabard.rules.canonical import incident_from
from tabard.rules.facts import Incident as Facts
from tabard.rules.refusals import Refused
from tabard.site.components import telling
from tabard.site.components.reviewed import choices
from tabard.site.entrance import enter
from tabard.site.views.digits import ROW, whole
from tabard.site.views.errors import status_of, told

MOST_PARTS = 9


def split_page(request: HttpRequest, reference: str) -> HttpResponse:
    """The form: 0 stays, 1 to 9 are incidents of their own."""
    user = enter(request, Permission.INCIDENT_REVIEW)
    incident = queries.find(user, reference.upper())
    require(user, Permission.INCIDENT_REVIEW, keys_of(incident))
    refusal = _split(request, user, incident) if request.method == "POST" else None
    if request.method == "POST" and refusal is None:
        return redirect("incident", incident.reference)
    shown = _shown(incident, request.POST) | told(refusal)
    return render(request, "split.html", shown, status=status_of(refusal) if refusal else 200)


def _split(request: HttpRequest, user: Account, incident: Incident) -> Refused | None:
    sent = request.POST
    why = Why(sent.get("reason", ""), sent.get("note", ""))
    try:
        expected = whole(sent.get("expected", ""), "expected", ROW)
        split(by=user, incident=incident, parts=parts(sent), why=why, expected=expected)
    except Refused as refusal:
        return refusal
    return None


def parts(sent: Mapping[str, str]) -> list[Part]:
    """`harm-0=1` puts the first group into the first new incident."""
    found: dict[int, dict[str, set[int]]] = {}
    for name, value in sent.items():
        kind, _, place = name.partition("-")
        if kind not in ("harm", "object") or value == "0":
            continue
        into = whole(value, "parts", ROW)
        if not 1 <= into <= MOST_PARTS:
            raise Refused("bad_value", field="parts")
        chosen = found.setdefault(into, {"harm": set(), "object": set()})
        chosen[kind].add(whole(place, "parts", ROW))
    return [Part(frozenset(found[n]["harm"]), frozenset(found[n]["object"])) for n in sorted(found)]


def _shown(incident: Incident, sent: Mapping[str, str]) -> dict[str, object]:
    held = incident.current.revision
    rows = list(_rows(incident_from(held.facts)))
    return {
        "incident": incident,
        "number": held.number,
        "rows": [(name, line, sent.get(name, "0")) for name, line in rows],
        "into": [str(n) for n in range(1, min(len(rows), MOST_PARTS + 1))],
        "reasons": choices(reasons("split")),
        "typed": sent,
    }


def _rows(told: Facts) -> Iterator[tuple[str, str]]:
    for place, harm in enumerate(told.harm):
        yield f"harm-{place}", telling.harm_line(harm)
    for place, thing in enumerate(told.objects):
        yield f"object-{place}", telling.object_line(thing)
