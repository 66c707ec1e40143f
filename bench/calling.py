"""Asks the real application for pages, through everything a request passes but the network."""

from __future__ import annotations

import io
from collections.abc import Iterable
from http.cookies import SimpleCookie
from typing import Any
from wsgiref.util import setup_testing_defaults

import ready  # noqa: F401
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.wsgi import get_wsgi_application

from tabard.access.models import Account
from tabard.access.sessions import SessionStore

_application: Any = get_wsgi_application()


def session_of(account: Account) -> str:
    """The cookie of somebody who has signed in."""
    session = SessionStore()
    session[SESSION_KEY] = account.pk
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.create()
    cookie = SimpleCookie({settings.SESSION_COOKIE_NAME: str(session.session_key)})
    return cookie.output(header="").strip()


def get(path: str, query: str, cookie: str) -> int:
    """One page, asked for and read to its end; how many bytes went out."""
    environ: dict[str, Any] = {
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "HTTP_COOKIE": cookie,
        "HTTP_HOST": "127.0.0.1",
        "HTTP_ACCEPT_ENCODING": "gzip",
        "HTTP_ACCEPT_LANGUAGE": "en",
        "wsgi.input": io.BytesIO(),
    }
    setup_testing_defaults(environ)
    told: list[str] = []
    answer: Iterable[bytes] = _application(environ, lambda status, _headers, _error=None: told.append(status))
    size = sum(len(part) for part in answer)
    if close := getattr(answer, "close", None):
        close()
    if not told[0].startswith("200"):
        raise SystemExit(f"{path}?{query} answered {told[0]}")
    return size
