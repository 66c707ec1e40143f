"""Writing down on the page of one incident who was told, and taking a line back."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from tabard.access.permissions import Permission
from tabard.incidents import queries, told
from tabard.incidents.models import Told
from tabard.intake.queries import visible_to as batches_seen
from tabard.rules.kin import NOBODY
from tabard.rules.refusals import Refused
from tabard.site.entrance import enter
from tabard.site.views.moments import instant

FIELDS = ("whom", "how", "subject", "reason")


@require_POST
def tell(request: HttpRequest, reference: str) -> HttpResponse:
    """Somebody was told: now, or at the time that is given."""
    user = enter(request, Permission.INCIDENT_TELL)
    incident = queries.find(user, reference.upper())
    sent = {name: request.POST.get(name, "") for name in FIELDS}
    told.tell(by=user, incident=incident, at=instant(request.POST.get("at", ""), "at"), **sent)
    return redirect(f"{incident_page(incident.reference)}#informed")


@require_POST
def untell(request: HttpRequest, reference: str) -> HttpResponse:
    """It was not so."""
    user = enter(request, Permission.INCIDENT_TELL)
    incident = queries.find(user, reference.upper())
    found = Told.objects.filter(incident=incident, pk=request.POST.get("told", "")).first()
    if found is None:
        raise Refused("not_found")
    told.untell(by=user, told=found)
    return redirect(f"{incident_page(incident.reference)}#informed")


@require_POST
def settle(request: HttpRequest, pk: str) -> HttpResponse:
    """The families of everybody in an imported log were told before this register began."""
    user = enter(request, Permission.INCIDENT_TELL)
    if not batches_seen(user).filter(pk=pk).exists():
        raise Refused("not_found")
    waiting = list(told.waiting_of(user, pk))
    if waiting:
        told.tell_many(by=user, incidents=waiting, whom=NOBODY, reason="before_register")
    return redirect("imports-one", pk)


def incident_page(reference: str) -> str:
    """The address of the incident's page."""
    return reverse("incident", args=[reference])
