"""Who asks: the account of a bearer token, narrowed to what the token names. No cookie counts here."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db.models import prefetch_related_objects
from django.http import HttpRequest
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from ninja.security import HttpBearer
from ninja.throttling import BaseThrottle

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


class TokenRate(BaseThrottle):
    """So many requests in a time for each token; each web process counts for itself."""

    def __init__(self, rate: str) -> None:
        self._rate = parse(rate)
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def allow_request(self, request: HttpRequest) -> bool:
        return self._limiter.hit(self._rate, keyed("rate", request.headers.get("Authorization", "")))

    def wait(self) -> float:
        """Seconds until one more is surely taken, at an even pace."""
        return max(1.0, self._rate.get_expiry() / self._rate.amount)


def account(request: HttpRequest) -> Account:
    """The account that asks; every operation behind a token has one."""
    found = request.user
    assert isinstance(found, Account)
    return found
