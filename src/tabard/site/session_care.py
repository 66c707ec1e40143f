"""Asked at every turn of a page: that the session stays in use, and that a strong role has its second factor."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from tabard.access import factors, sessions
from tabard.access.models import Account
from tabard.access.policy import wants_second_factor

Answer = Callable[[HttpRequest], HttpResponse]
# Where one may go without the factor that one's role wants: to set it up, to show who one is, and out.
FREE = ("account-factors", "account-totp", "account-codes", "account-passkey", "account-prove", "sign-")


class SessionCare:
    """After the middleware that knows who asks."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            sessions.seen(request.session, datetime.now(UTC))
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Answer, args: Sequence[Any], named: Mapping[str, Any]
    ) -> HttpResponse | None:
        """Example accounts are let through: they open nothing but this machine."""
        name = request.resolver_match.url_name or "" if request.resolver_match else ""
        if not settings.MFA_DEMANDED or name.startswith(FREE):
            return None
        user = request.user
        if not isinstance(user, Account) or not is_demanded(user):
            return None
        return None if factors.has_second(user) else redirect("account-factors")


def is_demanded(user: Account) -> bool:
    """Whether the installation lets this account in by a password alone no longer."""
    everybody = settings.MFA_DEMANDED == "all"
    return bool(settings.MFA_DEMANDED) and not user.is_example and (everybody or wants_second_factor(user))
