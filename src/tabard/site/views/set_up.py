"""Choosing a password by a link from whoever manages accounts."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from tabard.access import setting_up
from tabard.access.models import Account
from tabard.rules.refusals import Refused
from tabard.site.views.errors import status_of, told


@login_not_required
@never_cache
@sensitive_post_parameters()
def set_up(request: HttpRequest, pk: str, given: str) -> HttpResponse:
    """The form, and the new password; a link that is used, old or made up is refused, each in the same words."""
    account = Account.objects.filter(pk=pk).first()
    if account is None or not setting_up.opens(account, given):
        raise Refused("link_ended")
    if request.method != "POST":
        return _form(request, account)
    password = request.POST.get("password", "")
    try:
        if password != request.POST.get("again", ""):
            raise Refused("passwords_differ")
        setting_up.set_up(by=account, account=account, given=given, password=password)
    except Refused as refusal:
        return _form(request, account, refusal)
    return redirect("sign-in")


def _form(request: HttpRequest, account: Account, refusal: Refused | None = None) -> HttpResponse:
    shown = {"account": account, **told(refusal)}
    return render(request, "set_up.html", shown, status=status_of(refusal) if refusal else 200)
