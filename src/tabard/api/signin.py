"""Who asks: the account of a bearer token, narrowed to what the token names. No cookie counts here."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db.models import prefetch_related_objects
from django.http import HttpRequest
from ninja.security import HttpBearer
from ninja.throttling import SimpleRateThrottle

from tabard.access.models import Account
from tabard.access.seals import keyed
from tabard.access.tokens import account_of


class Token(HttpBearer):
    """`Authorization: Bearer tbd_…`"""

    def authenticate(self, request: HttpRequest, token: str) -> Account | None:
        found = account_of(token, datetime.now(UTC))
        if found is None:
            return None
        account, _ = found
        prefetch_related_objects([account], "assignments")
        request.user = account
        return account


class TokenRate(SimpleRateThrottle):
    """So many requests a minute for each token, counted in each process."""

    scope = "token"

    def get_cache_key(self, request: HttpRequest) -> str:
        return "api-rate:" + keyed("rate", request.headers.get("Authorization", ""))[:32]


def account(request: HttpRequest) -> Account:
    """The account that asks; every operation behind a token has one."""
    found = request.user
    assert isinstance(found, Account)
    return found
