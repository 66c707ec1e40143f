"""One's own drafts: listed, taken up again, deleted."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.desk import drafts
from tabard.desk.form.reading import read
from tabard.desk.models import Draft
from tabard.incidents import queries
from tabard.incidents.models import Incident
from tabard.rules import facts
from tabard.site.components import telling
from tabard.site.entrance import enter


@dataclass(frozen=True)
class Begun:
    """A draft in one line; `incident` is the one it edits, where that may still be seen."""

    draft: Draft
    told: facts.Incident
    what: str
    incident: Incident | None


def own(request: HttpRequest) -> HttpResponse:
    """The account's drafts, the latest first."""
    user = enter(request, Permission.INCIDENT_REPORT)
    return render(request, "drafts.html", {"begun": [_begun(user, draft) for draft in drafts.mine(user)]})


@require_POST
def delete(request: HttpRequest, pk: str) -> HttpResponse:
    """Throw one away."""
    user = enter(request, Permission.INCIDENT_REPORT)
    drafts.delete(by=user, draft=drafts.find(user, pk))
    return redirect("incidents-drafts")


def _begun(user: Account, draft: Draft) -> Begun:
    told = read(drafts.form_of(draft)).told.facts
    seen = queries.visible_to(user).filter(pk=draft.incident).first() if draft.incident else None
    return Begun(draft, told, telling.what(told), seen)
