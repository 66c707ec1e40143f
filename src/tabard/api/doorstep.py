"""`POST /api/v1/reports` before Django: accept first. The bytes are durable before the answer; a worker judges them.

Whether a token may report into a collection is remembered for some seconds: its end is noticed that much later here,
and again when the report is coded."""

from __future__ import annotations

import hashlib
import json
import logging
import re
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from tabard.access import logs, policy
from tabard.access.permissions import Permission
from tabard.access.tokens import account_of
from tabard.api.problems import MEDIA_TYPE, language_of, problem, status_of
from tabard.incidents.models import Collection
from tabard.intake.receiving import Coming, Receipt
from tabard.intake.writer import receive
from tabard.rules.ids import is_ulid
from tabard.rules.refusals import Forbidden, Refused

PATH = "/api/v1/reports"
LARGEST = 262_144
REMEMBERED = 5.0  # seconds
MOST_REMEMBERED = 10_000
KEY = re.compile(r"[!-~]{1,64}")
FORM = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,50}/[A-Za-z0-9!#$&^_.+-]{1,50}")
COLLECTION = re.compile(r"[a-z0-9_-]{1,40}")
COUNTRY = re.compile(r"(?:[A-Z]{3})?")
log = logging.getLogger(__name__)
Environ = dict[str, Any]
Start = Callable[..., Any]
Application = Callable[[Environ, Start], Iterable[bytes]]
PLAIN = [
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("X-Content-Type-Options", "nosniff"),
]
WITH = {401: ("WWW-Authenticate", 'Bearer realm="tabard"'), 503: ("Retry-After", "5")}
REASON = {202: "202 Accepted"}


@dataclass(frozen=True, slots=True)
class Scope:
    """Into what a report is sent; opaque keys decide who may."""

    collection: str = "own"
    owner: str = ""
    country: str = ""

    @property
    def keys(self) -> list[str]:
        named = {"collection": self.collection, "org": self.owner, "country": self.country}
        return [f"{name}:{value}" for name, value in named.items() if value]


class Doorstep:
    """Takes reports; everything else goes on to the application behind."""

    def __init__(self, behind: Application) -> None:
        self._behind = behind

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        if environ["PATH_INFO"] != PATH or environ["REQUEST_METHOD"] != "POST":
            return self._behind(environ, start)
        try:
            return _accepted(start, take(environ))
        except Refused as refusal:
            return _refused(environ, start, refusal)
        except Exception:
            log.exception("a report was not taken in")
            return _refused(environ, start, Refused("internal"))


def take(environ: Environ) -> Receipt:
    """One request, kept."""
    return receive(coming(environ))


def coming(environ: Environ) -> Coming:
    """One request: who, for whom, under which key; then the bytes, as they are."""
    if not _host_is_ours(environ.get("HTTP_HOST", "")):
        raise Refused("bad_request")
    token = _token(environ.get("HTTP_AUTHORIZATION", ""))
    by = _sender(token)
    key = environ.get("HTTP_IDEMPOTENCY_KEY", "")
    if not KEY.fullmatch(key):
        raise Refused("key_needed")
    kind = _form(environ.get("CONTENT_TYPE", ""))
    data = _body(environ)
    scope = _scope(environ.get("QUERY_STRING", ""), data)
    if not _may(token, scope):
        raise Forbidden
    return Coming(by, key, scope.collection, scope.owner, kind, data)


@lru_cache(maxsize=64)
def _host_is_ours(host: str) -> bool:
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def _token(header: str) -> str:
    kind, _, token = header.partition(" ")
    if kind.lower() != "bearer":
        raise Refused("token_needed")
    return token.strip()


def _form(header: str) -> str:
    """The media type alone; whatever it is, the bytes are kept."""
    kind = header.partition(";")[0].strip().lower()
    return kind if FORM.fullmatch(kind) else "application/octet-stream"


def _body(environ: Environ) -> bytes:
    length = environ.get("CONTENT_LENGTH") or ""
    if length.isdecimal() and int(length) > LARGEST:
        raise Refused("too_large", limit="256 kB")
    data: bytes = environ["wsgi.input"].read(LARGEST + 1)
    if len(data) > LARGEST:
        raise Refused("too_large", limit="256 kB")
    if not data:
        raise Refused("nothing_said")
    return data


def _scope(query: str, data: bytes) -> Scope:
    """What the address says; what it leaves out, the report itself may say."""
    said = dict(parse_qsl(query, max_num_fields=20)) if query else {}
    if not {"collection", "owner"} <= said.keys():
        said = _head(data) | said
    scope = Scope(said.get("collection") or "own", said.get("owner") or "", said.get("country") or "")
    if not COLLECTION.fullmatch(scope.collection):
        raise Refused("bad_value", field="collection")
    if scope.owner and not is_ulid(scope.owner):
        raise Refused("bad_value", field="owner")
    if not COUNTRY.fullmatch(scope.country):
        raise Refused("bad_value", field="country")
    return scope


def _head(data: bytes) -> dict[str, str]:
    """What stands at the top of a report, where it can be read at all."""
    try:
        told = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(told, dict):
        return {}
    facts = told.get("facts")
    country = facts.get("country") if isinstance(facts, dict) else None
    head = {"collection": told.get("collection"), "owner": told.get("owner"), "country": country}
    return {name: value for name, value in head.items() if isinstance(value, str)}


class Memory:
    """What was answered a moment ago, for whom."""

    def __init__(self) -> None:
        self._kept: dict[tuple[bytes, object], tuple[float, Any]] = {}

    def get(self, token: str, about: object, find: Callable[[], Any]) -> Any:
        """The answer, at most some seconds old."""
        name, now = (hashlib.sha256(token.encode()).digest(), about), time.monotonic()
        until, answer = self._kept.get(name, (0.0, None))
        if until < now:
            answer = find()
            if len(self._kept) >= MOST_REMEMBERED:
                self._kept.clear()
            self._kept[name] = (now + REMEMBERED, answer)
        return answer

    def clear(self) -> None:
        """Forget all."""
        self._kept.clear()


memory = Memory()


def _sender(token: str) -> str:
    """Whose token it is. One that is nobody's is not remembered: a new one works at once."""
    return str(memory.get(token, "sender", lambda: _known(token)))


def _known(token: str) -> str:
    found = account_of(token, datetime.now(UTC))
    if found is None:
        raise Refused("token_needed")
    return found[0].pk


def _may(token: str, scope: Scope) -> bool:
    return bool(memory.get(token, scope, lambda: _may_now(token, scope)))


def _may_now(token: str, scope: Scope) -> bool:
    found = account_of(token, datetime.now(UTC))
    there = Collection.objects.filter(code=scope.collection).exists()
    return there and found is not None and policy.may(found[0], Permission.INCIDENT_REPORT, scope.keys)


def _accepted(start: Start, receipt: Receipt) -> list[bytes]:
    href = f"{PATH}/{receipt.id}"
    told = {
        "id": receipt.id,
        "received_at": receipt.received_at.isoformat(),
        "state": "received",
        "href": href,
    }
    return _answer(start, 202, "application/json", json.dumps(told).encode(), [("Location", href)])


def _refused(environ: Environ, start: Start, refusal: Refused) -> list[bytes]:
    status, language = status_of(refusal), language_of(environ.get("HTTP_ACCEPT_LANGUAGE", ""))
    log.warning(logs.line(status, PATH, refusal.code, _asked_by(environ, refusal)))
    more = [("Content-Language", language), *([WITH[status]] if status in WITH else [])]
    return _answer(start, status, MEDIA_TYPE, problem(refusal.code, status, language, **refusal.fields), more)


def _asked_by(environ: Environ, refusal: Refused) -> str:
    """Whose token it was, where it is anybody's; that is remembered from a moment ago."""
    if refusal.code in ("token_needed", "internal"):
        return ""
    with suppress(Refused):
        return _sender(_token(environ.get("HTTP_AUTHORIZATION", "")))
    return ""


def _answer(start: Start, status: int, kind: str, body: bytes, more: list[tuple[str, str]]) -> list[bytes]:
    headers = [("Content-Type", kind), ("Content-Length", str(len(body))), *more, *PLAIN]
    start(REASON.get(status, f"{status} "), headers)
    return [body]
