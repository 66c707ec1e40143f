"""Taking in a file: every row ends accepted, held or rejected, with its original kept word for word.

One transaction a file: either all of it is there or nothing. An import can be undone."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from django.db.models import QuerySet

from tabard.access.door import action, record
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.access.rows import insert
from tabard.access.seals import keyed
from tabard.formats.reading import Note, Reading, ReadRow
from tabard.incidents import chains, exports, standing
from tabard.incidents.chains import Chain, Pen
from tabard.incidents.checks import check
from tabard.incidents.entries import position_of, texts_of
from tabard.incidents.models import Collection, Incident, Revision, Words
from tabard.incidents.references import allocate, prefix
from tabard.incidents.writer import Entry, Sheaf
from tabard.intake.models import Batch, Row, Verbatim
from tabard.intake.queries import keys_of
from tabard.places.models import Position
from tabard.rules import facts
from tabard.rules.batches import batched
from tabard.rules.canonical import canonical, digest, salted
from tabard.rules.ids import ulid
from tabard.rules.refusals import Refused

CHUNK = 500
Progress = Callable[[int], None]


def _silent(_: int) -> None:
    """Nobody watches."""


@dataclass
class Import:
    """One file on its way in."""

    batch: Batch
    pen: Pen
    known_at: datetime
    later: Sequence[Batch]
    seen: set[str] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)
    missing: list[exports.Missing] = field(default_factory=list)
    effects: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    known_before: int = 0


def opened(batch: Batch, *, by: Account) -> Import:
    """An act on a batch; whoever else takes files into its collection waits until it is done."""
    Collection.objects.select_for_update(no_key=True).filter(pk=batch.collection).first()
    pen = Pen(Sheaf(), datetime.now(UTC), by.pk, batch.pk)
    return Import(batch, pen, exports.at(batch), exports.later(batch))


def _about(*, batch: Batch, **_: object) -> tuple[str, ...]:
    return keys_of(batch)


@action(Permission.BATCH_IMPORT, about=_about)
def take_in(*, by: Account, batch: Batch, reading: Reading, progress: Progress = _silent) -> Batch:
    """Read a batch's rows into the register. All or nothing: a refusal leaves everything as it was."""
    if batch.state not in ("waiting", "reading"):
        raise Refused("already_imported")
    job = opened(batch, by=by)
    for some in batched((_dated(job, row) for row in reading), CHUNK):
        _chunk(job, some)
        progress(sum(reading.counts.values()))
    _declare(batch, reading)
    _missing_here(job)
    _withdraw_or_hold(job)
    standing.refresh(job.touched)
    _close(job, reading)
    return batch


def _dated(job: Import, row: ReadRow) -> ReadRow:
    """The row; held where it speaks of a day after the one on which its source is said to have known it."""
    job.states[row.state] += 1
    first = row.facts.first_day if row.facts else None
    if first is None or first <= job.batch.as_of:
        return row
    job.states.update({"accepted": -1, "held": 1})
    return replace(row, state="held", facts=None, notes=(*row.notes, Note("after_as_of", "as_of")))


def _chunk(job: Import, rows: Sequence[ReadRow]) -> None:
    keys = {row.number: _key(job, row) for row in rows if row.state == "accepted"}
    job.seen.update(row.key for row in rows if row.state == "held" and row.key)
    known = {
        incident.source_key: incident
        for incident in _records(job.batch).filter(source_key__in=list(keys.values()))
    }
    loaded = chains.load([incident.pk for incident in known.values()])
    by_key = {key: loaded[incident.pk] for key, incident in known.items() if key}
    by_key |= _new_incidents(job, [(keys[r.number], r) for r in rows if r.number in keys], by_key)
    texts = _Texts.of([chain.held(job.known_at) for chain in by_key.values()])
    stored = [
        _one(job, row, by_key.get(keys.get(row.number, "")), keys.get(row.number, ""), texts) for row in rows
    ]
    changed = [row for row in stored if row.effect not in ("", "unchanged")]
    _settle(job, {row.key: by_key[row.key] for row in changed})
    job.pen.sheaf.write()
    insert(stored)
    job.touched.update(row.incident for row in changed)


def _records(batch: Batch) -> QuerySet[Incident]:
    """The incidents that came from the same source: what somebody entered by hand is none of them."""
    found = Incident.objects.filter(collection_id=batch.collection, owner=batch.owner, source=batch.source)
    return found.exclude(source_key=None)


def _key(job: Import, row: ReadRow) -> str:
    """The source's own key; for a log without one, what the row says, numbered where it is said twice."""
    key = row.key or "=" + keyed("row", row.verbatim)[:40]
    turn = 2
    while row.key is None and key in job.seen:
        key, turn = f"{key[:41]}.{turn}", turn + 1
    job.seen.add(key)
    return key


def _new_incidents(
    job: Import, rows: Sequence[tuple[str, ReadRow]], known: dict[str, Chain]
) -> dict[str, Chain]:
    fresh = [(key, row) for key, row in rows if key not in known and row.facts]
    references = allocate(prefix(*_where_when(row.facts, job.known_at)) for _, row in fresh if row.facts)
    made: dict[str, Chain] = {}
    for (key, _), reference in zip(fresh, references, strict=True):
        incident = Incident(
            id=ulid(),
            reference=reference,
            collection_id=job.batch.collection,
            owner=job.batch.owner,
            source=job.batch.source,
            source_key=key,
            made_at=job.pen.recorded_at,
        )
        job.pen.sheaf.incident(incident)
        made[key] = Chain(incident.pk)
    return made


def _where_when(told: facts.Incident, otherwise: datetime) -> tuple[str | None, int]:
    return told.country, (told.first_day or otherwise).year


@dataclass
class _Texts:
    """The words and places of the revisions that hold, to see whether a file changed them."""

    words: dict[str, facts.Texts]
    places: dict[str, facts.Position]

    @classmethod
    def of(cls, held: Sequence[Revision | None]) -> _Texts:
        words = [revision.words for revision in held if revision and revision.words]
        places = [revision.place for revision in held if revision and revision.place]
        return cls(
            {row.pk: texts_of(row) for row in Words.objects.filter(pk__in=words)},
            {row.pk: position_of(row) for row in Position.objects.filter(pk__in=places)},
        )

    def same(self, held: Revision, row: ReadRow) -> bool:
        """Erased words compare as the same: an import never brings them back by itself."""
        words = self.words.get(held.words, row.texts if held.words_hash else facts.Texts())
        place = self.places.get(held.place, row.position if held.place_hash else None)
        return words == row.texts and (place or facts.Position()) == (row.position or facts.Position())


def _one(job: Import, row: ReadRow, chain: Chain | None, key: str, texts: _Texts) -> Row:
    stored = _kept(job, row, key)
    if chain is not None:
        _into(job, stored, row, chain, texts)
    return stored


def _into(job: Import, stored: Row, row: ReadRow, chain: Chain, texts: _Texts) -> None:
    """Write what an accepted row says behind its incident's chain, where that changes anything."""
    if row.facts is None:
        return
    check(row.facts)
    text = digest(canonical(row.facts))
    held = chain.held(job.known_at)
    job.known_before += exports.present(held)
    stored.effect, reason = _effect(held, text, chain, same=held is not None and texts.same(held, row))
    if reason:
        entry = Entry(
            row.facts, row.position, row.texts, (row.source,) if row.source else (), job.batch.original
        )
        held = job.pen.revision(chain, job.known_at, reason, entry)
    stored.incident, stored.facts_digest = chain.incident, text
    stored.revision = held.number if held else None
    job.effects[stored.effect] += 1


def accept(job: Import, stored: Row, told: ReadRow) -> None:
    """Take in one row that was held and has been mended."""
    key = _key(job, told)
    stored.key, stored.state = key, "accepted"
    incident = _records(job.batch).filter(source_key=key).first()
    chain = chains.load([incident.pk])[incident.pk] if incident else None
    chain = chain or _new_incidents(job, [(key, told)], {})[key]
    _into(job, stored, told, chain, _Texts.of([chain.held(job.known_at)]))
    if stored.effect != "unchanged":
        _settle(job, {key: chain})
        job.touched.add(stored.incident)
    job.pen.sheaf.write()
    _withdraw(job, job.missing)
    stored.save()


def _effect(held: Revision | None, text: str, chain: Chain, *, same: bool) -> tuple[str, str]:
    """What the row does to the register, and the reason of the revision it makes (empty for none)."""
    if held is None:
        return ("additional", "new") if chain.standing else ("new", "new")
    if not exports.present(held):
        return "reinstated", "reinstated"
    return ("unchanged", "") if held.facts_digest == text and same else ("revised", "correction")


def _kept(job: Import, row: ReadRow, key: str) -> Row:
    """The row's own record, with its original word for word in an erasable row."""
    salt = secrets.token_hex(16)
    verbatim = Verbatim(id=ulid(), salt=salt, text=row.verbatim, original=job.batch.original)
    job.pen.sheaf.keep(verbatim)
    return Row(
        batch=job.batch,
        number=row.number,
        key=key or (row.key or "")[:64],
        state=row.state,
        notes=[{"code": n.code, "field": n.field, "values": list(n.row_values)} for n in row.notes],
        verbatim=verbatim.pk,
        verbatim_hash=salted(salt, row.verbatim),
    )


def _settle(job: Import, changed: dict[str, Chain]) -> None:
    """Leave what later exports said as they said it."""
    if not job.later or not changed:
        return
    rows = exports.said(job.later, changed)
    for key, chain in changed.items():
        missing = exports.settle(job.pen, chain, key, job.known_at, job.later, rows)
        if missing:
            job.missing.append(missing)


def _declare(batch: Batch, reading: Reading) -> None:
    """What the file covers, where nobody declared it: the years it spans and the countries it names."""
    if batch.first_year is None and reading.coverage.years:
        batch.first_year, batch.last_year = min(reading.coverage.years), max(reading.coverage.years)
        batch.countries = sorted(code or "" for code in reading.coverage.countries)


def _missing_here(job: Import) -> None:
    """The records that this file covers and no longer holds."""
    rows = _records(job.batch).values_list("pk", "source_key")
    absent = (pk for pk, key in rows.iterator(chunk_size=CHUNK) if key not in job.seen)
    for some in batched(absent, CHUNK):
        for chain in chains.load(some).values():
            held = chain.held(job.known_at)
            if held is not None and exports.present(held) and exports.covered(job.batch, held):
                job.known_before += 1
                job.missing.append(exports.Missing(chain.incident, job.batch))


def _withdraw_or_hold(job: Import) -> None:
    known = max(job.known_before, len(job.seen))
    if exports.too_many(len(job.missing), known):
        job.batch.withdrawals_held = [[m.incident, m.export.pk] for m in job.missing]
        return
    _withdraw(job, job.missing)
    job.batch.withdrawn = len(job.missing)


def _withdraw(job: Import, missing: Sequence[exports.Missing]) -> None:
    for some in batched(missing, CHUNK):
        loaded = chains.load([one.incident for one in some])
        keys = dict(Incident.objects.filter(pk__in=loaded).values_list("pk", "source_key"))
        rows = exports.said(job.later, [key for key in keys.values() if key])
        for one in some:
            chain = loaded[one.incident]
            exports.withdraw(job.pen, chain, one.export)
            nearer = exports.after(job.later, one.export)
            exports.settle(job.pen, chain, keys[one.incident] or "", exports.at(one.export), nearer, rows)
        job.pen.sheaf.write()
        job.touched.update(loaded)


def _close(job: Import, reading: Reading) -> None:
    batch = job.batch
    batch.state, batch.ended_at = "done", datetime.now(UTC)
    batch.rows_done = batch.rows_total = sum(reading.counts.values())
    batch.effects = dict(job.effects) | {state: job.states[state] for state in ("held", "rejected")}
    batch.lost = sorted(([name, count] for name, count in reading.lost.items()), key=lambda pair: -pair[1])
    batch.save()
    record(
        "intake:batch:import",
        f"batch:{batch.pk}",
        withdrawn=batch.withdrawn,
        held_withdrawals=len(batch.withdrawals_held),
        **{f"rows_{name}": count for name, count in sorted(batch.effects.items())},
    )


@action(Permission.BATCH_IMPORT, about=_about)
def confirm_withdrawals(*, by: Account, batch: Batch) -> Batch:
    """A person says that the many missing records are really withdrawn."""
    if not batch.withdrawals_held or batch.state != "done":
        raise Refused("nothing_to_undo")
    job = opened(batch, by=by)
    done = {
        export.pk: export for export in (batch, *job.later)
    }  # what was undone meanwhile withdraws nothing
    waiting = [exports.Missing(pk, done[export]) for pk, export in batch.withdrawals_held if export in done]
    _withdraw(job, waiting)
    standing.refresh(job.touched)
    batch.withdrawn, batch.withdrawals_held = batch.withdrawn + len(waiting), []
    batch.save()
    record("intake:batch:confirm", f"batch:{batch.pk}", withdrawn=len(waiting))
    return batch


@action(Permission.BATCH_UNDO, about=_about)
def undo(*, by: Account, batch: Batch) -> Batch:
    """Void everything that the import wrote. What later exports said stays as they said it."""
    if batch.state != "done":
        raise Refused("nothing_to_undo")
    job = opened(batch, by=by)
    written = Revision.objects.filter(batch=batch.pk).exclude(reason="void")
    ids = sorted(set(written.values_list("incident_id", flat=True)))
    for some in batched(ids, CHUNK):
        _undo_some(job, some)
    _withdraw(job, job.missing)
    standing.refresh({*ids, *job.touched})
    batch.state, batch.undone_at = "undone", datetime.now(UTC)
    batch.save()
    record("intake:batch:undo", f"batch:{batch.pk}", incidents=len(ids))
    return batch


def _undo_some(job: Import, incidents: Sequence[str]) -> None:
    loaded = chains.load(incidents)
    keys = dict(Incident.objects.filter(pk__in=incidents).values_list("pk", "source_key"))
    rows = exports.said(job.later, [key for key in keys.values() if key])
    for pk, chain in loaded.items():
        for told in [one for one in chain.standing if one.batch == job.batch.pk]:
            job.pen.void(chain, told)
        missing = exports.settle(job.pen, chain, keys[pk] or "", job.known_at, job.later, rows)
        job.missing += [missing] if missing else []
    job.pen.sheaf.write()
