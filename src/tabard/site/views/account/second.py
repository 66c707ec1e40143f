"""Second factors: an app for codes, passkeys, recovery codes. Each change wants a fresh proof of who asks."""

from __future__ import annotations

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from tabard.access import factors, passkeys, seals
from tabard.access.models import Account, Factor, Identity
from tabard.rules.refusals import Refused
from tabard.site.letting_in import place_of
from tabard.site.proving import own_account, proved
from tabard.site.session_care import is_demanded
from tabard.site.views.errors import status_of, told
from tabard.site.views.passkeys import asked, said, taken

NEW = "new_totp"


def every(request: HttpRequest) -> HttpResponse:
    """What there is, and what can be added."""
    return page(request, own_account(request))


def page(request: HttpRequest, user: Account, refusal: Refused | None = None) -> HttpResponse:
    """The list, with what was wrong with the last try."""
    rows = list(user.factors.order_by("made_at"))
    shown = {
        "factors": [row for row in rows if row.kind in factors.FIRST_FACTORS],
        "has_totp": any(row.kind == Factor.TOTP for row in rows),
        "recovery": sum(row.kind == Factor.RECOVERY for row in rows),
        "demanded": is_demanded(user),
        "named": not place_of(request).name.replace(".", "").isdigit(),
        "provider": settings.OIDC.get("name") or settings.OIDC.get("issuer"),
        "bound": Identity.objects.filter(account=user).exists(),
    }
    return render(
        request, "account/factors.html", shown | told(refusal), status=status_of(refusal) if refusal else 200
    )


@sensitive_post_parameters()
@proved
def totp(request: HttpRequest) -> HttpResponse:
    """A new secret as a picture and as letters, and the first code that proves the app has it."""
    user = own_account(request)
    if request.method != "POST" or NEW not in request.session:
        request.session[NEW] = seals.locked(NEW, factors.new_secret())
        return app(request, user)
    code, label = request.POST.get("code", ""), request.POST.get("label", "")
    try:
        secret = seals.unlocked(NEW, request.session[NEW])
        factors.add_totp(by=user, account=user, secret=secret, code="".join(code.split()), label=label)
    except Refused as refusal:
        return app(request, user, refusal)
    del request.session[NEW]
    return added(request, user)


def app(request: HttpRequest, user: Account, refusal: Refused | None = None) -> HttpResponse:
    """The page with the picture."""
    secret = seals.unlocked(NEW, request.session[NEW])
    picture = segno.make(factors.address_of(secret, user.handle, request.get_host()), micro=False)
    shown = {
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "picture": mark_safe(picture.svg_inline(scale=5, border=2, omitsize=True, dark="#000", light="#fff")),
    }
    return render(
        request, "account/totp.html", shown | told(refusal), status=status_of(refusal) if refusal else 200
    )


def added(request: HttpRequest, user: Account) -> HttpResponse:
    """After a factor: a new key for the session, and with the first factor the recovery codes."""
    request.session.cycle_key()
    if user.factors.filter(kind=Factor.RECOVERY).exists():
        return redirect("account-factors")
    return shown_once(request, user)


@require_POST
@proved
def codes(request: HttpRequest) -> HttpResponse:
    """New recovery codes in place of the old ones."""
    user = own_account(request)
    if not factors.has_second(user):
        return redirect("account-factors")
    return shown_once(request, user)


def shown_once(request: HttpRequest, user: Account) -> HttpResponse:
    """The only time that they are seen."""
    made = factors.renew_recovery(by=user, account=user)
    return render(request, "account/codes.html", {"codes": made})


@require_POST
@proved
def ask_passkey(request: HttpRequest) -> HttpResponse:
    """What the browser is to ask of a new key."""
    return asked(request, passkeys.ask_to_make(place_of(request), own_account(request)))


@require_POST
@proved
def add_passkey(request: HttpRequest) -> HttpResponse:
    """The key that the browser made."""
    user, label = own_account(request), request.POST.get("label", "")
    try:
        kept, answer = taken(request), said(request)
        passkeys.add(by=user, account=user, place=place_of(request), kept=kept, answer=answer, label=label)
    except Refused as refusal:
        return page(request, user, refusal)
    return added(request, user)


@require_POST
@proved
def remove(request: HttpRequest, pk: str) -> HttpResponse:
    """Take one's own factor away; another's is not there."""
    user = own_account(request)
    found = user.factors.filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    factors.remove(by=user, factor=found)
    request.session.cycle_key()
    return redirect("account-factors")
