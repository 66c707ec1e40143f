"""Mending a held row: a person says what a cell should hold; the original stays as it came, beside what was mended."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from tabard.access.door import action, record
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.formats import engine
from tabard.formats.columns import fold
from tabard.formats.log.mapping import WORDS, from_json, known_words, to_json
from tabard.formats.reading import Header, ReadRow
from tabard.formats.registry import FORMATS
from tabard.incidents import imports, standing
from tabard.intake.models import Batch, Row, Verbatim
from tabard.intake.models import Mapping as Kept
from tabard.intake.queries import body, keys_of
from tabard.places.countries import find
from tabard.rules.canonical import canonical
from tabard.rules.ids import ulid
from tabard.rules.refusals import Refused

MOST_ALIKE = 1_000  # rows in one act


@dataclass(frozen=True)
class Rule:
    """In this column, every cell that says `was` means `means`."""

    column: str
    was: str
    means: str


@dataclass(frozen=True)
class Tried:
    """What became, or would become, of one held row."""

    row: Row
    refusal: Refused | None


def cells_of(row: Row) -> dict[str, str]:
    """The cells of a row by column, as the file has them."""
    header, cells = engine.row(_coder(row.batch), body(row.batch), row.number)
    return dict(zip(header.columns, cells, strict=False))


def _coder(batch: Batch) -> engine.Coder:
    kept = Kept.objects.filter(pk=batch.mapping).first() if batch.mapping else None
    return FORMATS[batch.format].coder(kept.mapping if kept else None)


def _about(*, row: Row, **_: object) -> tuple[str, ...]:
    return keys_of(row.batch)


@action(Permission.ROW_MEND, about=_about)
def mend(*, by: Account, row: Row, changes: Mapping[str, str]) -> Row:
    """Code a held row again with these cells changed, and take it in as its file would have been.

    Refused with the first note that still holds it; then nothing has changed."""
    header, cells = engine.row(_coder(row.batch), body(row.batch), row.number)
    return _mend(by, row, header, cells, changes)


@action(Permission.ROW_MEND, about=lambda *, batch, **_: keys_of(batch))
def mend_alike(*, by: Account, batch: Batch, rule: Rule) -> list[Tried]:
    """Mend every held row that a rule is about, in one act; where it does not help, the row stays held.

    A saved mapping learns the rule, so that the next file needs no mending."""
    tried = [_try(by, rule, *found) for found in _alike(batch, rule)]
    if not any(each.refusal is None for each in tried):
        raise Refused("nothing_to_mend")
    learnt = _learn(batch, rule)
    mended = sum(each.refusal is None for each in tried)
    record("intake:row:mend-alike", f"batch:{batch.pk}", rows=len(tried), mended=mended, learnt=learnt)
    return tried


def rehearse(batch: Batch, rule: Rule) -> list[Tried]:
    """Which held rows a rule would free, and why it would not free others; nothing is changed."""
    keys = set(Row.objects.filter(batch=batch, state="accepted").values_list("key", flat=True))
    return [_would(rule, keys, *found) for found in _alike(batch, rule)]


def _would(rule: Rule, keys: set[str], row: Row, header: Header, cells: Sequence[str]) -> Tried:
    try:
        told = _again(row, header, cells, {rule.column: rule.means})
        if told.key in keys:
            raise Refused("key_used_twice")
    except Refused as refusal:
        return Tried(row, refusal)
    keys.add(told.key or "")
    return Tried(row, None)


def _try(by: Account, rule: Rule, row: Row, header: Header, cells: Sequence[str]) -> Tried:
    try:
        with transaction.atomic():
            _mend(by, row, header, cells, {rule.column: rule.means})
    except Refused as refusal:
        return Tried(row, refusal)
    return Tried(row, None)


def _alike(batch: Batch, rule: Rule) -> Iterator[tuple[Row, Header, Sequence[str]]]:
    """The held rows whose cell says just that, in one reading of the file."""
    rows = {row.number: row for row in batch.rows.filter(state="held").order_by("number")[:MOST_ALIKE]}
    for number, header, cells in engine.some(_coder(batch), body(batch), rows.keys()):
        if rule.column not in header.columns:
            raise Refused("no_such_column")
        if cells[header.columns.index(rule.column)].split() == rule.was.split():
            row = rows[number]
            row.batch = batch
            yield row, header, cells


def _learn(batch: Batch, rule: Rule) -> bool:
    """Keep the rule with the mapping of an organisation's own log. Other formats have words of their own."""
    kept = Kept.objects.select_for_update().filter(pk=batch.mapping).first() if batch.mapping else None
    if kept is None:
        return False
    name = kept.mapping["columns"].get(rule.column, "")
    means = known_words(name).get(fold(rule.means), "") if name in WORDS else rule.means
    if not name or not means:
        return False
    values = dict(kept.mapping.get("values", {}))
    values[rule.column] = {**values.get(rule.column, {}), rule.was: means}
    kept.mapping = to_json(from_json({**kept.mapping, "values": values}))
    kept.save()
    return True


def _mend(by: Account, row: Row, header: Header, cells: Sequence[str], changes: Mapping[str, str]) -> Row:
    batch = row.batch
    if row.state != "held" or batch.state != "done":
        raise Refused("nothing_to_mend")
    told = _again(row, header, cells, changes)
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


def _again(row: Row, header: Header, cells: Sequence[str], changes: Mapping[str, str]) -> ReadRow:
    coder = _coder(row.batch)
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
