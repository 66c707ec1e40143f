"""Editing an incident through the form; and, when somebody else did so meanwhile, both versions side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tabard.access import policy
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.desk import drafts, editing
from tabard.desk.callers import on_the_phone
from tabard.desk.editing import Standing
from tabard.desk.form.merging import merge
from tabard.desk.form.typed import Typed, one, typed
from tabard.desk.form.values import Problem
from tabard.desk.revising import amend
from tabard.incidents import queries
from tabard.incidents.actions import keys_of
from tabard.incidents.models import Incident
from tabard.rules.ids import ulid
from tabard.rules.refusals import Forbidden, Refused
from tabard.site.components.both_versions import both_versions
from tabard.site.components.report_aside import maybe_same, read_by_of
from tabard.site.components.report_form import report_form
from tabard.site.entrance import enter
from tabard.site.views.reporting import kept, latest_day, pairs, problem_of, with_changed_groups

REASONS = ("correction", "late_verification", "reclassification")


@dataclass(frozen=True)
class Edit:
    """What came in: who, of which incident, what stands in the form, what is to be done with it."""

    request: HttpRequest
    user: Account
    now: Standing
    form: Typed
    do: str = ""
    problems: Sequence[Problem] = ()
    notice: str = ""


def edit(request: HttpRequest, reference: str) -> HttpResponse:
    """The form filled from what holds now, from a draft, or as it was sent."""
    user = enter(request, Permission.INCIDENT_REVISE)
    found = queries.find(user, reference.upper())
    if not policy.may(user, Permission.INCIDENT_REVISE, keys_of(found)):
        raise Forbidden
    now = editing.standing(user, found)
    if request.method != "POST":
        return page(Edit(request, user, now, _begun(request, user, now)))
    asked = Edit(request, user, now, typed(pairs(request)), request.POST.get("do", "save"))
    if asked.do == "save":
        return _save(asked)
    if asked.do == "draft":
        return _keep(asked)
    if request.headers.get("X-Part") == "look":
        shown = {"incident": found, **_look(asked)}
        return render(request, "components/report_look.html", shown)
    return page(replace(asked, form=with_changed_groups(asked.form, asked.do)))


def _begun(request: HttpRequest, user: Account, now: Standing) -> Typed:
    wanted = request.GET.get("draft", "")
    if not wanted:
        return {**now.form, "key": (ulid(),)}
    draft = drafts.find(user, wanted)
    if draft.incident != now.incident.pk:
        raise Refused("not_found")
    return drafts.form_of(draft)


def page(asked: Edit) -> HttpResponse:
    """The form with all that stands beside it."""
    folded = asked.do.split("-")[1] if asked.do.startswith(("add-", "drop-")) else ""
    shown: dict[str, Any] = {
        "incident": asked.now.incident,
        "form": report_form(asked.form, None, asked.problems, asked=folded, owner=asked.now.incident.owner),
        "notice": asked.notice,
        "hidden": asked.now.hidden,
        "reasons": reasons(asked.now),
        "reason": one(asked.form, "reason"),
        **_look(asked),
    }
    return render(asked.request, "report.html", shown, status=400 if asked.problems else 200)


def reasons(now: Standing) -> tuple[str, ...]:
    """Why a person may say that it changes; what no longer counts can be taken up again."""
    gone = now.held.reason in ("withdrawn", "counted_as")
    return ("reinstated", *REASONS) if gone else REASONS


def _look(asked: Edit) -> dict[str, Any]:
    incident = asked.now.incident
    said = editing.said(asked.now, asked.form)
    return {
        "readers": read_by_of(asked.form, incident.owner, incident.collection_id, incident.sensitivity),
        "alike": maybe_same(asked.user, said.told, places=False, besides=incident.pk),
    }


def _keep(asked: Edit) -> HttpResponse:
    try:
        drafts.keep(by=asked.user, form=asked.form, incident=asked.now.incident.pk)
    except Refused as refusal:
        return page(replace(asked, problems=[problem_of(refusal)]))
    return kept(asked.request) or page(replace(asked, notice="kept"))


def _save(asked: Edit) -> HttpResponse:
    """Save it, unless somebody revised meanwhile: then both are shown first."""
    expected = one(asked.form, "expected")
    if expected != str(asked.now.last):
        return _meanwhile(asked)
    return _saved(asked)


def _saved(asked: Edit) -> HttpResponse:
    found = editing.said(asked.now, asked.form, today=latest_day())
    reason = one(asked.form, "reason") or REASONS[0]
    problems = list(found.problems)
    if reason not in reasons(asked.now):
        problems.append(Problem("reason", "unknown_word"))
    try:
        phone = on_the_phone(asked.form)
        if not problems:
            amend(
                by=asked.user,
                now=asked.now,
                told=found.told,
                reason=reason,
                phone=phone,
                key=one(asked.form, "key"),
            )
            return redirect("incident", asked.now.incident.reference)
    except Refused as refusal:
        if refusal.code == "changed_meanwhile":
            return _meanwhile(replace(asked, now=editing.standing(asked.user, _fresh(asked))))
        problems.append(problem_of(refusal))
    return page(replace(asked, problems=problems))


def _fresh(asked: Edit) -> Incident:
    return queries.find(asked.user, asked.now.incident.reference)


def _meanwhile(asked: Edit) -> HttpResponse:
    """Both versions; once a person has chosen between them, the one made of both."""
    base = editing.standing(asked.user, asked.now.incident, _number(one(asked.form, "base")))
    chosen = chosen_in(asked.request)
    merged = merge(base.form, asked.now.form, asked.form, chosen)
    seen = asked.request.POST.get("seen") == str(asked.now.last)
    if seen and chosen.keys() >= set(merged.conflicts):
        heads = {"expected": (str(asked.now.last),), "base": (str(asked.now.held.number),)}
        return _saved(replace(asked, form={**merged.form, **_callers(asked.form), **heads}))
    shown = both_versions(asked.user, base, asked.now, asked.form, merged)
    fields = [(name, value) for name, values in asked.form.items() for value in values]
    names = {"incident": asked.now.incident, "seen": asked.now.last, "fields": fields}
    return render(asked.request, "report_both.html", {"both": shown, **names}, status=409)


def chosen_in(request: HttpRequest) -> Mapping[str, str]:
    """What was chosen for each part that both changed."""
    return {
        name.removeprefix("pick."): value
        for name, value in request.POST.items()
        if name.startswith("pick.") and value in ("mine", "theirs") and isinstance(value, str)
    }


def _callers(form: Typed) -> Typed:
    return {name: values for name, values in form.items() if name.startswith("caller.")}


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 6:
        raise Refused("bad_value", field="base")
    return int(text)
