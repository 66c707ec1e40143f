"""What each export of a source said, and what the register must hold at its date because of it.

Exports arrive in any order: an old one read today changes what was known then, and must leave what later
exports said as they said it. `settle` adds the revisions that keep it so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tabard.incidents.chains import Chain, Pen
from tabard.incidents.entries import entry_of
from tabard.incidents.models import Revision
from tabard.incidents.writer import Entry
from tabard.intake.models import Batch, Row
from tabard.rules.canonical import incident_from
from tabard.rules.dates import end_of_day

SHARE_HELD = 100  # more than one in a hundred missing is held until a person confirms


@dataclass(frozen=True)
class Missing:
    """A record that an export should hold, by what it covers, and does not."""

    incident: str
    known_at: datetime


def covered(batch: Batch, revision: Revision) -> bool:
    """Whether a record lies inside the years and countries that the export declares to cover."""
    if revision.first_day is None or batch.first_year is None or batch.last_year is None:
        return False
    in_years = batch.first_year <= revision.first_day.year <= batch.last_year
    return in_years and (not batch.countries or (revision.country or "") in batch.countries)


def too_many(missing: int, known: int) -> bool:
    """More than 1 % of what was known inside the coverage is missing."""
    return missing * SHARE_HELD > known


def present(revision: Revision | None) -> bool:
    """Whether a revision says that there is such an incident."""
    return revision is not None and revision.reason != "withdrawn"


def later(batch: Batch) -> list[Batch]:
    """The exports of the same collection that speak of a later day, nearest first."""
    others = Batch.objects.filter(collection=batch.collection, state="done", as_of__gt=batch.as_of)
    return list(others.order_by("as_of", "started_at"))


def said(batches: Sequence[Batch], keys: Iterable[str]) -> Mapping[tuple[str, str], Row]:
    """What each of these exports said of each of these keys."""
    rows = Row.objects.filter(batch__in=batches, key__in=list(keys), state="accepted")
    return {(row.batch_id, row.key): row for row in rows}


def settle(
    pen: Pen,
    chain: Chain,
    key: str,
    since: datetime,
    exports: Sequence[Batch],
    rows: Mapping[tuple[str, str], Row],
) -> Missing | None:
    """Hold to what the nearest later export said, now that what was known at `since` has changed.

    Returns the record as missing where that export covers it and has no such row."""
    for export in exports:
        at = end_of_day(export.as_of)
        if chain.between(since, at):
            return None
        row, held = rows.get((export.pk, key)), chain.held(at)
        if row is not None:
            _say_again(pen, chain, at, row, held)
            return None
        if held is not None and present(held) and covered(export, held):
            return Missing(chain.incident, at)
    return None


def _say_again(pen: Pen, chain: Chain, at: datetime, row: Row, held: Revision | None) -> None:
    if held is not None and present(held) and held.facts_digest == row.facts_digest:
        return
    told = Revision.objects.get(incident_id=chain.incident, number=row.revision or 0)
    reason = "reinstated" if held is not None and not present(held) else "correction"
    pen.again(chain, at, reason, told, again(told))


def again(told: Revision) -> Entry:
    """What a stored revision said, for writing it once more; words and places are kept by reference."""
    full = entry_of(told)
    return Entry(facts=incident_from(told.facts), sources=full.sources, original=full.original)


def withdraw(pen: Pen, chain: Chain, at: datetime) -> None:
    """The source no longer holds this record."""
    held = chain.held(at)
    if held is not None and present(held):
        pen.again(chain, at, "withdrawn", held, again(held))
