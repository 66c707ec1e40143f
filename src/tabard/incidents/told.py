"""Telling: who was informed of an incident, when, by whom, how. Undo is a second row; the first stays readable.

A word to next of kin ends the embargo on names, nationality and employer (`kin`), as far as it covers what is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import reduce
from operator import and_
from typing import Any

from django.db.models import QuerySet

from tabard.access.door import action, announce, record
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.access.policy import Actor
from tabard.access.rows import insert
from tabard.incidents import kin, standing
from tabard.incidents.actions import keys_of
from tabard.incidents.models import Current, Incident, Revision, Told
from tabard.incidents.queries import seen_by
from tabard.rules import facts
from tabard.rules.canonical import incident_from
from tabard.rules.ids import ulid
from tabard.rules.kin import NOBODY, SETTLES, Toll, toll
from tabard.rules.refusals import Refused
from tabard.vocab.words import is_word


def _of_all(*, incidents: Sequence[Incident], **_: Any) -> Iterable[str]:
    """The keys that all of them share: whoever holds one of these may speak for all."""
    each = [frozenset(keys_of(incident)) for incident in incidents]
    return reduce(and_, each) if each else ()


@action(Permission.INCIDENT_TELL, about=lambda *, incident, **_: keys_of(incident))
def tell(
    *,
    by: Account,
    incident: Incident,
    whom: str,
    how: str = "",
    at: datetime | None = None,
    subject: str = "",
    reason: str = "",
) -> Told:
    """Write down that somebody was told; or, with a reason, that there is no next of kin to tell."""
    [made] = _tell([incident], by=by, whom=whom, how=how, at=at, subject=subject, reason=reason)
    return made


@action(Permission.INCIDENT_TELL, about=_of_all)
def tell_many(
    *,
    by: Account,
    incidents: Sequence[Incident],
    whom: str,
    how: str = "",
    at: datetime | None = None,
    reason: str = "",
) -> list[Told]:
    """The same of many incidents in one act: a log that moves in, whose families were told long ago."""
    return _tell(incidents, by=by, whom=whom, how=how, at=at, reason=reason)


@action(Permission.INCIDENT_TELL, about=lambda *, told, **_: keys_of(told.incident))
def untell(*, by: Account, told: Told) -> Told:
    """Take a line back: it was not so. Next of kin may have to be told again."""
    Incident.objects.select_for_update(no_key=True).get(pk=told.incident_id)
    if told.voids_id or Told.objects.filter(voids=told).exists():
        raise Refused("nothing_to_undo")
    kept = {name: getattr(told, name) for name in ("incident_id", "whom", "how", "reason", "subject", "at")}
    made = Told.objects.create(**kept, recorded_at=datetime.now(UTC), by=by.pk, voids=told)
    record("incidents:incident:untell", f"incident:{told.incident_id}", whom=told.whom, told=told.pk)
    _settle([made])
    return made


def waiting_of(actor: Actor, batch: str) -> QuerySet[Incident]:
    """Of the incidents that a file brought and the actor sees, those whose next of kin wait."""
    brought = Revision.objects.filter(batch=batch).values("incident")
    rows = Current.objects.filter(seen_by(actor), kin.under_embargo(), pk__in=brought)
    return Incident.objects.filter(pk__in=rows.values("pk")).select_related("current").order_by("pk")


def log_of(incident: Incident) -> list[Told]:
    """The log of an incident that was found visible, newest first; lines taken back stand in it, marked."""
    rows = Told.objects.filter(incident=incident, voids=None).select_related("voided_by")
    return list(rows.order_by("-at", "-id"))


def parties_told(incident: Incident) -> list[tuple[str, datetime]]:
    """Who was told, each with the first time, in that order; what was taken back is left out."""
    rows = Told.objects.filter(incident=incident, voids=None, voided_by=None).order_by("at", "id")
    found: dict[str, datetime] = {}
    for row in rows:
        found.setdefault(row.whom, row.at)
    return list(found.items())


def _tell(
    incidents: Sequence[Incident], *, by: Account, whom: str, how: str, at: datetime | None, **named: str
) -> list[Told]:
    now = datetime.now(UTC)
    _check(whom, how, named["reason"], at or now, now)
    pks = sorted(incident.pk for incident in incidents)
    list(Incident.objects.select_for_update(no_key=True).filter(pk__in=pks).order_by("pk"))
    held = {row.incident_id: incident_from(row.facts) for row in standing.latest_of(pks)}
    rows = []
    for pk in pks:
        count = _toll(held.get(pk), named.get("subject", "")) if whom in SETTLES else Toll()
        given: Mapping[str, Any] = {"whom": whom, "how": how, "persons": count.persons, "died": count.died}
        stamped = {"at": at or now, "recorded_at": now, "by": by.pk}
        rows.append(Told(id=ulid(), incident_id=pk, **given, **stamped, **named))
        record("incidents:incident:tell", f"incident:{pk}", whom=whom, how=how, told=rows[-1].pk)
    insert(rows)
    _settle(rows)
    return rows


def _check(whom: str, how: str, reason: str, at: datetime, now: datetime) -> None:
    if not is_word("told_party", whom):
        raise Refused("unknown_word", field="whom")
    if how and not is_word("told_how", how):
        raise Refused("unknown_word", field="how")
    if (whom == NOBODY) != bool(reason) or (reason and not is_word("kin_reason", reason)):
        raise Refused("unknown_word" if whom == NOBODY else "bad_value", field="reason")
    if at > now:
        raise Refused("future_date", field="at")


def _toll(told: facts.Incident | None, subject: str) -> Toll:
    """What is known as the word is given. A person whom nobody knows by that key cannot be spoken of."""
    if told is None or (subject and all(harm.subject != subject for harm in told.harm)):
        raise Refused("bad_value", field="subject")
    return toll(told, subject)


def _settle(rows: Sequence[Told]) -> None:
    """Keep the index right, and let those who listen know."""
    if rows and rows[0].whom in SETTLES:
        standing.refresh(row.incident_id for row in rows)
    for row in rows:
        announce("incident_told", incident=row.incident_id)
