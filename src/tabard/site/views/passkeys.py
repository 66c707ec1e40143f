"""Signing in with a passkey: alone, or as the second factor. The browser is asked, and answers."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from tabard.access import entering, passkeys
from tabard.rules.refusals import Refused
from tabard.site.letting_in import address_of, let_in, onward, pending, place_of
from tabard.site.views import sign_in

KEPT = "passkey"
LONGEST_ANSWER = 50_000


@login_not_required
@never_cache
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """What the browser is to ask its keys; only those of the account that has passed the first step, if one has."""
    entering.check_address(address_of(request))
    waiting = pending(request)
    return asked(request, passkeys.ask_who(place_of(request), waiting[0] if waiting else None))


@login_not_required
@never_cache
@require_POST
def answer(request: HttpRequest) -> HttpResponse:
    """The browser's answer; a passkey that knows its person is two factors in one."""
    waiting = pending(request)
    account, kept = waiting if waiting else (None, {"onward": onward(request), "way": ""})
    try:
        found = entering.by_passkey(
            place_of(request), taken(request), said(request), account, address_of(request)
        )
    except Refused as refusal:
        return sign_in.form(request, kept["onward"], refusal)
    way = f"{kept['way']}+passkey" if account else "passkey"
    return let_in(request, found, kept["onward"], way)


def asked(request: HttpRequest, made: tuple[dict[str, Any], Any]) -> JsonResponse:
    """The question, with what belongs to it kept in the session until the answer comes."""
    question, request.session[KEPT] = made
    return JsonResponse(question)


def taken(request: HttpRequest) -> Any:
    """What was kept for the answer: good once."""
    kept = request.session.pop(KEPT, None)
    if kept is None:
        raise Refused("passkey_wrong")
    return kept


def said(request: HttpRequest) -> passkeys.Answer:
    """The answer as it came, an object of JSON."""
    text = request.POST.get("answer", "")
    try:
        found = json.loads(text) if len(text) <= LONGEST_ANSWER else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Refused("passkey_wrong")
    return found
