"""Reading the audit chain: newest first, in pages, by who, what, about what and when. Every such read is a line too."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, BinaryIO

from django.db.models import QuerySet

from tabard.access import audit, policy, trail
from tabard.access.models import Account, AuditLine
from tabard.access.permissions import Permission
from tabard.rules.refusals import Refused

PAGE = 100
ROOMS = ("access", "desk", "figures", "incidents", "intake", "people", "site")
SUBJECT = re.compile(r"[A-Za-z0-9:_.*-]{1,120}")
ACTOR = re.compile(r"[0-9A-Z]{26}")


@dataclass(frozen=True)
class Asked:
    """What the chain is asked for; empty means any."""

    room: str = ""
    actor: str = ""
    subject: str = ""
    day: date | None = None

    def checked(self) -> Asked:
        """Itself; refused where something in it is no code, so that no address holds a word somebody typed."""
        if self.room and self.room not in ROOMS:
            raise Refused("unknown_word", field="room")
        if self.actor and not ACTOR.fullmatch(self.actor):
            raise Refused("bad_value", field="actor")
        if self.subject and not SUBJECT.fullmatch(self.subject):
            raise Refused("bad_value", field="subject")
        return self


@dataclass(frozen=True)
class Page:
    """Some lines, newest first, and the number below which the next begin (0 where there are none)."""

    lines: list[AuditLine]
    following: int


def page(*, by: Account, asked: Asked, before: int = 0) -> Page:
    """One page of what is asked, for whoever reads the chain."""
    policy.require(by, Permission.AUDIT_READ)
    rows = _rows(asked.checked())
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: PAGE + 1])
    trail.has_read(by=by, verb="access:audit:read", subject="audit:all", rows=min(len(found), PAGE))
    return Page(found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else 0)


def verify(*, by: Account) -> audit.Verdict:
    """Walk the chain from its first line to its last."""
    policy.require(by, Permission.AUDIT_READ)
    verdict = audit.verify()
    trail.has_read(by=by, verb="access:audit:verify", subject="audit:all", rows=verdict.lines)
    return verdict


def export(*, by: Account, asked: Asked, stream: BinaryIO) -> int:
    """What is asked, oldest first, one JSON object a line; how many there were. The export is a line itself."""
    policy.require(by, Permission.AUDIT_READ)
    rows = _rows(asked.checked()).order_by("pk")
    trail.has_read(by=by, verb="access:audit:export", subject="audit:all", rows=rows.count())
    count = 0
    for line in rows.iterator(chunk_size=2000):
        stream.write(json.dumps(as_dict(line), separators=(",", ":")).encode() + b"\n")
        count += 1
    return count


def as_dict(line: AuditLine) -> Mapping[str, Any]:
    """All columns, so that whoever takes them away can walk the chain too."""
    names = ("id", "act", "actor", "verb", "subject", "detail", "previous", "digest")
    at = line.at.astimezone(UTC).isoformat(timespec="microseconds")
    return {"at": at, **{name: getattr(line, name) for name in names}}


def _rows(asked: Asked) -> QuerySet[AuditLine]:
    rows = AuditLine.objects.all()
    if asked.room:
        rows = rows.filter(verb__startswith=f"{asked.room}:")
    if asked.actor:
        rows = rows.filter(actor=asked.actor)
    if asked.subject:
        rows = rows.filter(subject=asked.subject)
    if asked.day:
        first, after = (_first_at(asked.day + timedelta(days=more)) for more in (0, 1))
        rows = rows.filter(pk__gte=first, pk__lt=after)
    return rows


def _first_at(day: date) -> int:
    """The number of the first line of a day or after it. Lines are numbered in the order of time: so it is looked
    up by halving, and no index on time slows every write."""
    moment = datetime.combine(day, time.min, UTC)
    newest = AuditLine.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    low, high = 1, newest + 1
    while low < high:
        middle = (low + high) // 2
        if _at(middle) < moment:
            low = middle + 1
        else:
            high = middle
    return low


def _at(number: int) -> datetime:
    return AuditLine.objects.values_list("at", flat=True).get(pk=number)


def actors(lines: list[AuditLine]) -> Iterator[str]:
    """The ids of those who acted."""
    yield from {line.actor for line in lines}
