"""What is open and by when: the list of all needs, and the forms that add, take on, finish and drop one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.desk import needs
from tabard.desk.models.needs import Need
from tabard.incidents import queries
from tabard.rules.refusals import Refused
from tabard.site.components.owed import choices, owed
from tabard.site.entrance import enter
from tabard.site.views.digits import ROW, whole
from tabard.site.views.moments import hours_from_now, instant
from tabard.site.views.told import incident_page

Fields = Mapping[str, str]
ME = "me"


def needs_page(request: HttpRequest) -> HttpResponse:
    """Everything open that the account sees, the most pressing first; or what it sees to itself."""
    user = enter(request, Permission.NEED_KEEP)
    mine, after = "mine" in request.GET, request.GET.get("after", "")
    rows = needs.open_for(user, mine=mine, after=needs.find(user, after) if after else None)
    shown = {
        "rows": owed(rows, user),
        "mine": mine,
        "overdue": needs.overdue(user, datetime.now(UTC)),
        "following": rows[-1].pk if len(rows) == needs.PAGE else "",
        "may_keep": True,
        "back": "needs",
        **choices(),
    }
    return render(request, "needs.html", shown)


@require_POST
def ask(request: HttpRequest, reference: str) -> HttpResponse:
    """One more need or action of this incident."""
    user, sent = enter(request, Permission.NEED_KEEP), request.POST
    incident = queries.find(user, reference.upper())
    needs.ask(
        by=user,
        incident=incident,
        kind=sent.get("kind", ""),
        text=sent.get("text", ""),
        done=bool(sent.get("done")),
        due_at=_due(sent),
        **_who(sent, user),
    )
    return redirect(f"{incident_page(incident.reference)}#owed")


@require_POST
def change(request: HttpRequest, pk: str) -> HttpResponse:
    """Take it on, give it to a unit, move its time, finish, drop, open again."""
    user = enter(request, Permission.NEED_KEEP)
    need = needs.find(user, pk)
    verb = VERBS.get(request.POST.get("do", ""))
    if verb is None:
        raise Refused("unknown_word", field="do")
    verb(user, need, request.POST)
    if request.POST.get("back") == "incident":
        incident = queries.visible_to(user).get(pk=need.incident)
        return redirect(f"{incident_page(incident.reference)}#owed")
    return redirect("needs")


def _take_on(by: Account, need: Need, sent: Fields) -> object:
    return needs.assign(by=by, need=need, owner=by.pk, due_at=need.due_at, expected=_expected(sent))


def _assign(by: Account, need: Need, sent: Fields) -> object:
    """What is left open in the form stays as it is."""
    who = _who(sent, by) if sent.get("who") else {"owner": need.owner, "unit": need.unit}
    due = _due(sent) or need.due_at
    return needs.assign(by=by, need=need, due_at=due, expected=_expected(sent), **who)


def _drop(by: Account, need: Need, sent: Fields) -> object:
    return needs.drop(by=by, need=need, reason=sent.get("reason", ""), expected=_expected(sent))


VERBS: Mapping[str, Callable[[Account, Need, Fields], object]] = {
    "take": _take_on,
    "assign": _assign,
    "finish": lambda by, need, sent: needs.finish(by=by, need=need, expected=_expected(sent)),
    "drop": _drop,
    "reopen": lambda by, need, sent: needs.reopen(by=by, need=need, expected=_expected(sent)),
}


def _expected(sent: Fields) -> int | None:
    return whole(sent["version"], "version", ROW) if sent.get("version") else None


def _who(sent: Fields, by: Account) -> dict[str, str]:
    """Oneself, or a unit."""
    who = sent.get("who", "")
    return {"owner": by.pk, "unit": ""} if who == ME else {"owner": "", "unit": who}


def _due(sent: Fields) -> datetime | None:
    return instant(sent.get("due_at", ""), "due_at") or hours_from_now(sent.get("hours", ""), "hours")
