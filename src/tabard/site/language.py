"""The reader's language on this device: a cookie, never a change to the account."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse

YEAR = 365 * 24 * 3600


def known(code: str | None) -> str | None:
    """The code if it is one of our languages."""
    return code if code in dict(settings.LANGUAGES) else None


def remember(response: HttpResponse, code: str) -> None:
    """Keep the language for a year."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=YEAR,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
        secure=settings.LANGUAGE_COOKIE_SECURE,
    )
