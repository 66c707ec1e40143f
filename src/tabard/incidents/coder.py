"""Turns waiting reports into incidents: in the order in which they came, some dozens in one transaction.

Every report ends accepted, held for a person, or rejected, with a line in the audit chain as its sender's doing.
One that cannot be coded never holds up the others. Judging is here; `entering` writes."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from django.db import OperationalError, connection
from django.db.models import Max

from tabard.access import policy
from tabard.access.door import action, opened
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.access.trail import console
from tabard.formats import report as form
from tabard.incidents import entering
from tabard.incidents.entering import Judged
from tabard.incidents.local import coded
from tabard.incidents.models import Collection, Incident
from tabard.incidents.writer import Entry
from tabard.intake.line import last_turn
from tabard.intake.models import Original, OriginalBody, Taken, Turn
from tabard.rules.refusals import Forbidden, Refused

log = logging.getLogger(__name__)

MOST = 250  # reports a transaction: with fewer the same pages are written more often, with more others wait
CODING = 0x7AB42E  # PostgreSQL: several workers code one after the other, so that order is kept


def work_once(most: int = MOST) -> int:
    """Code what waits, some dozens at most; how many reports that was."""
    upto = last_turn()
    return code(by=console(), upto=upto, most=most) if upto > coded_to() else 0


def coded_to() -> int:
    """The last turn that the register has dealt with."""
    return Taken.objects.aggregate(last=Max("turn"))["last"] or 0


@action(Permission.REPORT_CODE)
def code(*, by: Account, upto: int, most: int = MOST) -> int:
    """Code the next reports in line, up to a turn behind which none can still appear."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CODING])
    line = Turn.objects.filter(pk__gt=coded_to(), pk__lte=upto).order_by("pk")
    turns = dict(line.values_list("pk", "original")[:most])
    try:
        with opened(by.pk):
            entering.enter(list(_judged(turns)))
    except OperationalError:
        raise  # the register is not to be had now: nothing is wrong with the reports
    except Exception:
        log.exception("%d reports are coded one by one", len(turns))
        for turn, original in turns.items():
            _alone(by, turn, original)
    return len(turns)


def _alone(by: Account, turn: int, original: str) -> None:
    """One report in its own savepoint; what the register will not take, whatever the reason, waits for a person."""
    try:
        with opened(by.pk):
            entering.enter(list(_judged({turn: original})))
    except OperationalError:
        raise
    except Exception as error:
        log.exception("report %s is held", original)
        refusal = error if isinstance(error, Refused) else Refused("internal")
        with opened(by.pk):
            entering.enter([Judged(turn, Original.objects.get(pk=original), None).held(refusal)])


def _judged(turns: Mapping[int, str]) -> Iterator[Judged]:
    """Each waiting report, read and judged as of now."""
    wanted = list(turns.values())
    originals = Original.objects.in_bulk(wanted)
    bodies = dict(OriginalBody.objects.filter(pk__in=wanted).values_list("original", "body"))
    senders = _senders(original.by for original in originals.values())
    read = [
        _read(Judged(turn, originals[pk], senders.get(originals[pk].by)), bodies.get(pk))
        for turn, pk in turns.items()
    ]
    there = Incident.objects.select_related("current").in_bulk([one.told.id for one in read if one.told])
    open_ = set(Collection.objects.values_list("code", flat=True))
    seen: dict[str, Judged] = {}
    for one in read:
        yield _placed(one, there, open_, seen)


def _senders(accounts: Iterable[str]) -> Mapping[str, Account]:
    return Account.objects.prefetch_related("assignments").in_bulk(set(accounts))


def _read(one: Judged, body: bytes | memoryview | None) -> Judged:
    """The report's words and values, or why a person must look at it."""
    if body is None:
        return one.rejected(Refused("erased"))
    try:
        if not _is_json(one.original.media_type):
            raise Refused("unsupported_form", form="application/json")
        told = form.read(bytes(body))
        plain = told.told()
        entry = Entry(plain.facts, plain.position, plain.texts, plain.sources, one.original.pk)
        entry = coded(entry, told.owner)
        _agrees(told, one.original)
    except Refused as refusal:
        return one.held(refusal)
    return one.with_entry(told, entry)


def _is_json(media_type: str) -> bool:
    return media_type.partition(";")[0].strip().lower() == "application/json"


def _agrees(told: form.ReportIn, original: Original) -> None:
    """What stands in the report is what was asked for at the door, and is not known before it happens."""
    for name in ("collection", "owner"):
        if getattr(told, name) != getattr(original, name):
            raise Refused("bad_value", field=name)
    if told.known_at and told.known_at > datetime.now(UTC):
        raise Refused("future_date", field="known_at")


def _placed(one: Judged, there: Mapping[str, Incident], open_: set[str], seen: dict[str, Judged]) -> Judged:
    """Whether the sender may report this today, and whether the same report came before."""
    if one.told is None or one.entry is None:
        return one
    if one.told.collection not in open_:
        return one.held(Refused("unknown_word", field="collection"))
    if not _may(one.sender, entering.keys_of_report(one.told, one.entry)):
        return one.rejected(Forbidden())
    if not one.told.id:
        return one
    if known := there.get(one.told.id):
        return (
            one.repeats(known.pk) if _may(one.sender, entering.keys_of(known)) else one.rejected(Forbidden())
        )
    if first := seen.get(one.told.id):
        return (
            one.repeats(first.incident) if first.original.by == one.original.by else one.rejected(Forbidden())
        )
    seen[one.told.id] = one
    return one


def _may(sender: Account | None, keys: Sequence[str]) -> bool:
    return sender is not None and policy.may(sender, Permission.INCIDENT_REPORT, keys)
