"""One decision about many incidents: chosen in the queue, shown before it is taken, undone in one step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.incidents import queries, queue
from tabard.incidents.decisions import Why, reasons, reasons_to_undo
from tabard.incidents.models import Current, Incident
from tabard.incidents.together import MOST, VERBS, Tried, Wanted, carry_out, decided_in, rehearse, undo_act
from tabard.rules.refusals import Refused
from tabard.site.components.lines import lines
from tabard.site.components.reviewed import DO, choices, labels
from tabard.site.entrance import enter
from tabard.site.views.digits import ROW, whole
from tabard.site.views.errors import status_of, told
from tabard.site.views.queue import asked_of
from tabard.vocab.words import is_word

Chosen = Sequence[tuple[Incident, int | None]]


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """What would become of each, before anything is changed."""
    user = enter(request, Permission.INCIDENT_REVIEW)
    chosen = _whole_filter(user, request.POST) if request.POST.get("all") else _ticked(user, request.POST)
    kind = request.POST.get("decision", "")
    if kind not in VERBS:
        raise Refused("unknown_word", field="decision")
    return _preview(request, user, Wanted(kind, Why("")), chosen)


@require_POST
def apply(request: HttpRequest) -> HttpResponse:
    """Do it, as one act."""
    user, sent = enter(request, Permission.INCIDENT_REVIEW), request.POST
    chosen = _ticked(user, sent)
    wanted = Wanted(sent.get("decision", ""), Why(sent.get("reason", ""), sent.get("note", "")))
    try:
        wanted = _wanted(user, wanted, sent)
        act, found = carry_out(by=user, wanted=wanted, chosen=chosen)
    except Refused as refusal:
        return _preview(request, user, Wanted(wanted.kind, Why("")), chosen, refusal)
    if all(each.refusal for each in found):
        return render(request, "together_done.html", {"refused": _refused(found), "kind": wanted.kind})
    return redirect("review-act", act)


def act_page(request: HttpRequest, act: str) -> HttpResponse:
    """What was decided together, and the one button that takes it back."""
    user = enter(request, Permission.INCIDENT_REVIEW)
    refused: list[tuple[str, dict[str, str]]] = []
    if request.method == "POST":
        why = Why(request.POST.get("reason", ""))
        if why.reason not in reasons_to_undo():
            raise Refused("unknown_word", field="reason")
        refused = _refused(undo_act(by=user, act=act, why=why))
    rows = decided_in(user, act)
    if not rows:
        raise Refused("not_found")
    shown: dict[str, Any] = {
        "act": act,
        "kind": rows[0].kind,
        "rows": [(row, hasattr(row, "voided_by")) for row in rows],
        "standing": sum(not hasattr(row, "voided_by") for row in rows),
        "reasons": choices(reasons_to_undo()),
        "refused": refused,
    }
    return render(request, "together_done.html", shown)


def _preview(
    request: HttpRequest, user: Account, wanted: Wanted, chosen: Chosen, refusal: Refused | None = None
) -> HttpResponse:
    tried = rehearse(by=user, wanted=wanted, chosen=chosen) if wanted.kind != "linked" else _linkable(chosen)
    fine = [each.incident.pk for each in tried if each.refusal is None]
    numbers = {incident.pk: number for incident, number in chosen}
    rows = Current.objects.filter(pk__in=fine).select_related("incident", "revision")
    shown: dict[str, Any] = {
        "kind": wanted.kind,
        "do": DO[wanted.kind],
        "lines": [
            (line, f"{line.reference}_{numbers[row.pk]}") for row, line in zip(rows, lines(rows), strict=True)
        ],
        "refused": _refused(tried),
        "reasons": choices(reasons(wanted.kind)),
        "certainty": labels("certainty") if wanted.kind == "verified" else [],
        "links": labels("link_kind") if wanted.kind == "linked" else [],
        "typed": request.POST if refusal else {},
    }
    return render(
        request, "together.html", shown | told(refusal), status=status_of(refusal) if refusal else 200
    )


def _linkable(chosen: Chosen) -> list[Tried]:
    """To which incident, the preview asks itself."""
    return [Tried(incident, None) for incident, _ in chosen]


def _refused(tried: Sequence[Tried]) -> list[tuple[str, dict[str, str]]]:
    return [(each.incident.reference, told(each.refusal)) for each in tried if each.refusal]


def _wanted(user: Account, wanted: Wanted, sent: QueryDict) -> Wanted:
    certainty, another = sent.get("certainty", ""), sent.get("another", "").strip().upper()
    if certainty and not is_word("certainty", certainty):
        raise Refused("unknown_word", field="certainty")
    other = queries.visible_to(user).filter(reference=another).first() if another else None
    if another and other is None:
        raise Refused("bad_value", field="another")
    kind = sent.get("kind", "follow_up")
    return Wanted(wanted.kind, wanted.why, certainty, other, kind)


def _ticked(user: Account, sent: QueryDict) -> Chosen:
    """Each as `SSD-2026-0147_3`: the reference, and the revision that was looked at."""
    pairs = [value.partition("_") for value in sent.getlist("chosen")]
    if not pairs:
        raise Refused("nothing_chosen")
    if len(pairs) > MOST:
        raise Refused("too_many_chosen", limit=MOST)
    numbers = {reference: whole(number, "chosen", ROW) for reference, _, number in pairs}
    found = queries.visible_to(user).filter(reference__in=numbers).select_related("current")
    return [(incident, numbers[incident.reference]) for incident in found.order_by("reference")]


def _whole_filter(user: Account, sent: QueryDict) -> Chosen:
    """All that the queue's filter shows, the longest wait first, as far as one act goes."""
    asked = asked_of({name: sent.get(name, "") for name in sent})
    rows = queue.waiting(user, asked).filter(review=asked.state).order_by("waiting_since", "incident_id")
    return [(row.incident, row.number) for row in rows.select_related("incident")[:MOST]]
