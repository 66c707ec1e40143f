"""Signing in by a provider (OpenID Connect): off unless the environment names one.

A person of the provider opens the account that they bound to themselves, and no other; an address proves nothing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.django_client import DjangoOAuth2App, OAuth
from authlib.integrations.requests_client import OAuth2Session
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from joserfc.errors import JoseError
from requests import RequestException

from tabard.access import identities
from tabard.access.actions import create_account
from tabard.access.models import Account
from tabard.access.trail import console
from tabard.rules.ids import ulid
from tabard.rules.refusals import Refused
from tabard.site.environment import is_encrypted
from tabard.site.letting_in import first_step, onward
from tabard.site.proving import own_account, proved
from tabard.site.views.sign_in import form

GOAL, LINK = "provider_goal", "provider_link"
SECONDS = 10
ENDS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
SIGNATURES = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
FAULTS = (AuthlibBaseError, JoseError, RequestException, ValueError, KeyError, TypeError, RuntimeError)


@login_not_required
@require_POST
@never_cache
def begin(request: HttpRequest) -> HttpResponse:
    """Off to the provider, because a person pressed the button here: no other page can send a browser this way."""
    request.session[GOAL] = onward(request)
    return off(request)


@require_POST
@proved
def bind(request: HttpRequest) -> HttpResponse:
    """Off to the provider, to bind whoever comes back to this account."""
    request.session[LINK] = own_account(request).pk
    return off(request)


@login_not_required
@never_cache
def back(request: HttpRequest) -> HttpResponse:
    """Back with the provider's word, checked: state, nonce, signature, issuer, audience, time."""
    goal, link = request.session.pop(GOAL, onward(request)), request.session.pop(LINK, None)
    try:
        issuer, subject = person(request)
        user = request.user
        if link and isinstance(user, Account) and user.pk == link:
            identities.link(by=user, account=user, issuer=issuer, subject=subject)
            return redirect("account-factors")
        account = identities.account_of(issuer, subject) or known_from_now(issuer, subject)
    except Refused as refusal:
        return form(request, goal, refusal)
    return first_step(request, account, goal, "provider")


def off(request: HttpRequest) -> HttpResponse:
    """A page that goes on by itself: a form may lead nowhere but here, by our own policy, redirects included."""
    back_here = request.build_absolute_uri(reverse("sign-in-provider-back"))
    try:
        there = trusted().authorize_redirect(request, back_here).url
    except FAULTS:
        return form(request, onward(request), Refused("provider_failed"))
    return render(request, "sign_in_provider.html", {"there": there, "provider": shown()})


def shown() -> str:
    """What the provider is called."""
    return settings.OIDC.get("name") or settings.OIDC.get("issuer", "")


def person(request: HttpRequest) -> tuple[str, str]:
    """Who the provider says it is."""
    issuer = settings.OIDC.get("issuer", "")
    try:
        claims: Mapping[str, Any] = trusted().authorize_access_token(
            request, claims_options={"iss": {"essential": True, "value": issuer}, "sub": {"essential": True}}
        )["userinfo"]
        return issuer, str(claims["sub"])
    except FAULTS:
        raise Refused("provider_failed") from None


def known_from_now(issuer: str, subject: str) -> Account:
    """Somebody new: an account without any role where the installation says so, else nobody."""
    if settings.OIDC.get("create") != "1":
        raise Refused("identity_unknown")
    by = console()
    made = create_account(by=by, handle=f"person-{ulid().lower()}", password=None)
    identities.link(by=by, account=made, issuer=issuer, subject=subject)
    return made


def named() -> dict[str, str]:
    """The provider of the settings; without one there is no such page."""
    if not settings.OIDC:
        raise Refused("not_found")
    return {name: settings.OIDC[name] for name in ("issuer", "client_id", "client_secret")}


def trusted() -> Any:
    """The provider's client, once it has said to be who was meant; its tokens are signed by a key pair, never else."""
    there = client(**named())
    told = there.load_server_metadata()
    if told.get("issuer") != settings.OIDC["issuer"]:
        raise ValueError("another issuer")
    if not all(is_encrypted(told[end]) for end in ENDS):
        raise ValueError("in the open")
    told["id_token_signing_alg_values_supported"] = SIGNATURES
    return there


class Session(OAuth2Session):  # type: ignore[misc]
    """Asks the address that was named and no other: whoever is sent elsewhere has failed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.max_redirects = 0


class Client(DjangoOAuth2App):  # type: ignore[misc]
    """The library's own, with such sessions."""

    client_cls = Session


@cache
def client(issuer: str, client_id: str, client_secret: str) -> Any:
    """Keeps what the provider says of itself."""
    return OAuth().register(
        "tabard",
        client_cls=Client,
        client_id=client_id,
        client_secret=client_secret,
        server_metadata_url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid", "code_challenge_method": "S256", "default_timeout": SECONDS},
    )
