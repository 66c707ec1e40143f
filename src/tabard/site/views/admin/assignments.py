"""Giving and ending roles. What a role would show is said in words and numbers before it is given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from tabard.access import actions
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.access.policy import EVERYTHING, Grant, may
from tabard.access.roles import Role, cleared, roles
from tabard.incidents import queries
from tabard.rules.refusals import Refused
from tabard.site.components.scopes import choices, in_words, picked
from tabard.site.entrance import enter
from tabard.site.views.admin.accounts import find
from tabard.site.views.errors import status_of, told

GIVEN = tuple(code for code in roles() if code != actions.OPERATOR)  # the console's role is nobody else's
DATES = ("valid_from", "valid_to")


def give(request: HttpRequest, pk: str) -> HttpResponse:
    """The form; what it would do; and, once somebody has read that, doing it."""
    user = enter(request, Permission.ASSIGNMENT_GRANT)
    account = find(user, pk)
    if request.method != "POST":
        return _form(request, account)
    try:
        given = _given(user, account, request.POST)
        if "confirmed" not in request.POST:
            return _preview(request, account, given)
        actions.grant(by=user, account=account, **given)
    except Refused as refusal:
        return _form(request, account, refusal)
    return redirect("admin-account", pk)


@require_POST
def end(request: HttpRequest, pk: str, assignment: str) -> HttpResponse:
    """Take a role back, from this moment on."""
    user = enter(request, Permission.ASSIGNMENT_END)
    found = find(user, pk).assignments.filter(pk=assignment).first()
    if found is None:
        raise Refused("not_found")
    actions.end_assignment(by=user, assignment=found)
    return redirect("admin-account", pk)


def _form(request: HttpRequest, account: Account, refusal: Refused | None = None) -> HttpResponse:
    shown: dict[str, Any] = {
        "account": account,
        "roles": [roles()[code] for code in GIVEN],
        "choices": choices(),
        "asked": request.POST,
        **told(refusal),
    }
    return render(request, "admin/give.html", shown, status=status_of(refusal) if refusal else 200)


def _given(user: Account, account: Account, asked: Mapping[str, str]) -> dict[str, Any]:
    """Role, scope and dates; refused before anybody is shown what they could do."""
    if account.pk == user.pk:
        raise Refused("not_to_yourself")
    if asked.get("role") not in GIVEN:
        raise Refused("unknown_word", field="role")
    scope = picked(asked)
    if not may(user, Permission.ASSIGNMENT_GRANT, (scope,)):
        raise Refused("not_allowed")
    days = {name: _day(asked.get(name, ""), name) for name in DATES}
    return {"role": asked["role"], "scope": scope, **days}


def _day(text: str, name: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refused("bad_date", field=name) from None


def _preview(request: HttpRequest, account: Account, given: Mapping[str, Any]) -> HttpResponse:
    role, scope = roles()[given["role"]], given["scope"]
    reads = Permission.INCIDENT_READ in role.permissions
    shown = {
        "account": account,
        "role": role,
        "scope_words": in_words([scope])[scope],
        "given": given,
        "kept": [(name, value) for name, value in request.POST.items() if name != "csrfmiddlewaretoken"],
        "sees": queries.covered(Grant(role, scope)).count() if reads else None,
        "sensitivities": cleared(role.clearance),
        "warnings": _warnings(role, scope),
    }
    return render(request, "admin/give_preview.html", shown)


def _warnings(role: Role, scope: str) -> list[str]:
    """What is worth a second look: codes for the page."""
    found = ["everything"] if scope == EVERYTHING else []
    found += ["words"] if Permission.RESTRICTED_READ in role.permissions else []
    found += ["gives_roles"] if Permission.ASSIGNMENT_GRANT in role.permissions else []
    found += ["erases"] if Permission.ORIGINAL_ERASE in role.permissions else []
    return found + (["takes_away"] if Permission.INCIDENT_EXPORT in role.permissions else [])
