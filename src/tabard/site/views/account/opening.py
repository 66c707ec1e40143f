"""What opens the account: the proof before a change, the password, the binding to a provider of sign-ins."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from tabard.access import entering, identities, passkeys, sessions
from tabard.access.actions import change_password
from tabard.access.models import Account, Factor
from tabard.access.trail import proved as write_proof
from tabard.rules.refusals import Refused
from tabard.site.letting_in import address_of, onward, place_of
from tabard.site.proving import own_account, proved
from tabard.site.views.errors import status_of, told
from tabard.site.views.passkeys import asked, said, taken


@sensitive_post_parameters()
def prove(request: HttpRequest) -> HttpResponse:
    """Who one is, shown again: by the password, a code or a passkey."""
    user, goal = own_account(request), onward(request, "account")
    kinds = set(user.factors.values_list("kind", flat=True))
    shown = {
        "next": goal,
        "password": user.has_usable_password(),
        "passkey": Factor.PASSKEY in kinds,
        "codes": kinds - {Factor.PASSKEY},
    }
    if request.method != "POST":
        return render(request, "account/prove.html", shown)
    try:
        way = shown_by(request, user)
    except Refused as refusal:
        return render(request, "account/prove.html", shown | told(refusal), status=status_of(refusal))
    sessions.prove(request.session, datetime.now(UTC))
    write_proof(by=user, way=way)
    return HttpResponseRedirect(goal)


def shown_by(request: HttpRequest, user: Account) -> str:
    """What it was shown by; refused where it was not right."""
    address = address_of(request)
    if "answer" in request.POST:
        entering.by_passkey(place_of(request), taken(request), said(request), user, address)
        return "passkey"
    if "code" in request.POST:
        way = entering.by_code(user, request.POST["code"], address)
        if way is None:
            raise Refused("code_wrong")
        return way
    if entering.by_password(user.handle, request.POST.get("password", ""), address) is None:
        raise Refused("password_wrong")
    return "password"


@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """What the browser is to ask the person's own passkeys."""
    return asked(request, passkeys.ask_who(place_of(request), own_account(request)))


@sensitive_post_parameters()
@proved
def password(request: HttpRequest) -> HttpResponse:
    """Another password; every other session ends with it."""
    user = own_account(request)
    if request.method != "POST":
        return render(request, "account/password.html", {})
    try:
        if user.has_usable_password() and not is_current(request, user):
            raise Refused("password_wrong")
        if request.POST.get("password", "") != request.POST.get("again", ""):
            raise Refused("passwords_differ")
        kept = request.session.session_key or ""
        change_password(by=user, account=user, password=request.POST.get("password", ""), keep=kept)
    except Refused as refusal:
        return render(request, "account/password.html", told(refusal), status=status_of(refusal))
    update_session_auth_hash(request, user)
    return redirect("account")


def is_current(request: HttpRequest, user: Account) -> bool:
    """Whether the password of today was typed beside the new one; guessing it waits like any other."""
    typed = request.POST.get("current", "")
    return entering.by_password(user.handle, typed, address_of(request)) is not None


@require_POST
@proved
def unlink(request: HttpRequest) -> HttpResponse:
    """No longer bound to a person of the provider."""
    user = own_account(request)
    identities.unlink(by=user, account=user)
    return redirect("account-factors")
