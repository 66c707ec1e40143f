"""The entrance of the administrator's pages, and the collections: whose counting an incident belongs to."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tabard.access import queries
from tabard.access.permissions import Permission
from tabard.incidents.actions import create_collection
from tabard.incidents.models import Collection
from tabard.people.models import Organisation, Word
from tabard.rules.refusals import Refused
from tabard.site.entrance import enter
from tabard.site.views.errors import status_of, told

CODE = re.compile(r"[a-z][a-z0-9-]{1,39}")
LONGEST_LABEL = 120


def index(request: HttpRequest) -> HttpResponse:
    """What there is to administer."""
    user = enter(request, Permission.ACCOUNT_CREATE)
    counts = {
        "accounts": queries.visible_to(user).filter(is_active=True).count(),
        "organisations": Organisation.objects.filter(closed_on=None).count(),
        "collections": Collection.objects.count(),
        "words": Word.objects.filter(valid_to=None).count(),
    }
    return render(request, "admin/index.html", {"counts": counts})


def collections(request: HttpRequest) -> HttpResponse:
    """All of them, and the form of a new one."""
    user = enter(request, Permission.COLLECTION_CREATE)
    if request.method != "POST":
        return _list(request)
    code, label = request.POST.get("code", "").strip(), " ".join(request.POST.get("label", "").split())
    try:
        if not CODE.fullmatch(code):
            raise Refused("bad_value", field="code")
        if not 0 < len(label) <= LONGEST_LABEL:
            raise Refused("bad_value", field="label")
        if Collection.objects.filter(code=code).exists():
            raise Refused("name_taken")
        create_collection(by=user, code=code, label=label)
    except Refused as refusal:
        return _list(request, refusal)
    return redirect("admin-collections")


def _list(request: HttpRequest, refusal: Refused | None = None) -> HttpResponse:
    shown: dict[str, Any] = {
        "rows": Collection.objects.order_by("code"),
        "asked": request.POST,
        **told(refusal),
    }
    return render(request, "admin/collections.html", shown, status=status_of(refusal) if refusal else 200)
