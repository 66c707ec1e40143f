"""Reports that could not be coded: the list, and one of them with the form that puts it right."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.access.policy import may
from tabard.desk.form.mending import mended
from tabard.incidents import held, queries
from tabard.incidents.decisions import reasons
from tabard.incidents.models import Incident
from tabard.intake.models import Taken
from tabard.rules.refusals import Refused
from tabard.site.components.reviewed import choices
from tabard.site.entrance import enter
from tabard.site.templatetags.words import vocabulary_language
from tabard.site.views.errors import status_of, told
from tabard.vocab import catalogue

SHOWN = 100
STATES = ("held", "rejected")


def held_reports(request: HttpRequest) -> HttpResponse:
    """The oldest first; `?state=rejected` shows what was turned away, the newest first."""
    user = enter(request, Permission.INCIDENT_REVIEW)
    state = request.GET.get("state", "held")
    if state not in STATES:
        raise Refused("unknown_word", field="state")
    rows = held.visible_to(user).filter(state=state).order_by("turn" if state == "held" else "-turn")
    shown = {"state": state, "states": STATES, "rows": [(row, notes_of(row)) for row in rows[:SHOWN]]}
    return render(request, "held_reports.html", shown)


def held_report(request: HttpRequest, turn: int) -> HttpResponse:
    """One: what was wrong, what was sent, and what to do with it."""
    user = enter(request, Permission.INCIDENT_REVIEW)
    taken = held.visible_to(user).filter(pk=turn).first() or held.taken_up(user, turn)
    if taken is None or (taken.state == "accepted" and became(user, taken) is None):
        raise Refused("not_found")
    if request.method != "POST":
        return _page(request, user, taken)
    try:
        return _done(request, user, taken)
    except Refused as refusal:
        return _page(request, user, taken, refusal)


def became(user: Account, taken: Taken) -> Incident | None:
    """The incident that was made of it, where the account may see it."""
    if not taken.incident:
        return None
    return queries.visible_to(user).select_related("current").filter(pk=taken.incident).first()


def _done(request: HttpRequest, user: Account, taken: Taken) -> HttpResponse:
    do = request.POST.get("do", "")
    if do == "take-up":
        made = held.take_up(by=user, taken=taken, data=request.POST.get("report", "").encode())
        seen = queries.visible_to(user).filter(pk=made.pk).first()
        return redirect("incident", seen.reference) if seen else redirect("review-reports")
    if do == "reject":
        held.reject(by=user, taken=taken, reason=request.POST.get("reason", ""))
    elif do == "put-back":
        held.put_back(by=user, taken=taken)
    else:
        raise Refused("bad_value", field="do")
    return redirect("review-reports")


def _page(request: HttpRequest, user: Account, taken: Taken, refusal: Refused | None = None) -> HttpResponse:
    reads = may(user, Permission.ORIGINAL_READ, held.keys_of(taken))
    shown: dict[str, Any] = {
        "taken": taken,
        "notes": notes_of(taken),
        "reads": reads,
        "report": request.POST.get("report") or (_sent(taken, user) if reads else ""),
        "incident": became(user, taken),
        "fits_form": reads and taken.state == "held" and _fits_form(taken, user),
        "reasons": choices(reasons("withdrawn")),
    } | told(refusal)
    return render(request, "held_report.html", shown, status=status_of(refusal) if refusal else 200)


def _sent(taken: Taken, user: Account) -> str:
    """What was sent; nothing once it is erased."""
    try:
        return held.verbatim(taken, by=user)
    except Refused:
        return ""


def _fits_form(taken: Taken, user: Account) -> bool:
    """Whether the report form can show it."""
    try:
        return mended(held.body(taken, by=user)) is not None
    except Refused:
        return False


def notes_of(taken: Taken) -> list[tuple[str, str]]:
    """Why it was held, and what to do, in words."""
    language = vocabulary_language()
    found = []
    for note in taken.notes:
        fields = {name: value for name, value in note.items() if name != "code"}
        found.append(
            (
                catalogue.message(note["code"], language, **fields),
                catalogue.next_step(note["code"], language, **fields),
            )
        )
    return found
