"""Reporting an incident: the form, its drafts, whether it is there already, and the sending."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.desk import drafts
from tabard.desk.callers import OnThePhone, on_the_phone
from tabard.desk.choices import Choices, choices
from tabard.desk.form.filling import is_blank
from tabard.desk.form.reading import Said, read
from tabard.desk.form.typed import GROUPS, Typed, one, typed, with_group, without_group
from tabard.desk.form.values import Problem
from tabard.desk.reporting import Head, head_of, send
from tabard.incidents import queries
from tabard.incidents.models import Incident
from tabard.rules.ids import ulid
from tabard.rules.refusals import Forbidden, Refused
from tabard.site.components.report_aside import maybe_same, read_by
from tabard.site.components.report_form import report_form
from tabard.site.entrance import enter
from tabard.site.views.joining import add_to

DECIDED = ("new", "same", "add")  # what is answered to "is it one of these?"


@dataclass(frozen=True)
class Asked:
    """What came in: who, what stands in the form, what is to be done with it."""

    request: HttpRequest
    user: Account
    where: Choices
    form: Typed
    do: str = ""
    problems: Sequence[Problem] = ()
    notice: str = ""

    @property
    def what(self) -> str:
        return self.do.partition(":")[0]

    @property
    def which(self) -> str:
        return self.do.partition(":")[2]


def new(request: HttpRequest) -> HttpResponse:
    """The form, empty, from a draft, or as it was sent."""
    user = enter(request, Permission.INCIDENT_REPORT)
    where = choices(user)
    if not where.collections:
        raise Forbidden
    if request.method != "POST":
        return _begun(Asked(request, user, where, {}))
    form = {**_heads(where), **typed(pairs(request))}
    asked = Asked(request, user, where, form, request.POST.get("do", "send"))
    if asked.what in ("send", *DECIDED):
        return _send(asked)
    if asked.what == "draft":
        return _keep(asked)
    if request.headers.get("X-Part") == "look":
        return render(request, "components/report_look.html", _look(asked))
    return page(replace(asked, form=with_changed_groups(form, asked.do)))


def pairs(request: HttpRequest) -> list[tuple[str, str]]:
    """Every field of the form that was sent, with each of its values."""
    return [(name, str(value)) for name, values in request.POST.lists() for value in values]


def with_changed_groups(form: Typed, do: str) -> Typed:
    """The form with a group more (`add-h`) or less (`drop-h-1`)."""
    what, _, rest = do.partition("-")
    letter, _, number = rest.partition("-")
    if letter not in [*GROUPS]:
        return form
    if what == "drop" and number.isdecimal():
        return without_group(form, letter, int(number[:4]))
    return with_group(form, letter) if what == "add" else form


def _heads(where: Choices) -> dict[str, tuple[str, ...]]:
    """What stands at the top from the beginning."""
    heads = {
        "key": ulid(),
        "collection": where.collections[0].pk,
        "owner": where.first_owner,
        "sensitivity": "internal",
    }
    return {name: (value,) for name, value in heads.items() if value}


def _begun(asked: Asked) -> HttpResponse:
    """A new form, or a draft taken up again."""
    wanted = asked.request.GET.get("draft", "")
    draft = drafts.find(asked.user, wanted) if wanted else None
    if draft is None:
        return page(replace(asked, form=_heads(asked.where)))
    if draft.incident:
        raise Refused("not_found")
    return page(replace(asked, form={**_heads(asked.where), **drafts.form_of(draft)}))


def page(asked: Asked) -> HttpResponse:
    """The form with all that stands beside it."""
    folded = asked.do.split("-")[1] if asked.do.startswith(("add-", "drop-")) else ""
    shown: dict[str, Any] = {
        "form": report_form(asked.form, asked.where, asked.problems, asked=folded),
        "notice": asked.notice,
        "drafts": len(drafts.mine(asked.user)),
        "sent_already": sent(asked) if any(p.code == "sent_already" for p in asked.problems) else None,
        **_look(asked),
    }
    return render(asked.request, "report.html", shown, status=400 if asked.problems else 200)


def sent(asked: Asked) -> Incident | None:
    """The incident that was reported from this form before, where it may be seen."""
    return queries.visible_to(asked.user).filter(pk=one(asked.form, "key")).first()


def _look(asked: Asked) -> dict[str, Any]:
    """Who will read it, and what may be there already. While somebody types, places are not compared."""
    said = read(asked.form)
    return {"readers": read_by(asked.form), "alike": maybe_same(asked.user, said.told, places=False)}


def _keep(asked: Asked) -> HttpResponse:
    """Keep a draft; a script is answered with a line, a person with the form."""
    try:
        drafts.keep(by=asked.user, form=asked.form)
    except Refused as refusal:
        return page(replace(asked, problems=[problem_of(refusal)]))
    return kept(asked.request) or page(replace(asked, notice="kept"))


def kept(request: HttpRequest) -> HttpResponse | None:
    """The line that says when the draft was kept, where a script asks for no more."""
    if request.headers.get("X-Part") != "kept":
        return None
    return render(request, "components/report_kept.html", {"now": datetime.now(UTC)})


def problem_of(refusal: Refused) -> Problem:
    """A refusal as a problem of the form."""
    limit = refusal.fields.get("limit", 0)
    return Problem(str(refusal.fields.get("field", "")), refusal.code, limit if isinstance(limit, int) else 0)


@dataclass(frozen=True)
class Ready:
    """A form that can be sent."""

    said: Said
    head: Head
    phone: OnThePhone | None


def ready(form: Typed) -> Ready | list[Problem]:
    """What the form says, or what is wrong with it."""
    said = read(form, today=latest_day())
    problems = list(said.problems)
    if is_blank(form):
        problems.append(Problem("details", "nothing_said"))
    try:
        made = Ready(said, head_of(form), on_the_phone(form))
    except Refused as refusal:
        return [*problems, problem_of(refusal)]
    return problems or made


def latest_day() -> date:
    """Today somewhere on earth."""
    return (datetime.now(UTC) + timedelta(hours=14)).date()


def _send(asked: Asked) -> HttpResponse:
    found = ready(asked.form)
    if isinstance(found, list):
        return page(replace(asked, problems=found))
    if asked.what not in DECIDED:
        alike = maybe_same(asked.user, found.said.told, places=True, besides=found.head.key)
        if alike and sent(asked) is None:
            return render(asked.request, "report_alike.html", {"alike": alike, "fields": _fields(asked.form)})
    other = queries.find(asked.user, asked.which) if asked.what in ("same", "add") else None
    if other is not None and asked.what == "add":
        draft = add_to(asked.user, other, asked.form)
        return redirect(f"{reverse('incident-edit', args=[other.reference])}?draft={draft.pk}")
    return _sent(asked, found, other)


def _sent(asked: Asked, found: Ready, same: Incident | None) -> HttpResponse:
    """Send it; what is refused leaves the form as it was typed."""
    try:
        made = send(asked.user, found.head, found.said.told, phone=found.phone, same=same)
    except Forbidden:
        return page(replace(asked, problems=[Problem("country", "not_yours")]))
    except Refused as refusal:
        again = refusal.code == "key_reused"
        return page(replace(asked, problems=[Problem("", "sent_already") if again else problem_of(refusal)]))
    seen = queries.visible_to(asked.user).filter(pk=made.pk).exists()
    return redirect("incident", made.reference) if seen else redirect("incidents-receipt", made.pk)


def _fields(form: Typed) -> list[tuple[str, str]]:
    return [(name, value) for name, values in form.items() for value in values]
