"""One row of an import word for word, and, while it is held, the form that mends it cell by cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.access.policy import may
from tabard.incidents.mending import cells_of, mend
from tabard.intake import queries
from tabard.intake.models import Row
from tabard.rules.refusals import Refused
from tabard.site.components.outcome import told_row
from tabard.site.entrance import enter
from tabard.site.templatetags.words import vocabulary_language
from tabard.site.views.errors import status_of
from tabard.vocab import catalogue

LONG = 80  # characters, above which a cell gets several lines


@dataclass(frozen=True)
class Field:
    """One cell in the form; `noted` where a note is about its column."""

    name: str
    column: str
    value: str
    noted: bool
    long: bool

    @property
    def place(self) -> str:
        """The column's place in the row."""
        return self.name.removeprefix("cell-")


def row(request: HttpRequest, pk: str, number: int) -> HttpResponse:
    """The row, for whoever may read originals; that it was read is recorded."""
    user = enter(request, Permission.ORIGINAL_READ)
    batch = queries.visible_to(user).filter(pk=pk).first()
    found = batch.rows.filter(number=number).first() if batch else None
    if found is None:
        raise Refused("not_found")
    if request.method != "POST":
        return _page(request, user, found)
    try:
        mend(by=user, row=found, changes=_changes(found, request.POST))
    except Refused as refusal:
        return _page(request, user, found, refusal)
    return redirect("imports-one", pk)


def _page(request: HttpRequest, user: Account, found: Row, refusal: Refused | None = None) -> HttpResponse:
    mendable = found.state == "held" and found.batch.state == "done"
    shown: dict[str, Any] = {
        "batch": found.batch,
        "row": told_row(found),
        "verbatim": queries.verbatim(found, by=user),
        "fields": [],
    }
    if mendable and may(user, Permission.ROW_MEND, queries.keys_of(found.batch)):
        shown["fields"] = _fields(found, request.POST)
        shown["noted"] = [field for field in shown["fields"] if field.noted]
    if refusal:
        language = vocabulary_language()
        shown["wrong"] = catalogue.message(refusal.code, language, **refusal.fields)
        shown["next_step"] = catalogue.next_step(refusal.code, language, **refusal.fields)
    return render(request, "import_row.html", shown, status=status_of(refusal) if refusal else 200)


def _fields(found: Row, typed: Mapping[str, str]) -> list[Field]:
    noted = {note.get("field") for note in found.notes}
    return [
        _field(name, column, typed.get(name, cell), column in noted) for name, column, cell in _cells(found)
    ]


def _field(name: str, column: str, value: str, noted: bool) -> Field:
    return Field(name, column, value, noted, len(value) > LONG or "\n" in value)


def _cells(found: Row) -> list[tuple[str, str, str]]:
    return [(f"cell-{i}", column, cell) for i, (column, cell) in enumerate(cells_of(found).items())]


def _changes(found: Row, typed: Mapping[str, str]) -> dict[str, str]:
    """The cells that somebody changed; a browser's own line ends are no change."""
    pairs = [(column, cell, typed.get(name, cell)) for name, column, cell in _cells(found)]
    return {column: new for column, old, new in pairs if new.split() != old.split()}
