"""Which machines act for the account: tokens, each shown once, each for what it names and no longer than it says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from tabard.access import policy, tokens
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.rules.refusals import Refused
from tabard.site.proving import own_account, proved
from tabard.site.views.digits import is_whole
from tabard.site.views.errors import status_of, told

DAYS = (7, 30, 90, 366)


@sensitive_post_parameters()
def every(request: HttpRequest) -> HttpResponse:
    """The tokens there are, and the form for another."""
    user = own_account(request)
    return make(request) if request.method == "POST" else page(request, user)


@proved
def make(request: HttpRequest) -> HttpResponse:
    """A new token, seen now and never again."""
    user, days = own_account(request), request.POST.get("days", "")
    scopes, label = request.POST.getlist("scope"), request.POST.get("label", "")
    try:
        lasts = timedelta(days=int(days) if is_whole(days, 3) else 0)
        raw, _ = tokens.issue(by=user, account=user, scopes=scopes, lasts=lasts, label=label)
    except Refused as refusal:
        return page(request, user, refusal, asked={"scopes": scopes, "label": label})
    return page(request, user, raw=raw)


def page(request: HttpRequest, user: Account, refusal: Refused | None = None, **more: Any) -> HttpResponse:
    """Everything on one page."""
    now = datetime.now(UTC)
    rows = user.tokens.order_by("-made_at")[:100]
    shown = {
        "rows": [(row, row.revoked_at is None and row.expires_at > now) for row in rows],
        "scopes": sorted(held(user)),
        "days": DAYS,
        **more,
    }
    return render(
        request, "account/tokens.html", shown | told(refusal), status=status_of(refusal) if refusal else 200
    )


def held(user: Account) -> set[Permission]:
    """What the account may do somewhere, and a token of it."""
    return {each for grant in policy.grants(user) for each in grant.role.permissions} - policy.OWN


@require_POST
def revoke(request: HttpRequest, pk: str) -> HttpResponse:
    """End one's own token at once; another's is not there."""
    user = own_account(request)
    found = user.tokens.filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    tokens.revoke(by=user, token=found)
    return redirect("account-tokens")
