"""Organisations: the list, a new one, its name, what it is a part of, closing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.people import actions
from tabard.people.models import Organisation
from tabard.rules.refusals import Refused
from tabard.site.entrance import enter
from tabard.site.templatetags.words import vocabulary_language
from tabard.site.views.errors import status_of, told
from tabard.vocab import words


def organisations(request: HttpRequest) -> HttpResponse:
    """All of them, and the form of a new one; a refused one comes back with the reason beside it."""
    user = enter(request, Permission.ORGANISATION_CREATE)
    if request.method != "POST":
        return _list(request)
    try:
        _create(user, request.POST)
    except Refused as refusal:
        return _list(request, refusal)
    return redirect("admin-organisations")


def organisation(request: HttpRequest, pk: str) -> HttpResponse:
    """One organisation: rename, place, close or open it."""
    user = enter(request, Permission.ORGANISATION_CHANGE)
    found = _find(pk)
    if request.method != "POST":
        return _one(request, found)
    try:
        CHANGES.get(request.POST.get("change", ""), _nothing)(user, found, request.POST)
    except Refused as refusal:
        return _one(request, _find(pk), refusal)
    return redirect("admin-organisation", pk)


def _list(request: HttpRequest, refusal: Refused | None = None) -> HttpResponse:
    rows = Organisation.objects.select_related("parent").order_by("closed_on", "name")
    shown: dict[str, Any] = {"rows": rows, "kinds": _kinds(), "asked": request.POST, **told(refusal)}
    shown["open"] = [row for row in rows if row.closed_on is None]
    return render(request, "admin/organisations.html", shown, status=status_of(refusal) if refusal else 200)


def _one(request: HttpRequest, found: Organisation, refusal: Refused | None = None) -> HttpResponse:
    others = Organisation.objects.filter(closed_on=None).exclude(pk=found.pk).order_by("name")
    shown = {"organisation": found, "others": others, "parts": found.parts.order_by("name"), **told(refusal)}
    return render(request, "admin/organisation.html", shown, status=status_of(refusal) if refusal else 200)


def _kinds() -> list[tuple[str, str]]:
    return [(code, words.label("org_type", code, vocabulary_language())) for code in words.words("org_type")]


def _find(pk: str) -> Organisation:
    found = Organisation.objects.filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def _create(user: Account, asked: Mapping[str, str]) -> None:
    name = " ".join(asked.get("name", "").split())
    if not 0 < len(name) <= actions.LONGEST_NAME:
        raise Refused("bad_value", field="name")
    if Organisation.objects.filter(name=name).exists():
        raise Refused("name_taken")
    parent = _find(asked["parent"]) if asked.get("parent") else None
    actions.create_organisation(by=user, name=name, kind=asked.get("kind", ""), parent=parent)


def _rename(user: Account, found: Organisation, asked: Mapping[str, str]) -> None:
    actions.rename_organisation(by=user, organisation=found, name=asked.get("name", ""))


def _place(user: Account, found: Organisation, asked: Mapping[str, str]) -> None:
    parent = _find(asked["parent"]) if asked.get("parent") else None
    actions.place_organisation(by=user, organisation=found, parent=parent)


def _close(user: Account, found: Organisation, asked: Mapping[str, str]) -> None:
    actions.close_organisation(by=user, organisation=found, open_again=found.closed_on is not None)


def _nothing(user: Account, found: Organisation, asked: Mapping[str, str]) -> None:
    raise Refused("bad_request")


CHANGES: Mapping[str, Callable[[Account, Organisation, Mapping[str, str]], None]] = {
    "rename": _rename,
    "place": _place,
    "close": _close,
}
