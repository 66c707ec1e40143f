"""Signing in and out: a name and a password, then a second factor where the account has one."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from tabard.access import entering
from tabard.access.models import Factor
from tabard.rules.refusals import Refused
from tabard.site import example
from tabard.site.letting_in import address_of, first_step, let_in, onward, pending
from tabard.site.views.errors import status_of, told

STATUS = {"locked_out": 429, "sign_in_failed": 403, "code_wrong": 403}


@login_not_required
@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """A name and a password. The answer is the same whether the name or the password is wrong, or has to wait."""
    goal = onward(request)
    if request.method != "POST":
        return HttpResponseRedirect(goal) if request.user.is_authenticated else form(request, goal)
    handle, password = request.POST.get("handle", ""), request.POST.get("password", "")
    try:
        account = entering.by_password(handle, password, address_of(request))
    except Refused as refusal:
        return form(request, goal, refusal)
    if account is None:
        return form(request, goal, Refused("sign_in_failed"))
    return first_step(request, account, goal, "password")


@login_not_required
@never_cache
@sensitive_post_parameters()
def second(request: HttpRequest) -> HttpResponse:
    """A code of an app, a recovery code, or a passkey."""
    waiting = pending(request)
    if waiting is None:
        return form(request, onward(request), Refused("sign_in_late") if request.method == "POST" else None)
    account, kept = waiting
    kinds = set(account.factors.values_list("kind", flat=True))
    shown = {"passkey": Factor.PASSKEY in kinds, "codes": kinds - {Factor.PASSKEY}}
    if request.method != "POST":
        return render(request, "sign_in_second.html", shown)
    try:
        way = entering.by_code(account, request.POST.get("code", ""), address_of(request))
        if way is None:
            raise Refused("code_wrong")
    except Refused as refusal:
        return render(request, "sign_in_second.html", shown | told(refusal), status=_status(refusal))
    return let_in(request, account, kept["onward"], f"{kept['way']}+{way}")


@login_not_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Close the session. The browser drops what it kept of our pages; the language and the keys one chose stay."""
    logout(request)
    response = redirect("sign-in")
    response["Clear-Site-Data"] = '"cache"'
    return response


def form(request: HttpRequest, goal: str, refusal: Refused | None = None) -> HttpResponse:
    """The page to sign in on, with what was wrong."""
    shown = {
        "next": goal,
        "examples": example.accounts_present(),
        "example_password": example.PASSWORD,
        "provider": settings.OIDC.get("name") or settings.OIDC.get("issuer"),
    }
    status = _status(refusal) if refusal else 200
    return render(request, "sign_in.html", shown | told(refusal), status=status)


def _status(refusal: Refused) -> int:
    return STATUS.get(refusal.code) or status_of(refusal)
