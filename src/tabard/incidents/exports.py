"""What each export of a source said, and what the register must hold at its date because of it.

Exports arrive in any order: an old one read today changes what was known then, and must leave what later
exports said as they said it. `settle` adds the revisions that keep it so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q

from tabard.incidents.chains import Chain, Pen
from tabard.incidents.entries import again, entry_of
from tabard.incidents.models import Revision
from tabard.intake.models import Batch, Row
from tabard.rules.dates import end_of_day

SHARE_HELD = 100  # more than one in a hundred missing is held until a person confirms


@dataclass(frozen=True)
class Missing:
    """A record that an export should hold, by what it covers, and does not."""

    incident: str
    export: Batch


def at(export: Batch) -> datetime:
    """When its source knew what an export says: the end of its day, or when it came in while that day lasts."""
    return min(end_of_day(export.as_of), export.started_at)


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
    """The exports of the same source that speak of a later day, or again of the same day; nearest first."""
    same_day = Q(as_of=batch.as_of, started_at__gt=batch.started_at)
    same = {name: getattr(batch, name) for name in ("collection", "owner", "format", "mapping")}
    others = Batch.objects.filter(**same, state="done")
    return list(others.filter(Q(as_of__gt=batch.as_of) | same_day).order_by("as_of", "started_at"))


def after(exports: Sequence[Batch], export: Batch) -> Sequence[Batch]:
    """Of these exports, nearest first, the ones behind one of them; all of them where it is none of them."""
    ids = [one.pk for one in exports]
    return exports[ids.index(export.pk) + 1 :] if export.pk in ids else exports


def said(batches: Sequence[Batch], keys: Iterable[str]) -> Mapping[tuple[str, str], Row]:
    """What each of these exports said of each of these keys."""
    rows = (
        Row.objects.filter(batch__in=batches, key__in=list(keys)).exclude(state="rejected").order_by("state")
    )
    found: dict[tuple[str, str], Row] = {}
    for row in rows:  # accepted before held
        found.setdefault((row.batch_id, row.key), row)
    return found


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
        if chain.between(since, at(export)):
            return None
        row, held = rows.get((export.pk, key)), chain.held(at(export))
        if row is not None and row.state == "held":
            continue  # it is there, and nobody knows yet what it says
        if row is not None:
            _say_again(pen, chain, export, row, held)
            return None
        if held is not None and present(held) and covered(export, held):
            return None if _waits(export, chain) else Missing(chain.incident, export)
    return None


def _waits(export: Batch, chain: Chain) -> bool:
    """Whether a person still has to confirm that the export withdraws this record."""
    return any(incident == chain.incident for incident, _ in export.withdrawals_held)


def _say_again(pen: Pen, chain: Chain, export: Batch, row: Row, held: Revision | None) -> None:
    """As the export's own revision, so that undoing the export takes it back too."""
    told = Revision.objects.get(incident_id=chain.incident, number=row.revision or 0)
    if held is not None and present(held) and _same(held, told):
        return
    reason = "reinstated" if held is not None and not present(held) else "correction"
    replace(pen, batch=export.pk).again(chain, at(export), reason, told, again(told))


def _same(one: Revision, other: Revision) -> bool:
    if one.facts_digest != other.facts_digest:
        return False
    this, that = entry_of(one), entry_of(other)
    return (this.texts, this.position) == (that.texts, that.position)


def withdraw(pen: Pen, chain: Chain, export: Batch) -> None:
    """The source no longer holds this record: the export says so by leaving it out."""
    held = chain.held(at(export))
    if held is not None and present(held):
        replace(pen, batch=export.pk).again(chain, at(export), "withdrawn", held, again(held))
