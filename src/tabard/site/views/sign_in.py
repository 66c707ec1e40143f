"""Signing in and out."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from tabard.access.models import Account
from tabard.access.trail import signed_in
from tabard.site import example
from tabard.site.language import known, remember
from tabard.site.templatetags.words import vocabulary_language
from tabard.vocab import catalogue


@login_not_required
@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """A name and a password. The answer is the same whether the name or the password is wrong."""
    onward = _onward(request)
    if request.method != "POST":
        return HttpResponseRedirect(onward) if request.user.is_authenticated else _form(request, onward)
    account = authenticate(
        request, username=request.POST.get("handle", ""), password=request.POST.get("password", "")
    )
    if not isinstance(account, Account):
        return _form(request, onward, wrong="sign_in_failed")
    login(request, account)
    signed_in(by=account)
    response = HttpResponseRedirect(onward)
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES and known(account.language):
        remember(response, account.language)
    return response


@login_not_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Close the session."""
    logout(request)
    return redirect("sign-in")


def _onward(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    hosts = {request.get_host()}
    fine = url_has_allowed_host_and_scheme(wanted, hosts, require_https=request.is_secure())
    return wanted if fine else resolve_url(settings.LOGIN_REDIRECT_URL)


def _form(request: HttpRequest, onward: str, wrong: str = "") -> HttpResponse:
    language = vocabulary_language()
    said = {"message": catalogue.message(wrong, language), "next_step": catalogue.next_step(wrong, language)}
    shown = {
        "next": onward,
        "wrong": said if wrong else None,
        "examples": example.accounts_present(),
        "example_password": example.PASSWORD,
    }
    return render(request, "sign_in.html", shown, status=403 if wrong else 200)
