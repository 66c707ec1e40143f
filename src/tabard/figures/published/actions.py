"""The verbs of printed figures: take in a file of them, add one, correct or void one, erase a note."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256

from django.db import IntegrityError

from tabard.access import door, policy
from tabard.access.door import action
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.figures.models import Published, PublishedNote
from tabard.figures.published.entry import Entry, checked
from tabard.figures.published.queries import standing
from tabard.figures.published.reading import entries
from tabard.rules.refusals import Refused

NEW, CORRECTED, UNCHANGED = "new", "corrected", "unchanged"


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of the rows of a file; the three add up to the rows."""

    rows: int
    new: int
    corrected: int
    unchanged: int
    derived: int


def take_in(*, by: Account, data: bytes) -> TakenIn:
    """A CSV file of printed figures. The same file again changes nothing; another number in the same place corrects.

    It is read before the act opens: on SQLite an open act keeps every other writer waiting."""
    policy.require(by, Permission.PUBLISHED_KEEP)
    return enter(by=by, found=entries(data), file=sha256(data).hexdigest())


@action(Permission.PUBLISHED_KEEP)
def enter(*, by: Account, found: Sequence[Entry], file: str) -> TakenIn:
    """Keep what was read of a file, each figure in its place."""
    known = {entry_of(row).place: row for row in standing(by)}
    rows, effects = [], Counter[str]()
    for entry in found:
        stands = known.get(entry.place)
        effect = NEW if stands is None else UNCHANGED if entry_of(stands).said == entry.said else CORRECTED
        effects[effect] += 1
        if effect != UNCHANGED:
            row = _row(by, entry, stands.pk if stands else None)
            known[entry.place] = row
            rows.append((row, entry.note))
    _keep(rows)
    counts = {effect: effects[effect] for effect in (NEW, CORRECTED, UNCHANGED)}
    door.record("figures:published:import", "published", file=file, **counts)
    return TakenIn(rows=len(found), derived=sum(entry.derived for entry in found), **counts)


@action(Permission.PUBLISHED_KEEP)
def add(*, by: Account, entry: Entry) -> Published:
    """One figure of a document. Refused where one stands in the same place: that one is corrected instead."""
    checked(entry)
    if any(entry_of(row).place == entry.place for row in standing(by).filter(source=entry.source)):
        raise Refused("published_stands")
    return _one(by, "figures:published:add", entry)


@action(Permission.PUBLISHED_KEEP)
def correct(*, by: Account, figure: Published, entry: Entry) -> Published:
    """What was misread, said again; the first reading stays below it."""
    _stands(by, figure)
    return _one(by, "figures:published:correct", checked(entry), figure.pk)


@action(Permission.PUBLISHED_KEEP)
def void(*, by: Account, figure: Published) -> Published:
    """What never stood in the document counts no more."""
    _stands(by, figure)
    row = _row(by, entry_of(figure), figure.pk)
    row.void = True
    _keep([(row, "")])
    door.record("figures:published:void", f"published:{figure.pk}")
    return row


@action(Permission.PUBLISHED_KEEP)
def erase_note(*, by: Account, figure: Published) -> None:
    """The words beside a figure, gone for good."""
    PublishedNote.objects.filter(figure=figure).delete()
    door.record("figures:published:erase", f"published:{figure.pk}")


def _stands(by: Account, figure: Published) -> None:
    """Two people correcting one figure do not each get a row of their own beside the other's."""
    if not standing(by).filter(pk=figure.pk).exists():
        raise Refused("published_changed")


def _one(by: Account, verb: str, entry: Entry, replaces: str | None = None) -> Published:
    row = _row(by, entry, replaces)
    try:
        _keep([(row, entry.note)])
    except IntegrityError:  # somebody else's correction of the same figure came between
        raise Refused("published_changed") from None
    door.record(verb, f"published:{row.pk}", replaces=replaces or "")
    return row


def _row(by: Account, entry: Entry, replaces: str | None) -> Published:
    said = {name: value for name, value in asdict(entry).items() if name != "note"}
    return Published(by=by.pk, recorded_at=datetime.now(UTC), replaces=replaces, **said)


def _keep(rows: Sequence[tuple[Published, str]]) -> None:
    Published.objects.bulk_create([row for row, _ in rows])
    PublishedNote.objects.bulk_create([PublishedNote(figure=row, text=note) for row, note in rows if note])


def entry_of(row: Published) -> Entry:
    """A stored figure as it would be entered, without its note."""
    names = [name for name in Entry.__dataclass_fields__ if name != "note"]
    return Entry(**{name: getattr(row, name) for name in names})
