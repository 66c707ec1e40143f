"""Files taken in: send one, see how it went, mend a held row, confirm withdrawals, undo."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from tabard.access import policy
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.api import shapes
from tabard.api.answers import answer
from tabard.api.bodies import KEY, read, sends
from tabard.api.describing import upload
from tabard.api.once import once
from tabard.api.problems import language_of
from tabard.api.signin import account
from tabard.api.uploads import Sent, sent_file
from tabard.formats.registry import FORMATS
from tabard.formats.report.shapes import Prose, Shape
from tabard.incidents import imports, kin, mending
from tabard.incidents.models import Collection
from tabard.incidents.queries import visible_to
from tabard.intake import actions, queries
from tabard.intake.models import Batch, Row
from tabard.rules.refusals import Refused
from tabard.vocab import catalogue

router = Router(tags=["Batches"])
MOST = 200
STATE = Literal["accepted", "held", "rejected"]
Number = Annotated[int, Query(ge=0, le=999_999_999)]
DAY = {"type": "string", "format": "date"}
YEAR = {"type": "string", "pattern": "^([12][0-9]{3})?$"}
CODE = {"type": "string", "pattern": "^[a-z0-9_-]{1,40}$"}
ID = {"type": "string", "pattern": "^([0-9A-Z]{26})?$"}
FIELDS: dict[str, Any] = {
    "format": {"type": "string", "enum": sorted(FORMATS), "needed": True},
    "collection": CODE | {"needed": True},
    "as_of": DAY | {"needed": True},
    "owner": ID,
    "mapping": ID,
    "first_year": YEAR,
    "last_year": YEAR,
}


class MendIn(Shape):
    """What cells of a held row should hold, by column."""

    changes: Annotated[dict[Prose, Prose], Field(min_length=1, max_length=500)]


@router.get("", response=shapes.BatchList, summary="List files taken in")
def list_batches(request: HttpRequest) -> HttpResponse:
    """The newest 200."""
    rows = queries.visible_to(account(request)).order_by("-started_at", "-pk")[:MOST]
    return answer(shapes.BatchList(items=[_told(batch) for batch in rows]))


@router.post(
    "", response={202: shapes.BatchOut}, summary="Take a file in", openapi_extra=upload(KEY, **FIELDS)
)
def send_file(request: HttpRequest) -> HttpResponse:
    """Keep a file and put it in line; ask for the batch to see how it went. `as_of` is when its source knew."""
    by = account(request)
    if not policy.may_somewhere(by, Permission.BATCH_IMPORT):
        policy.require(by, Permission.BATCH_IMPORT)
    given = sent_file(request, actions.LARGEST)
    return once(request, lambda: _opened(by, given), given.data + repr(sorted(given.fields.items())).encode())


def _opened(by: Account, given: Sent) -> HttpResponse:
    asked = given.fields
    format_, collection, owner = (asked.get(name, "") for name in ("format", "collection", "owner"))
    if format_ not in FORMATS:
        raise Refused("unknown_word", field="format")
    real = Collection.objects.filter(code=collection, is_example=False).exists()
    if not real or not policy.may(by, Permission.BATCH_IMPORT, queries.keys(collection, owner)):
        raise Refused("unknown_word", field="collection")
    if not queries.takes(format_, collection):
        raise Refused("wrong_collection", format=format_, collection=collection)
    as_of, covers = _day(asked.get("as_of", "")), _covers(asked)
    mapping = _mapping(by, format_, asked.get("mapping", ""))
    scope = {"collection": collection, "owner": owner}
    kind = given.kind or "application/octet-stream"
    original = actions.receive(by=by, data=given.data, media_type=kind, channel="api", **scope)
    batch = actions.open_batch(
        by=by, original=original, format=format_, as_of=as_of, covers=covers, mapping=mapping, **scope
    )
    return answer(_told(batch), 202, Location=f"/api/v1/batches/{batch.pk}")


def _mapping(by: Account, format_: str, pk: str) -> Any:
    found = queries.mappings(by).filter(pk=pk).first() if pk else None
    if pk and found is None:
        raise Refused("bad_value", field="mapping")
    if FORMATS[format_].mapped and found is None:
        raise Refused("missing_field", field="mapping")
    return found


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text if len(text) == 10 else "")
    except ValueError:
        raise Refused("bad_date", field="as_of") from None


def _covers(asked: dict[str, str]) -> tuple[int, int] | None:
    texts = [asked.get(name, "") for name in ("first_year", "last_year")]
    if not any(texts):
        return None
    if not all(text.isascii() and text.isdigit() and len(text) == 4 for text in texts):
        raise Refused("bad_value", field="first_year")
    first, last = map(int, texts)
    if not 1900 <= first <= last <= 2100:
        raise Refused("bad_value", field="last_year")
    return first, last


@router.get("/{id}", response=shapes.BatchOut, summary="How a file went")
def read_batch(request: HttpRequest, id: str) -> HttpResponse:
    """How far it has got, or what became of it."""
    return answer(_told(find(account(request), id)))


@router.get("/{id}/rows", response=shapes.RowList, summary="Rows of a file")
def list_rows(request: HttpRequest, id: str, state: STATE = "held", after: Number = 0) -> HttpResponse:
    """Rows of one state, in the file's order."""
    by = account(request)
    found = find(by, id).rows.filter(state=state, number__gt=after).order_by("number")
    rows = list(found[: MOST + 1])
    more = rows[MOST - 1].number if len(rows) > MOST else None
    return answer(shapes.RowList(items=_lines(request, rows[:MOST], by), after=more))


@router.get("/{id}/rows/{int:number}", response=shapes.RowOut, summary="One row, word for word")
def read_row(request: HttpRequest, id: str, number: int) -> HttpResponse:
    """Its cells as the file has them, for whoever may read originals; each read is an audit line. While next of
    kin wait, the row of their incident stays here."""
    by = account(request)
    row = _row(by, id, number)
    if row.incident and kin.waiting([row.incident]):
        raise Refused("next_of_kin_wait")
    queries.verbatim(row, by=by)
    [line] = _lines(request, [row], by)
    return answer(line.model_copy(update={"cells": mending.cells_of(row)}))


@router.post(
    "/{id}/rows/{int:number}/mend",
    response={201: shapes.RowOut},
    summary="Mend a held row",
    openapi_extra=sends(MendIn, KEY),
)
def mend(request: HttpRequest, id: str, number: int) -> HttpResponse:
    """Code it again with these cells changed; refused with the first note that still holds it."""
    by = account(request)
    row = _row(by, id, number)
    said = read(request, MendIn)

    def mended() -> HttpResponse:
        done = mending.mend(by=by, row=row, changes=said.changes)
        [line] = _lines(request, [done], by)
        return answer(line, 201)

    return once(request, mended)


@router.post(
    "/{id}/confirm",
    response={201: shapes.BatchOut},
    summary="Confirm withdrawals",
    openapi_extra={"parameters": [KEY]},
)
def confirm(request: HttpRequest, id: str) -> HttpResponse:
    """A person says that the many missing records are really withdrawn."""
    by = account(request)
    batch = find(by, id)
    return once(request, lambda: answer(_told(imports.confirm_withdrawals(by=by, batch=batch)), 201))


@router.post(
    "/{id}/undo",
    response={201: shapes.BatchOut},
    summary="Undo an import",
    openapi_extra={"parameters": [KEY]},
)
def undo_import(request: HttpRequest, id: str) -> HttpResponse:
    """Void everything that the import wrote."""
    by = account(request)
    batch = find(by, id)
    return once(request, lambda: answer(_told(imports.undo(by=by, batch=batch)), 201))


def find(reader: Account, id: str) -> Batch:
    """A batch that the account may know of."""
    found = queries.visible_to(reader).filter(pk=id).first()
    if found is None:
        raise Refused("not_found")
    return found


def _row(by: Account, id: str, number: int) -> Row:
    row = (
        find(by, id).rows.filter(number=number).select_related("batch").first() if number < 1 << 31 else None
    )
    if row is None:
        raise Refused("not_found")
    return row


def _told(batch: Batch) -> shapes.BatchOut:
    effects = dict(batch.effects)
    return shapes.BatchOut(
        id=batch.pk,
        format=batch.format,
        collection=batch.collection,
        owner=batch.owner or None,
        as_of=batch.as_of,
        state=batch.state,
        started_at=batch.started_at,
        ended_at=batch.ended_at,
        undone_at=batch.undone_at,
        rows=batch.rows_done,
        held=effects.pop("held", 0),
        rejected=effects.pop("rejected", 0),
        effects=effects,
        withdrawn=batch.withdrawn,
        withdrawals_held=len(batch.withdrawals_held),
        failure=batch.failure or None,
    )


def _lines(request: HttpRequest, rows: Sequence[Row], by: Account) -> list[shapes.RowOut]:
    ids = [row.incident for row in rows if row.incident]
    seen = dict(visible_to(by).filter(pk__in=ids).values_list("pk", "reference"))
    language = language_of(request.headers.get("Accept-Language", ""))
    return [
        shapes.RowOut(
            number=row.number,
            key=None if not row.key or row.key.startswith("=") else row.key,
            state=row.state,
            effect=row.effect or None,
            notes=[_note(row, note, language) for note in row.notes],
            reference=seen.get(row.incident),
        )
        for row in rows
    ]


def _note(row: Row, note: dict[str, Any], language: str) -> shapes.RowNote:
    fields: dict[str, str | int] = {"field": note.get("field") or "–", "row": row.number}
    return shapes.RowNote(
        code=note["code"],
        field=note.get("field") or None,
        values=list(note.get("values", ())),
        detail=catalogue.message(note["code"], language, **fields),
        next_step=catalogue.next_step(note["code"], language, **fields),
    )
