"""Mending many held rows by one rule: shown first, then done in one act, and learnt by a saved mapping."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.access.policy import may
from tabard.incidents.mending import Rule, Tried, cells_of, mend_alike, rehearse
from tabard.intake import queries
from tabard.intake.models import Batch, Row
from tabard.rules.refusals import Forbidden, Refused
from tabard.site.entrance import enter
from tabard.site.views.digits import ROW, whole
from tabard.site.views.errors import told

LONGEST = 500


@require_POST
def rule(request: HttpRequest, pk: str) -> HttpResponse:
    """What the rule would free; with `apply`, do it. What stands in a file stands in no address: a form brings it."""
    user = enter(request, Permission.ROW_MEND)
    batch = queries.visible_to(user).filter(pk=pk).first()
    if batch is None:
        raise Refused("not_found")
    if not may(user, Permission.ORIGINAL_READ, queries.keys_of(batch)):
        raise Forbidden
    row = _row(batch, request.POST.get("row", ""))
    said = _rule(row, request.POST)
    if "apply" in request.POST:
        mend_alike(by=user, batch=batch, rule=said)
        return redirect("imports-one", pk)
    return _page(request, user, row, said)


def _row(batch: Batch, number: str) -> Row:
    found = batch.rows.filter(number=whole(number, "row", ROW), state="held").first()
    if found is None:
        raise Refused("nothing_to_mend")
    found.batch = batch
    return found


def _rule(row: Row, sent: Any) -> Rule:
    """The column by its place in the row; what it says is taken from the row itself."""
    cells = list(cells_of(row).items())
    place = whole(sent.get("column", ""), "column", ROW)
    if place >= len(cells):
        raise Refused("no_such_column")
    column, was = cells[place]
    means = sent.get("means", "").strip()
    if not means or len(means) > LONGEST or means.split() == was.split():
        raise Refused("bad_value", field="means")
    return Rule(column, was, means)


def _page(request: HttpRequest, user: Account, row: Row, said: Rule) -> HttpResponse:
    tried = rehearse(row.batch, said)
    shown = {
        "batch": row.batch,
        "row": row,
        "rule": said,
        "place": request.POST.get("column", ""),
        "freed": [each.row.number for each in tried if each.refusal is None],
        "refused": [(each.row.number, told(each.refusal)) for each in _refused(tried)],
        "learns": bool(row.batch.mapping),
    }
    return render(request, "import_rule.html", shown)


def _refused(tried: list[Tried]) -> list[Tried]:
    return [each for each in tried if each.refusal is not None]
