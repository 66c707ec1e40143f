"""What every way to sign in ends with: a session of its own, a line in the audit chain, and the page one came for."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from tabard.access import factors, sessions
from tabard.access.models import Account
from tabard.access.passkeys import Place
from tabard.access.trail import signed_in
from tabard.rules.devices import device_of
from tabard.site.language import known, remember

PENDING = "pending"
PENDING_SECONDS = 300


def first_step(request: HttpRequest, account: Account, onward: str, way: str) -> HttpResponse:
    """After a password or the provider's word: in, or on to the second factor where the account has one."""
    if not factors.has_second(account):
        return let_in(request, account, onward, way)
    request.session.cycle_key()
    request.session[PENDING] = {"account": account.pk, "onward": onward, "way": way, "at": time.time()}
    return redirect("sign-in-second")


def pending(request: HttpRequest) -> tuple[Account, dict[str, Any]] | None:
    """Who has passed the first step on this browser only minutes ago."""
    kept = request.session.get(PENDING)
    if not isinstance(kept, dict) or time.time() - kept["at"] > PENDING_SECONDS:
        return None
    account = Account.objects.filter(pk=kept["account"], is_active=True).first()
    return (account, kept) if account else None


def let_in(request: HttpRequest, account: Account, onward: str, way: str) -> HttpResponse:
    """A session with a new key, for whom the last step was right."""
    request.session.pop(PENDING, None)
    login(request, account, backend=settings.AUTHENTICATION_BACKENDS[0])
    agent = request.META.get("HTTP_USER_AGENT", "")
    sessions.begin(request.session, device_of(agent), datetime.now(UTC))
    signed_in(by=account, way=way)
    response = HttpResponseRedirect(onward)
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES and known(account.language):
        remember(response, account.language)
    return response


def onward(request: HttpRequest, fallback: str = "") -> str:
    """The page of ours that was asked for, or the first one."""
    wanted: str = request.POST.get("next") or request.GET.get("next") or ""
    fine = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return wanted if fine else str(resolve_url(fallback or settings.LOGIN_REDIRECT_URL))


def address_of(request: HttpRequest) -> str:
    """Where the request comes from: behind proxies of ours, what the outermost of them saw."""
    seen = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    proxies: int = settings.PROXIES
    if proxies and len(seen) >= proxies and seen[-proxies]:
        return str(seen[-proxies])
    return str(request.META.get("REMOTE_ADDR", ""))


def place_of(request: HttpRequest) -> Place:
    """Where a passkey answers."""
    return Place(request.scheme or "http", request.get_host())
