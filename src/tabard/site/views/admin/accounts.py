"""Accounts: the list, a new one with a link to choose its password, closing it, its roles."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from tabard.access import actions, factors, queries, setting_up
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.access.policy import in_force
from tabard.rules.refusals import Refused
from tabard.site.components.scopes import in_words
from tabard.site.entrance import enter
from tabard.site.views.errors import status_of, told

HANDLE = re.compile(r"[\w.@-]{1,150}")
LONGEST_NAME = 200
PAGE = 200


def accounts(request: HttpRequest) -> HttpResponse:
    """Those that the reader administers, and the form of a new one."""
    user = enter(request, Permission.ACCOUNT_CREATE)
    if request.method != "POST":
        return _list(request, user)
    try:
        made = _create(user, request.POST)
    except Refused as refusal:
        return _list(request, user, refusal)
    return _link(request, made, setting_up.secret(made))


def account(request: HttpRequest, pk: str) -> HttpResponse:
    """One account and its roles."""
    user = enter(request, Permission.ACCOUNT_CREATE)
    found = find(user, pk)
    rows = list(found.assignments.order_by("role", "scope"))
    named, day = in_words(row.scope for row in rows), datetime.now(UTC).date()
    shown = {
        "account": found,
        "assignments": [(row, named[row.scope], in_force(row, day)) for row in rows],
        "is_own": found.pk == user.pk,
        "has_second": factors.has_second(found),
    }
    return render(request, "admin/account.html", shown)


@require_POST
def reset(request: HttpRequest, pk: str) -> HttpResponse:
    """Take the password away; the page that answers shows the link once."""
    user = enter(request, Permission.ACCOUNT_RESET)
    found = find(user, pk)
    return _link(request, found, setting_up.reset_account(by=user, account=found))


@require_POST
def close(request: HttpRequest, pk: str) -> HttpResponse:
    """Let nobody in by it any more."""
    user = enter(request, Permission.ACCOUNT_CLOSE)
    found = find(user, pk)
    if found.pk == user.pk:
        raise Refused("not_to_yourself")
    actions.close_account(by=user, account=found)
    return redirect("admin-account", pk)


@require_POST
def unlock(request: HttpRequest, pk: str) -> HttpResponse:
    """End the wait after too many wrong passwords."""
    user = enter(request, Permission.ACCOUNT_UNLOCK)
    actions.unlock_account(by=user, account=find(user, pk))
    return redirect("admin-account", pk)


@require_POST
def lose(request: HttpRequest, pk: str) -> HttpResponse:
    """Take the second factors away, as when a phone is lost; its holder sets new ones up."""
    user = enter(request, Permission.FACTOR_REMOVE)
    found = find(user, pk)
    if found.pk == user.pk:
        raise Refused("not_to_yourself")
    for factor in found.factors.all():
        factors.remove(by=user, factor=factor)
    return redirect("admin-account", pk)


def find(user: Account, pk: str) -> Account:
    """An account that the reader administers. Hidden and absent look the same."""
    found = queries.visible_to(user).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def _list(request: HttpRequest, user: Account, refusal: Refused | None = None) -> HttpResponse:
    after = request.GET.get("after", "")
    rows = list(
        queries.visible_to(user)
        .filter(pk__gt=after)
        .order_by("pk")
        .prefetch_related("assignments")[: PAGE + 1]
    )
    named = in_words(each.scope for row in rows for each in row.assignments.all())
    shown: dict[str, Any] = {
        "rows": [
            (row, [(each.role, named[each.scope]) for each in row.assignments.all()]) for row in rows[:PAGE]
        ],
        "following": rows[PAGE - 1].pk if len(rows) > PAGE else "",
        "asked": request.POST,
        **told(refusal),
    }
    return render(request, "admin/accounts.html", shown, status=status_of(refusal) if refusal else 200)


def _create(user: Account, asked: Mapping[str, str]) -> Account:
    handle, name = asked.get("handle", "").strip(), " ".join(asked.get("name", "").split())
    if not HANDLE.fullmatch(handle):
        raise Refused("bad_value", field="handle")
    if len(name) > LONGEST_NAME:
        raise Refused("bad_value", field="name")
    if Account.objects.filter(handle=handle).exists():
        raise Refused("handle_taken")
    return actions.create_account(by=user, handle=handle, name=name, password=None)


def _link(request: HttpRequest, account: Account, secret: str) -> HttpResponse:
    """Shown now and never again: nothing of it is kept."""
    link = request.build_absolute_uri(reverse("set-up", args=[account.pk, secret]))
    return render(request, "admin/account_link.html", {"account": account, "link": link})
