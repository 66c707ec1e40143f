"""Mending a held row: a person says what a cell should hold; the original stays as it came, beside what was mended."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from tabard.access.door import action, record
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.formats import engine
from tabard.formats.reading import ReadRow
from tabard.formats.registry import FORMATS
from tabard.incidents import imports, standing
from tabard.intake.models import Mapping as Kept
from tabard.intake.models import Row, Verbatim
from tabard.intake.queries import body, keys_of
from tabard.places.countries import find
from tabard.rules.canonical import canonical
from tabard.rules.ids import ulid
from tabard.rules.refusals import Refused


def cells_of(row: Row) -> dict[str, str]:
    """The cells of a row by column, as the file has them."""
    header, cells = engine.row(_coder(row), body(row.batch), row.number)
    return dict(zip(header.columns, cells, strict=False))


def _coder(row: Row) -> engine.Coder:
    kept = Kept.objects.filter(pk=row.batch.mapping).first() if row.batch.mapping else None
    return FORMATS[row.batch.format].coder(kept.mapping if kept else None)


def _about(*, row: Row, **_: object) -> tuple[str, ...]:
    return keys_of(row.batch)


@action(Permission.ROW_MEND, about=_about)
def mend(*, by: Account, row: Row, changes: Mapping[str, str]) -> Row:
    """Code a held row again with these cells changed, and take it in as its file would have been.

    Refused with the first note that still holds it; then nothing has changed."""
    batch = row.batch
    if row.state != "held" or batch.state != "done":
        raise Refused("nothing_to_mend")
    told = _again(row, changes)
    job = imports.opened(batch, by=by)
    job.seen.update(Row.objects.filter(batch=batch, state="accepted").values_list("key", flat=True))
    if told.key in job.seen:
        raise Refused("key_used_twice")
    mended = Verbatim(id=ulid(), salt=secrets.token_hex(16), text=canonical(changes), original=batch.original)
    job.pen.sheaf.keep(mended)
    row.mended = mended.pk
    imports.accept(job, row, told)
    standing.refresh(job.touched)
    batch.effects = batch.effects | {
        "held": batch.effects.get("held", 1) - 1,
        row.effect: batch.effects.get(row.effect, 0) + 1,
    }
    batch.save()
    record("intake:row:mend", f"row:{row.pk}", cells=len(changes), incident=row.incident)
    return row


def _again(row: Row, changes: Mapping[str, str]) -> ReadRow:
    coder = _coder(row)
    header, cells = engine.row(coder, body(row.batch), row.number)
    unknown = set(changes) - set(header.columns)
    if unknown:
        raise Refused("no_such_column")
    changed = [changes.get(name, cell) for name, cell in zip(header.columns, cells, strict=True)]
    coded = engine.recode(coder, header, changed, country=find)
    if coded.held:
        raise Refused(coded.held[0].code, field=coded.held[0].field)
    if coded.facts and coded.facts.first_day and coded.facts.first_day > row.batch.as_of:
        raise Refused("after_as_of")
    return ReadRow(
        row.number,
        coded.key,
        "",
        "accepted",
        coded.facts,
        coded.position,
        coded.texts,
        coded.source,
        coded.notes,
        coded.lost,
    )
