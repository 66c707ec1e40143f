"""Writes judged reports to the register: incidents, revisions, what became of each, and its audit line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from tabard.access.door import announce, record_as
from tabard.access.models import Account
from tabard.access.rows import insert_stated
from tabard.formats.report import ReportIn
from tabard.incidents import standing
from tabard.incidents.actions import keys_of as keys_of
from tabard.incidents.models import Incident
from tabard.incidents.references import allocate, prefix
from tabard.incidents.writer import Entry, Sheaf, Stamp
from tabard.intake.models import Original, Taken
from tabard.rules.ids import ulid
from tabard.rules.refusals import Refused

VERB = {
    "accepted": "incidents:incident:report",
    "held": "intake:report:hold",
    "rejected": "intake:report:reject",
}


@dataclass(frozen=True, slots=True)
class Judged:
    """One waiting report and what is to become of it."""

    turn: int
    original: Original
    sender: Account | None
    state: str = "accepted"
    notes: tuple[dict[str, str | int], ...] = ()
    told: ReportIn | None = None
    entry: Entry | None = None
    incident: str = field(default_factory=ulid)
    new: bool = False

    def with_entry(self, told: ReportIn, entry: Entry) -> Judged:
        """It can be coded."""
        return replace(self, told=told, entry=entry, incident=told.id or self.incident, new=True)

    def held(self, refusal: Refused) -> Judged:
        """A person must look at it."""
        return self._not(refusal, "held")

    def rejected(self, refusal: Refused) -> Judged:
        """It is not taken in."""
        return self._not(refusal, "rejected")

    def repeats(self, incident: str) -> Judged:
        """The same report came before."""
        return replace(self, new=False, incident=incident, notes=({"code": "report_repeated"},))

    def _not(self, refusal: Refused, state: str) -> Judged:
        note: dict[str, str | int] = {"code": refusal.code, **refusal.fields}
        return replace(self, state=state, new=False, incident="", notes=(note,))


def keys_of_report(told: ReportIn, entry: Entry) -> tuple[str, ...]:
    """The opaque keys of what the report would become."""
    keys = (f"collection:{told.collection}", f"country:{entry.facts.country}")
    return (*keys, f"org:{told.owner}") if told.owner else keys


def enter(judged: Sequence[Judged]) -> None:
    """All of them, in their order. Must run inside an act."""
    now = datetime.now(UTC)
    fresh = [one for one in judged if one.new]
    _incidents(fresh, now)
    insert_stated(Taken, [_taken(one, now) for one in judged])
    for one in judged:
        _line(one)
    for one in fresh:
        announce("incident_reported", incident=one.incident)


def _incidents(fresh: Sequence[Judged], now: datetime) -> None:
    if not fresh:
        return
    sheaf, made = Sheaf(), []
    for one, reference in zip(fresh, allocate(_prefixes(fresh)), strict=True):
        assert one.told is not None
        assert one.entry is not None
        known = one.told.known_at or one.original.received_at
        stamp = Stamp(1, known, now, one.original.by, "new")
        incident = _incident(one, one.told, reference, now)
        made.append((sheaf.begin(incident, stamp, one.entry), one.entry.facts))
    sheaf.write()
    standing.begin(made)


def _prefixes(fresh: Iterable[Judged]) -> Iterable[str]:
    for one in fresh:
        told = one.entry.facts if one.entry else None
        day = told.first_day if told and told.first_day else one.original.received_at
        yield prefix(told.country if told else None, day.year)


def _incident(one: Judged, told: ReportIn, reference: str, now: datetime) -> Incident:
    return Incident(
        id=one.incident,
        reference=reference,
        collection_id=told.collection,
        owner=told.owner,
        sensitivity=told.sensitivity,
        made_at=now,
    )


def _taken(one: Judged, now: datetime) -> dict[str, Any]:
    original = one.original
    return {
        "turn": one.turn,
        "original": original.pk,
        "received_at": original.received_at,
        "by": original.by,
        "collection": original.collection,
        "owner": original.owner,
        "state": one.state,
        "notes": list(one.notes),
        "incident": one.incident if one.state == "accepted" else "",
        "at": now,
    }


def _line(one: Judged) -> None:
    """What became of it, as the doing of whoever sent it."""
    verb, of = VERB[one.state], f"original:{one.original.pk}"
    if one.state == "accepted":
        record_as(
            one.original.by, verb, f"incident:{one.incident}", original=one.original.pk, again=not one.new
        )
    else:
        record_as(one.original.by, verb, of, code=str(one.notes[0]["code"]))
