"""Before somebody changes what opens their account, they show again who they are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.http.request import QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from tabard.access import sessions
from tabard.access.models import Account
from tabard.rules.refusals import Forbidden

View = Callable[..., HttpResponse]


def own_account(request: HttpRequest) -> Account:
    """The account that is signed in by this session."""
    user: Account | AnonymousUser = request.user
    if not isinstance(user, Account):
        raise Forbidden
    return user


def proved(view: View) -> View:
    """Ask for the proof first, unless it was given only minutes ago; then come back to the page."""

    @wraps(view)
    def careful(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        own_account(request)
        if sessions.is_proved(request.session, datetime.now(UTC)):
            return view(request, *args, **named)
        back = QueryDict(mutable=True)
        back["next"] = request.path if request.method == "GET" else _page_of(request.path)
        return redirect(f"{reverse('account-prove')}?{back.urlencode()}")

    return careful


def _page_of(path: str) -> str:
    """The page whose button was pressed: `/account/sessions/…/end/` stands on `/account/sessions/`."""
    return "/".join(path.split("/")[:3]) + "/"
