"""Who one is here, what one may do and where, and the last times that somebody signed in or tried to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from tabard.access import audit, factors
from tabard.access.models import Account, AuditLine
from tabard.access.policy import grants, key_of
from tabard.site.components.scopes import in_words
from tabard.site.proving import own_account

SIGNED = ("access:account:sign-in", "access:account:refuse")
LAST = 12
WAYS = {
    "password": _("password"),
    "totp": _("code of an app"),
    "recovery": _("recovery code"),
    "passkey": _("passkey"),
    "provider": _("provider of sign-ins"),
    "code": _("code"),
}


@dataclass(frozen=True)
class Entry:
    """One time that somebody signed in, or tried to."""

    at: datetime
    ways: list[Any]
    right: bool


def overview(request: HttpRequest) -> HttpResponse:
    """The first page of the account."""
    user = own_account(request)
    given = grants(user)
    places = in_words(grant.scope for grant in given)
    held = [(grant.role.code, places[grant.scope]) for grant in given]
    shown = {
        "held": held,
        "entries": entries(user),
        "second": factors.has_second(user),
        "language": dict(settings.LANGUAGES).get(user.language, user.language),
    }
    return render(request, "account/overview.html", shown)


def entries(account: Account) -> list[Entry]:
    """The last of them, newest first, out of the audit chain."""
    lines = AuditLine.objects.filter(subject=key_of(account), verb__in=SIGNED).order_by("-id")[:LAST]
    return [Entry(line.at, ways(line), line.verb == SIGNED[0]) for line in lines]


def ways(line: AuditLine) -> list[Any]:
    """What was used, in words."""
    codes = str(audit.detail(line).get("way", "")).split("+")
    return [WAYS[code] for code in codes if code in WAYS]
