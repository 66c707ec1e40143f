"""What became of a report: for whoever sent it and may not read what it became."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tabard.access import trail
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.incidents import queries
from tabard.incidents.models import Current, Incident, Note, Review
from tabard.intake.models import Original
from tabard.rules.refusals import Refused
from tabard.site.entrance import enter

SEEN = ("verified", "coded", "asked", "held")  # states of review in which a person has looked at it


def receipt(request: HttpRequest, pk: str) -> HttpResponse:
    """Received, coded, seen by a person; and the desk's question, if there is one. Nothing of what it says."""
    user = enter(request, Permission.INCIDENT_REPORT)
    original = Original.objects.filter(key=pk, by=user.pk, kind="report").first()
    if original is None:
        raise Refused("not_found")
    if seen := queries.visible_to(user).filter(pk=pk).first():
        return redirect("incident", seen.reference)
    incident = Incident.objects.filter(pk=pk).first()
    current = Current.objects.filter(pk=pk).first() if incident else None
    shown = {
        "received_at": original.received_at,
        "coded_at": incident.made_at if incident else None,
        "reviewed": bool(current and current.review in SEEN),
        "questions": _questions(incident, user) if incident else [],
    }
    return render(request, "receipt.html", shown)


def _questions(incident: Incident, by: Account) -> list[str]:
    """What the desk asks, as long as it stands and has not been erased."""
    asked = Review.objects.filter(incident=incident, kind="asked_back", voids=None, voided_by=None)
    notes = Note.objects.in_bulk([one.note for one in asked if one.note])
    if notes:
        trail.has_read(by=by, verb="incidents:note:read", subject=f"incident:{incident.pk}", fields=["text"])
    return [notes[one.note].text for one in asked.order_by("decided_at") if one.note in notes]
