"""Column mappings of organisations' own logs: guessed from a file, put right in a form, saved under a name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.access.policy import may
from tabard.formats.days import ORDERS
from tabard.formats.engine import samples
from tabard.formats.log.mapping import from_json, to_json
from tabard.intake import actions, queries
from tabard.intake.models import Mapping
from tabard.people.models import Organisation
from tabard.rules.refusals import Refused
from tabard.site.components import mapped
from tabard.site.components.mapped import Column
from tabard.site.entrance import enter
from tabard.site.views.errors import status_of, told

SAMPLE = 200
LARGEST = 10_000_000
LONGEST_NAME = 80


def mappings(request: HttpRequest) -> HttpResponse:
    """Those that are saved, and a file to make a new one from; the file itself is not kept."""
    user = enter(request, Permission.MAPPING_SAVE)
    if request.method != "POST":
        return _list(request, user)
    try:
        guess, columns = mapped.from_file(_rows(request))
    except Refused as refusal:
        return _list(request, user, refusal)
    return _form(request, user, columns, {"date_order": guess.date_order or ""})


def mapping(request: HttpRequest, pk: str = "") -> HttpResponse:
    """The form of one mapping, a new one where no id is given; looked at again, or saved."""
    user = enter(request, Permission.MAPPING_SAVE)
    kept = _find(user, pk) if pk else None
    if request.method != "POST":
        if kept is None:
            return redirect("imports-mappings")
        known = {"name": kept.name, "owner": kept.owner, "date_order": kept.mapping.get("date_order") or ""}
        return _form(request, user, mapped.from_saved(kept.mapping), known)
    columns: list[Column] = []
    known = {name: request.POST.get(name, "") for name in ("name", "owner", "date_order")}
    try:
        columns = mapped.read(request.POST)
        if "again" in request.POST:
            return _form(request, user, columns, known)
        _save(user, columns, known, kept)
    except Refused as refusal:
        return _form(request, user, columns, known, refusal)
    return redirect("imports-mappings")


def _save(user: Account, columns: Sequence[Column], known: dict[str, str], kept: Mapping | None) -> None:
    name, owner = " ".join(known["name"].split()), known["owner"]
    if not 0 < len(name) <= LONGEST_NAME:
        raise Refused("bad_value", field="name")
    if owner not in dict(_owners(user)):
        raise Refused("unknown_word", field="owner")
    told_so = mapped.as_json(columns, known["date_order"], kept.mapping if kept else {})
    actions.save_mapping(by=user, name=name, mapping=to_json(from_json(told_so)), owner=owner)


def _rows(request: HttpRequest) -> Sequence[Sequence[str]]:
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise Refused("no_file")
    if (file.size or 0) > LARGEST:
        raise Refused("too_large", limit=f"{LARGEST // 1_000_000} MB")
    for _, rows in samples(file.read(), SAMPLE):
        if rows:
            return rows
    raise Refused("empty_file")


def _find(user: Account, pk: str) -> Mapping:
    found = queries.mappings(user).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def _owners(user: Account) -> list[tuple[str, str]]:
    """The organisations for which the account may save a mapping; nobody in particular, for whoever may everywhere."""
    rows = [(row.pk, row.name) for row in Organisation.objects.filter(closed_on=None).order_by("name")]
    found = [(pk, name) for pk, name in rows if may(user, Permission.MAPPING_SAVE, (f"org:{pk}",))]
    return [("", "–"), *found] if may(user, Permission.MAPPING_SAVE) else found


def _list(request: HttpRequest, user: Account, refusal: Refused | None = None) -> HttpResponse:
    owners = dict(Organisation.objects.values_list("pk", "name"))
    rows = [(row, owners.get(row.owner, "")) for row in queries.mappings(user)]
    shown = {"rows": rows, "may_save": bool(_owners(user)), **told(refusal)}
    return render(request, "mappings.html", shown, status=status_of(refusal) if refusal else 200)


def _form(
    request: HttpRequest,
    user: Account,
    columns: Sequence[Column],
    known: dict[str, str],
    refusal: Refused | None = None,
) -> HttpResponse:
    shown: dict[str, Any] = {
        "columns": columns,
        "fields": mapped.fields(),
        "orders": ORDERS,
        "owners": _owners(user),
        "known": known,
        "is_new": request.resolver_match is None or "pk" not in request.resolver_match.kwargs,
        **told(refusal),
    }
    return render(request, "mapping.html", shown, status=status_of(refusal) if refusal else 200)
