"""Creating once: what a sender's `Idempotency-Key` made before is answered again, word for word.

The answer is kept in the same act as the change: either both are there, or neither."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse

from tabard.access import door
from tabard.access.models import Account
from tabard.access.rows import insert
from tabard.access.seals import keyed
from tabard.api.answers import JSON
from tabard.api.models import Answered
from tabard.api.signin import account
from tabard.rules.refusals import Refused

KEY = re.compile(r"[!-~]{1,64}")
KEPT = ("ETag", "Location")
LASTS = timedelta(days=30)


def before(request: HttpRequest, sent: bytes | None = None) -> HttpResponse | None:
    """What was answered under this key before: for work that is done before the act opens."""
    there = _there(account(request), key_of(request))
    return _again(there, _digest(request, request.body if sent is None else sent)) if there else None


def once(request: HttpRequest, make: Callable[[], HttpResponse], sent: bytes | None = None) -> HttpResponse:
    """Do it, or answer what was answered before under this key. `sent` is what the key stands for, where
    the body cannot be read twice."""
    by, key = account(request), key_of(request)
    asked = _digest(request, request.body if sent is None else sent)
    if there := _there(by, key):
        return _again(there, asked)
    try:
        with door.opened(by.pk):
            response = make()
            _keep(by, key, asked, response)
    except IntegrityError:  # the same key came at the same moment, and was first
        there = _there(by, key)
        if there is None:
            raise
        return _again(there, asked)
    return response


def apart(request: HttpRequest, make: Callable[[], HttpResponse]) -> HttpResponse:
    """The same for work that must not hold up every other writer: its answer is kept right after it."""
    if (there := before(request)) is not None:
        return there
    response = make()
    return once(request, lambda: response)


def key_of(request: HttpRequest) -> str:
    """The key of the request; refused where there is none."""
    key = request.headers.get("Idempotency-Key", "")
    if not KEY.fullmatch(key):
        raise Refused("key_needed")
    return key


def _there(by: Account, key: str) -> Answered | None:
    return Answered.objects.filter(by=by.pk, key=key).first()


def _again(there: Answered, asked: str) -> HttpResponse:
    if there.asked != asked:
        raise Refused("key_reused")
    headers = json.loads(there.headers)
    return HttpResponse(there.body, status=there.status, content_type=JSON, headers=headers)


def _keep(by: Account, key: str, asked: str, response: HttpResponse) -> None:
    """Keep this answer, and none that is older than a retry can be."""
    now = datetime.now(UTC)
    Answered.objects.filter(by=by.pk, at__lt=now - LASTS).delete()
    headers = {name: response[name] for name in KEPT if name in response}
    said = {"status": response.status_code, "headers": json.dumps(headers), "body": response.content.decode()}
    insert([Answered(key=key, by=by.pk, asked=asked, at=now, **said)])


def _digest(request: HttpRequest, sent: bytes) -> str:
    """Of the whole request that matters, under this installation's secret: nobody can guess words from it."""
    parts = (request.method, request.get_full_path(), request.headers.get("If-Match", ""))
    return keyed("asked", " ".join(map(str, parts)) + sha256(sent).hexdigest())
