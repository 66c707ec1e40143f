"""Tables counted over snapshots, and the snapshots."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from tabard.access import policy
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.api import shapes
from tabard.api.answers import answer
from tabard.api.bodies import KEY, read, sends
from tabard.api.describing import file
from tabard.api.once import apart
from tabard.api.signin import account
from tabard.figures import actions, declarations, queries, writing
from tabard.figures.cells import TableResult, column
from tabard.figures.models import Snapshot
from tabard.formats.report.shapes import Day, Shape
from tabard.rules.refusals import Refused

router = Router(tags=["Figures"])
MOST_SNAPSHOTS = 50
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
Years = Annotated[
    list[Annotated[str, Field(pattern=r"^[12][0-9]{3}(-H[12])?$")]], Query(min_length=1, max_length=60)
]
Register = Annotated[Literal["", "own", "example"], Query(alias="register")]
Known = Annotated[date | None, Query(ge=date(1900, 1, 1), le=date(2200, 12, 31))]


class FreezeIn(Shape):
    """What was known by the end of this day, UTC; left out: now."""

    known_on: Day | None = None


@router.get("/tables", response=shapes.TableList, summary="List tables")
def list_tables(request: HttpRequest) -> HttpResponse:
    """The tables that can be counted; who may see one is asked where it is read."""
    if not policy.may_somewhere(account(request), Permission.TABLE_READ):
        policy.require(account(request), Permission.TABLE_READ)
    names = [(name, declarations.declaration(name)) for name in declarations.names()]
    return answer(shapes.TableList(items=[shapes.TableLine(name=n, title=said.title) for n, said in names]))


@router.get("/tables/{name}", response=shapes.TableOut, summary="Count a table")
def read_table(
    request: HttpRequest, name: str, year: Years, known_on: Known = None, whose: Register = ""
) -> HttpResponse:
    """The cells, one column a year or half-year (`2019`, `2020-H1`), over the newest snapshot or that of a day."""
    found = _table(request, name, year, known_on, whose)
    return HttpResponse(writing.as_json(found), content_type="application/json")


@router.get(
    "/tables/{name}/export.{form}",
    summary="Take a table away",
    openapi_extra=file("The table as a file", *TYPES.values()),
)
def export_table(
    request: HttpRequest,
    name: str,
    form: Literal["csv", "json", "xlsx"],
    year: Years,
    known_on: Known = None,
    whose: Register = "",
) -> HttpResponse:
    """CSV with an HXL row, XLSX or JSON; that it was taken away is an audit line."""
    found = _table(request, name, year, known_on, whose)
    data = writing.export(by=account(request), table=found, form=form)
    response = HttpResponse(data, content_type=TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="{found.declaration.code}.{form}"'
    return response


def _table(
    request: HttpRequest, name: str, years: list[str], known_on: date | None, whose: str
) -> TableResult:
    by = account(request)
    if not policy.may_somewhere(by, Permission.TABLE_READ):
        policy.require(by, Permission.TABLE_READ)
    labels = list(dict.fromkeys(column(year).label for year in years))
    declarations.declaration(name)
    snapshot = queries.snapshot(known_on)
    return queries.table(name, by=by, snapshot=snapshot, years=labels, register=whose or None)


@router.get("/snapshots", response=shapes.SnapshotList, summary="List snapshots")
def list_snapshots(request: HttpRequest) -> HttpResponse:
    """The newest 50."""
    by = account(request)
    if not policy.may_somewhere(by, Permission.TABLE_READ):
        policy.require(by, Permission.TABLE_READ)
    rows = queries.snapshots()[:MOST_SNAPSHOTS]
    return answer(shapes.SnapshotList(items=[_told(row, by) for row in rows]))


@router.post(
    "/snapshots", response={201: shapes.SnapshotOut}, summary="Freeze", openapi_extra=sends(FreezeIn, KEY)
)
def freeze(request: HttpRequest) -> HttpResponse:
    """Freeze the register as it was known."""
    by = account(request)
    policy.require(by, Permission.SNAPSHOT_FREEZE)
    day = read(request, FreezeIn).known_on
    if day is not None and day > datetime.now(UTC).date():
        raise Refused("future_date", field="known_on")
    known = day or datetime.now(UTC)
    return apart(request, lambda: answer(_told(actions.freeze(by=by, known_on=known), by), 201))


def _told(row: Snapshot, by: Account) -> shapes.SnapshotOut:
    names = ("id", "known_on", "recorded_by", "made_at", "manifest_sha256")
    count = row.incidents if policy.may(by, Permission.TABLE_READ) else None
    return shapes.SnapshotOut(incidents=count, **{name: getattr(row, name) for name in names})
