"""A report that could not be coded, in the report form: what can be read stands in it, what cannot is marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.desk import mending
from tabard.desk.choices import Choices
from tabard.desk.form.filling import is_blank
from tabard.desk.form.mending import Mended, mended, problems, said
from tabard.desk.form.typed import Typed, typed
from tabard.desk.form.values import Problem
from tabard.incidents import held, queries
from tabard.intake.models import Taken
from tabard.rules.refusals import Forbidden, Refused
from tabard.site.components import sent
from tabard.site.components.report_aside import maybe_same, read_by
from tabard.site.components.report_form import ReportForm, report_form
from tabard.site.entrance import enter
from tabard.site.views.held import became, notes_of
from tabard.site.views.reporting import latest_day, pairs, problem_of, with_changed_groups

NAMED = {"known_at": "known_on"}  # fields of a report that the form asks for by another name


@dataclass(frozen=True)
class Asked:
    """What came in: who, about which report, what stands in the form, what is to be done with it."""

    request: HttpRequest
    user: Account
    taken: Taken
    mended: Mended
    where: Choices
    form: Typed
    do: str = ""
    problems: Sequence[Problem] = ()


def held_form(request: HttpRequest, turn: int) -> HttpResponse:
    """The form filled with what was sent, or as it came back."""
    user = enter(request, Permission.INCIDENT_REVIEW)
    taken = held.visible_to(user).filter(pk=turn).first() or held.taken_up(user, turn)
    if taken is None:
        raise Refused("not_found")
    found = mended(held.body(taken, by=user))
    if found is None or (taken.state != "held" and request.method != "POST"):
        return _elsewhere(user, taken)
    where = mending.where(user, taken)
    asked = Asked(request, user, taken, found, where, mending.begun(found, taken, where))
    if request.method != "POST":
        return page(replace(asked, problems=problems(found, asked.form, today=latest_day())))
    return _answered(replace(asked, form=_typed(asked), do=request.POST.get("do", "send")))


def _typed(asked: Asked) -> Typed:
    """What came back; where it was wanted is not asked again."""
    fixed = {"collection": asked.taken.collection, "owner": asked.taken.owner}
    return {**typed(pairs(asked.request)), **{name: (code,) for name, code in fixed.items() if code}}


def _answered(asked: Asked) -> HttpResponse:
    if asked.do == "send":
        return _send(asked)
    if asked.request.headers.get("X-Part") == "look":
        return render(asked.request, "components/report_look.html", _look(asked))
    return page(replace(asked, form=with_changed_groups(asked.form, asked.do)), status=200)


def _elsewhere(user: Account, taken: Taken) -> HttpResponse:
    """What the form cannot show is put right as it was sent; what is settled is looked at where it went."""
    if taken.state != "accepted":
        return redirect("review-report", taken.pk)
    made = became(user, taken)
    if made is None:
        raise Refused("not_found")
    return redirect("incident", made.reference)


def page(asked: Asked, status: int = 0) -> HttpResponse:
    """The form, what was sent beside it, and what could not be read; that it was read is recorded."""
    folded = asked.do.split("-")[1] if asked.do.startswith(("add-", "drop-")) else ""
    form = _report_form(asked, folded)
    begins = asked.request.method != "POST"
    shown: dict[str, Any] = {
        "mends": asked.taken,
        "form": replace(form, faults=[]) if begins else form,
        "notes": notes_of(asked.taken),
        "sent": sent.plainly(held.verbatim(asked.taken, by=asked.user)),
        "strange": sent.strange(asked.form, asked.problems, asked.mended, form) if begins else [],
        "refused": sent.unread(asked.mended, asked.problems, form),
        "elsewhere": mending.sent_elsewhere(asked.mended, asked.taken),
        "became": became(asked.user, asked.taken),
        **_look(asked),
    }
    failed = 400 if asked.problems and not begins else 200
    return render(asked.request, "held_form.html", shown, status=status or failed)


def _report_form(asked: Asked, folded: str) -> ReportForm:
    """Without what is asked of a caller: whoever sent this is known."""
    form = report_form(asked.form, asked.where, asked.problems, asked=folded)
    return replace(form, folds=[fold for fold in form.folds if fold.name != "phone"])


def _look(asked: Asked) -> dict[str, Any]:
    """Who will read it, and what may be there already; records are joined later, on the incident's page."""
    told = said(asked.mended, asked.form).told
    alike = maybe_same(asked.user, told, places=False, besides=asked.mended.id)
    return {"readers": read_by(asked.form), "alike": alike, "mends": asked.taken}


def _send(asked: Asked) -> HttpResponse:
    """Take it in; what is refused leaves the form as it was typed."""
    found = said(asked.mended, asked.form, today=latest_day())
    wrong = list(found.problems)
    if is_blank(asked.form):
        wrong.append(Problem("details", "nothing_said"))
    try:
        head = mending.head(asked.mended, asked.form)
        if not wrong:
            made = mending.take_in(asked.user, asked.taken, head, found.told)
            seen = queries.visible_to(asked.user).filter(pk=made.pk).first()
            return redirect("incident", seen.reference) if seen else redirect("review-reports")
    except Forbidden:
        wrong.append(Problem("country", "not_yours"))
    except Refused as refusal:
        wrong.append(_problem(refusal))
    return page(replace(asked, taken=_now(asked.taken), problems=wrong))


def _now(taken: Taken) -> Taken:
    """As it stands since somebody else dealt with it."""
    return Taken.objects.get(pk=taken.pk)


def _problem(refusal: Refused) -> Problem:
    found = problem_of(refusal)
    return replace(found, field=NAMED.get(found.field, found.field))
