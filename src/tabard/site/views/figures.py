"""Tables of figures over a frozen snapshot; each cell opens to its rule and its incidents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.access.policy import may, may_somewhere
from tabard.figures import actions, declarations, queries
from tabard.figures.cells import Cell, TableResult, column
from tabard.figures.declarations import REGISTER, Declaration, Row
from tabard.figures.models import Snapshot
from tabard.figures.writing import FORMS
from tabard.figures.writing import export as export_table
from tabard.incidents.models import Collection, Current
from tabard.rules.refusals import Refused
from tabard.site.components.lines import lines
from tabard.site.components.years import columns_of
from tabard.site.entrance import enter
from tabard.site.example import FILLING_NOTE

BEHIND = 100
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class Asked:
    """What an address asks of a table."""

    year: str
    known_on: str
    register: str

    @property
    def query(self) -> str:
        """The same as the parameters of an address."""
        named = {"year": self.year, "known_on": self.known_on, "register": self.register}
        return urlencode({name: text for name, text in named.items() if text})


@dataclass(frozen=True)
class Shown:
    """One row of a table as the page shows it."""

    row: Row
    depth: int
    cells: Sequence[Cell]


def figures(request: HttpRequest) -> HttpResponse:
    """All tables that the reader may see, and the snapshots they are counted over."""
    user = enter(request, Permission.TABLE_READ)
    shown = {
        "tables": _tables(user),
        "snapshots": queries.snapshots()[:20],
        "counts": may(user, Permission.TABLE_READ),  # a snapshot counts what others see too
        "may_freeze": may_somewhere(user, Permission.SNAPSHOT_FREEZE),
        "today": datetime.now(UTC).date(),
    }
    return render(request, "figures.html", shown)


@require_POST
def freeze(request: HttpRequest) -> HttpResponse:
    """A new snapshot of what was known on a day, or is known now."""
    user = enter(request, Permission.SNAPSHOT_FREEZE)
    text = request.POST.get("known_on", "")
    actions.freeze(by=user, known_on=_day(text) if text else datetime.now(UTC))
    return redirect("figures")


def table(request: HttpRequest, name: str) -> HttpResponse:
    """One table."""
    user = enter(request, Permission.TABLE_READ)
    asked = _asked(request)
    snapshot, result = _table(user, name, asked)
    return render(request, "table.html", _page(user, asked, snapshot, result))


def cell(request: HttpRequest, name: str, row: str, year: str) -> HttpResponse:
    """One table with one cell opened: its rule, and the incidents behind it that the reader may see."""
    user = enter(request, Permission.TABLE_READ)
    asked = _asked(request)
    snapshot, result = _table(user, name, asked, column(year).label)
    opened = result.cell(row, year)
    behind = queries.cell_incidents(
        name, by=user, snapshot=snapshot, row=row, column=year, register=result.register or None
    )
    rows = Current.objects.filter(incident__in=behind.visible).select_related("incident", "revision")
    total = behind.visible.count()
    shown = _page(user, asked, snapshot, result) | {
        "opened": opened,
        "behind": lines(rows.order_by("-occurred", "-incident_id")[:BEHIND]),
        "total": total,
        "left_out": max(0, total - BEHIND),
        "hidden": behind.hidden,
    }
    return render(request, "table.html", shown)


def export(request: HttpRequest, name: str, kind: str) -> HttpResponse:
    """A table as a file."""
    user = enter(request, Permission.TABLE_EXPORT)
    if kind not in FORMS:
        raise Refused("not_found")
    _, result = _table(user, name, _asked(request))
    response = HttpResponse(export_table(by=user, table=result, form=kind), content_type=TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{name}-{result.columns[0]}.{kind}"'
    return response


def _asked(request: HttpRequest) -> Asked:
    year, known_on = request.GET.get("year", ""), request.GET.get("known_on", "")
    register = request.GET.get("register", "")
    if year:
        column(year)
    if register not in ("", "own", "example"):
        raise Refused("bad_value", field="register")
    return Asked(year, _day(known_on).isoformat() if known_on else "", register)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("bad_date", field="known_on") from None


def _table(user: Account, name: str, asked: Asked, opened: str = "") -> tuple[Snapshot, TableResult]:
    """The table over the columns that its year brings with it; a cell outside them gets a column of its own."""
    said = declarations.declaration(name)
    snapshot = queries.snapshot(_day(asked.known_on) if asked.known_on else None)
    years = columns_of(said, user, asked.register, asked.year)
    if opened and opened not in years:
        years = (*years, opened)
    register = asked.register or None
    return snapshot, queries.table(name, by=user, snapshot=snapshot, years=years, register=register)


def _page(user: Account, asked: Asked, snapshot: Snapshot, result: TableResult) -> dict[str, Any]:
    said = result.declaration
    return {
        "said": said,
        "result": result,
        "snapshot": snapshot,
        "asked": asked,
        "rows": [_shown(result, row) for row in result.rows],
        "columns": [(label, label.removesuffix("-H1"), label.endswith("-H1")) for label in result.columns],
        "snapshots": queries.snapshots()[:20],
        "filling_note": FILLING_NOTE if result.register == "example" else "",
        "registers": REGISTER in said.collections and len(_registers(user)) > 1,
        "may_export": all(
            may(user, Permission.TABLE_EXPORT, [f"collection:{c}"]) for c in result.collections
        ),
    }


def _shown(result: TableResult, row: Row) -> Shown:
    parents = {each.code: each.part_of for each in result.declaration.rows}
    depth, above = 0, row.part_of
    while above:
        depth, above = depth + 1, parents.get(above, "")
    return Shown(row, depth, [result.cell(row.code, label) for label in result.columns])


def _tables(user: Account) -> list[tuple[Declaration, str]]:
    """The tables that open for the reader, each with the register it has to be asked for, if only one does."""
    registers = _registers(user)
    only = registers[0] if len(registers) == 1 else ""
    found = []
    for said in map(declarations.declaration, declarations.names()):
        named = [code for code in said.collections if code != REGISTER]
        of_register = len(named) < len(said.collections)
        if _reads(user, named) and (registers or not of_register):
            found.append((said, only if of_register else ""))
    return found


def _registers(user: Account) -> list[str]:
    """The registers, own and example, that a table may count for the reader."""
    examples = list(Collection.objects.filter(is_example=True).values_list("code", flat=True))
    registers = {queries.OWN: [queries.OWN], "example": examples}
    return [name for name, inside in registers.items() if inside and _reads(user, inside)]


def _reads(user: Account, collections: Sequence[str]) -> bool:
    """A table counts whole collections: who reads only a part of one is not let in."""
    return all(may(user, Permission.TABLE_READ, [f"collection:{code}"]) for code in collections)
