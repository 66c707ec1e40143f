"""The desk's queue: what waits, the longest wait first, by state."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode

from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.incidents import held, queue
from tabard.incidents.queue import Asked, Place
from tabard.incidents.together import MOST, VERBS
from tabard.people.models import Organisation
from tabard.places import countries
from tabard.rules.refusals import Refused
from tabard.rules.reviewing import WAITING
from tabard.site.collection_choice import collections_of
from tabard.site.components.reviewed import DO, KEYS
from tabard.site.components.saved import saved
from tabard.site.components.waiting import waiting_lines
from tabard.site.entrance import enter
from tabard.site.templatetags.words import vocabulary_language

NAMES = ("state", "country", "collection", "owner")
CODE = re.compile(r"[A-Za-z0-9-]{1,40}", re.ASCII)
OWNERS_LOOKED_AT = 500


def queue_page(request: HttpRequest) -> HttpResponse:
    """One page of one state; without a state asked for, the first in which something waits."""
    user = enter(request, Permission.INCIDENT_REVIEW)
    asked = asked_of(request.GET)
    counts = queue.counts(user, asked)
    state = asked.state or next((code for code, n in counts if n), WAITING[0])
    asked = Asked(state, asked.country, asked.collection, asked.owner)
    found = queue.page(user, asked, Place.parse(request.GET.get("cursor", "")))
    shown: dict[str, Any] = {
        "asked": asked,
        "counts": [(code, n, _link(asked, state=code)) for code, n in counts],
        "held_reports": held.visible_to(user).filter(state="held")[: queue.COUNTED_TO].count(),
        "counted_to": queue.COUNTED_TO,
        "most": MOST,
        "lines": waiting_lines(found.rows, user),
        "following": _link(asked, cursor=found.following) if found.following else "",
        "previous": _link(asked, cursor=found.previous) if found.previous else "",
        "kinds": [(kind, DO[kind]) for kind in VERBS],
        "keys": [(kind, key, DO[kind]) for kind, key in KEYS.items()],
        "kinds_by_key": json.dumps({key: kind for kind, key in KEYS.items()}),
        "saved": saved(user, "review", urlencode(parameters(asked))),
    }
    return render(request, "review.html", shown | _choices(user))


def asked_of(sent: Mapping[str, str]) -> Asked:
    """The filter of an address; only codes stand in one."""
    asked = {name: sent.get(name, "").strip() for name in NAMES}
    for name, code in asked.items():
        if code and not CODE.fullmatch(code):
            raise Refused("unknown_word", field=name)
    if asked["state"] and asked["state"] not in WAITING:
        raise Refused("unknown_word", field="state")
    if asked["country"] not in ("", "unknown") and countries.country(asked["country"]) is None:
        raise Refused("unknown_word", field="country")
    return Asked(**asked)


def parameters(asked: Asked) -> dict[str, str]:
    """The filter as the parameters of an address."""
    return {name: value for name in NAMES if (value := getattr(asked, name))}


def _link(asked: Asked, **more: str) -> str:
    return "?" + urlencode(parameters(asked) | more)


def _choices(user: Account) -> dict[str, Any]:
    language = vocabulary_language()
    named = sorted((countries.name(iso3, language), iso3) for iso3 in countries.countries())
    owners = {*queue.waiting(user, Asked()).order_by().values_list("owner", flat=True)[:OWNERS_LOOKED_AT]}
    return {
        "countries": [(iso3, name) for name, iso3 in named],
        "collections": collections_of(user),
        "owners": Organisation.objects.filter(pk__in=owners).order_by("name"),
    }
