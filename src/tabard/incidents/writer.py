"""Turns facts into rows: gathers everything that one act writes to the register, then writes it in bulk.

Only verbs use it, inside an act. Nothing here decides; it stores what it is given."""

from __future__ import annotations

import secrets
from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models

from tabard.access.door import grow
from tabard.access.rows import Stated, insert, insert_stated
from tabard.incidents.models import Harm, Incident, Margin, ObjectHarm, Revision, Source, Tag, Words
from tabard.intake.models import Verbatim
from tabard.places.hexagons import RESOLUTION, cell
from tabard.places.models import Position
from tabard.rules.canonical import canonical, digest, salted
from tabard.rules.facts import SCHEMA_VERSION, SourceClaim, Texts
from tabard.rules.facts import Harm as Harmed
from tabard.rules.facts import Incident as Facts
from tabard.rules.facts import Margin as Counted
from tabard.rules.facts import Position as Place
from tabard.rules.ids import ulid

# Referred to before referring.
ORDER = (Verbatim, Words, Position, Incident, Revision, Harm, Margin, ObjectHarm, Tag, Source)
Part = tuple[type[models.Model], dict[str, Any]]  # a row of a table, by name of column


@dataclass(frozen=True, slots=True)
class Entry:
    """All that one revision says: the facts, and the erasable place and words that go with them."""

    facts: Facts
    position: Place | None = None
    texts: Texts = field(default_factory=Texts)
    sources: tuple[SourceClaim, ...] = ()
    original: str = ""  # id of intake.Original, for erasing what came from it


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who says so, why, on both clocks, and behind which revision."""

    number: int
    known_at: datetime
    recorded_at: datetime
    by: str
    reason: str
    previous: str = ""
    batch: str = ""
    voids: str | None = None
    counted_as: str | None = None


@dataclass
class Sheaf:
    """The rows gathered so far, by table, in the order in which they must be written."""

    rows: dict[type[models.Model], list[models.Model]] = field(default_factory=dict)
    parts: dict[type[models.Model], list[Stated]] = field(default_factory=dict)

    def incident(self, incident: Incident) -> None:
        """A new identity."""
        self._add(incident)

    def keep(self, verbatim: Verbatim) -> None:
        """A row word for word, as it came."""
        self._add(verbatim)

    def begin(self, incident: Incident, stamp: Stamp, entry: Entry) -> Revision:
        """A new identity and what is first said of it."""
        self.incident(incident)
        made = self.revision(incident.pk, stamp, entry)
        made.incident = incident
        return made

    def revision(self, incident: str, stamp: Stamp, entry: Entry) -> Revision:
        """A new revision with all its rows; its erasable place and words get ids and salts of their own."""
        place, place_hash = self._place(entry.position)
        words, words_hash = self._words(entry)
        made = _revision(incident, stamp, entry, (place, place_hash, words, words_hash))
        self._add(made)
        self._parts(made, entry, words, words_hash)
        return made

    def again(
        self,
        incident: str,
        stamp: Stamp,
        told: Revision,
        entry: Entry,
        keeps: Container[str] = ("place", "words"),
    ) -> Revision:
        """A new revision that keeps the words, the place or both of an earlier one, by reference."""
        place = (told.place, told.place_hash) if "place" in keeps else self._place(entry.position)
        words = (told.words, told.words_hash) if "words" in keeps else self._words(entry)
        made = _revision(incident, stamp, entry, (*place, *words))
        self._add(made)
        self._parts(made, entry, *words)
        return made

    def write(self) -> None:
        """Everything, table by table; the audit chain keeps the sum of all revisions."""
        written = [row.digest for row in self.rows.get(Revision, []) if isinstance(row, Revision)]
        for model in ORDER:
            insert(self.rows.pop(model, []))
            insert_stated(model, self.parts.pop(model, []))
        if written:
            grow("revisions", written, revision_digests)

    def _add(self, row: models.Model) -> None:
        self.rows.setdefault(type(row), []).append(row)

    def _state(self, model: type[models.Model], row: Stated) -> None:
        self.parts.setdefault(model, []).append(row)

    def _place(self, position: Place | None) -> tuple[str, str]:
        if position is None or position == Place():
            return "", ""
        salt = secrets.token_hex(16)
        row = {"id": ulid(), "salt": salt, **_columns(position), "hexagon": _hexagon(position)}
        self._state(Position, row)
        return row["id"], salted(salt, position)

    def _words(self, entry: Entry) -> tuple[str, str]:
        if entry.texts == Texts():
            return "", ""
        salt = secrets.token_hex(16)
        row = {"id": ulid(), "salt": salt, "original": entry.original, **_columns(entry.texts)}
        self._state(Words, row)
        return row["id"], salted(salt, entry.texts)

    def _parts(self, made: Revision, entry: Entry, words: str, words_hash: str) -> None:
        for model, row in rows_of(entry.facts):
            self._state(model, row | {"revision_id": made.pk})
        for position, source in enumerate(entry.sources):
            row = _source(position, source, (entry.original, words, words_hash))
            self._state(Source, row | {"revision_id": made.pk})


def revision_digests() -> Iterable[str]:
    """The digests of all revisions, for the sum that the audit chain keeps."""
    return Revision.objects.values_list("digest", flat=True).iterator(chunk_size=5_000)


def _columns(value: Place | Texts | Counted) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}


def _hexagon(position: Place) -> str:
    if position.lat is None or position.lon is None:
        return ""
    return cell(position.lat, position.lon, RESOLUTION.get(position.precision)) or ""


COPIED = (
    "first_day last_day date_precision days_off country cause means context setting actor motive "
    "motive_confidence targeting targeting_confidence complexity certainty severity"
).split()


def _revision(incident: str, stamp: Stamp, entry: Entry, erasable: tuple[str, str, str, str]) -> Revision:
    place, place_hash, words, words_hash = erasable
    told, text = entry.facts, canonical(entry.facts)
    made = Revision(
        id=ulid(),
        incident_id=incident,
        number=stamp.number,
        known_at=stamp.known_at,
        recorded_at=stamp.recorded_at,
        by=stamp.by,
        reason=stamp.reason,
        previous=stamp.previous,
        batch=stamp.batch,
        voids_id=stamp.voids,
        counted_as_id=stamp.counted_as,
        schema_version=SCHEMA_VERSION,
        near_miss=flag(told.near_miss),
        place=place,
        place_hash=place_hash,
        words=words,
        words_hash=words_hash,
        facts=text,
        facts_digest=digest(text),
        claims_digest=claims_digest(entry.sources),
        **{name: getattr(told, name) for name in COPIED},
    )
    made.digest = digest_of(made)
    return made


def digest_of(revision: Revision) -> str:
    """The digest over a revision's own columns and the one before it; erasable content only by salted hash."""
    return digest(
        revision.incident_id,
        str(revision.number),
        revision.known_at.isoformat(timespec="microseconds"),
        revision.recorded_at.isoformat(timespec="microseconds"),
        revision.by,
        revision.reason,
        revision.voids_id or "",
        revision.counted_as_id or "",
        revision.place_hash,
        revision.words_hash,
        revision.facts,
        revision.claims_digest,
        revision.previous,
    )


def claims_digest(sources: Iterable[SourceClaim]) -> str:
    """The digest over what each source claims, in order, with its grades."""
    return digest(*(canonical(source) for source in sources))


def flag(value: bool | None) -> int | None:
    """Yes 1, no 0, not stated NULL: what every engine sums alike."""
    return None if value is None else int(value)


def rows_of(told: Facts) -> Iterable[Part]:
    """The rows that stand behind a revision of these facts, by name of column; the revision's id is left out."""
    for position, harm in enumerate(told.harm):
        yield Harm, {"position": position, **_harm(harm)}
    for position, margin in enumerate(told.margins):
        yield Margin, {"position": position, **_columns(margin)}
    for position, thing in enumerate(told.objects):
        counted = {"n": thing.n, "n_basis": thing.n_basis, "kind": thing.kind}
        yield ObjectHarm, {"position": position, **counted, **dict.fromkeys(thing.effects, 1)}
    for words, code in told.tags:
        yield Tag, {"list": words, "code": code}


SHARED = "n n_basis scope org_type organisation recruitment gender function contract cause captor fate subject".split()
FLAGS = "on_duty family_member care serious held_24h".split()


def _harm(harm: Harmed) -> dict[str, Any]:
    row = {name: getattr(harm, name) for name in SHARED}
    row |= {name: flag(getattr(harm, name)) for name in FLAGS}
    for code, said in harm.outcomes.items():
        row[code], row[f"{code}_on"] = int(said.holds), said.on
    return row


def _source(position: int, source: SourceClaim, words: tuple[str, str, str]) -> dict[str, Any]:
    original, words_id, words_hash = words
    return {
        "position": position,
        "kind": source.kind,
        "reliability": source.reliability,
        "credibility": source.credibility,
        "certainty": source.certainty,
        "tlp": source.tlp,
        "consent": flag(source.consent),
        "claims": canonical(source.claims),
        "original": original,
        "words": words_id,
        "words_hash": words_hash,
    }
