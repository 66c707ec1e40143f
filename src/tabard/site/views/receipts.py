"""What became of a report: for whoever sent it and may not read what it became."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tabard.access.permissions import Permission
from tabard.incidents import queries
from tabard.incidents.asking import answer, questions
from tabard.incidents.models import Current, Incident
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
    if request.method == "POST" and incident:
        answer(by=user, incident=incident, text=request.POST.get("note", ""))
        return redirect(request.path)
    shown = {
        "received_at": original.received_at,
        "coded_at": incident.made_at if incident else None,
        "reviewed": bool(current and current.review in SEEN),
        "questions": questions(incident, by=user) if incident else [],
    }
    return render(request, "receipt.html", shown)
