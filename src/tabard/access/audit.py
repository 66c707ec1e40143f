"""The audit chain: lines appended under one lock, each digest covering every column and the line before."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tabard.access.models import AuditLine, ChainHead
from tabard.access.rows import insert_stated
from tabard.rules.canonical import canonical, digest

CHAIN = "audit"
COVERED = ("id", "at", "act", "actor", "verb", "subject", "detail", "previous")  # by a line's digest
# SQLite keeps any value in any column: a time that is none, bytes for a text
UNREADABLE = (ValueError, TypeError, AttributeError)
Value = str | int | bool | None | Sequence[str] | Mapping[str, int]


@dataclass(frozen=True)
class Draft:
    """A line not written yet."""

    verb: str
    subject: str
    detail: Mapping[str, Value]
    actor: str = ""  # whose doing it is, where the act writes down the doings of several


@dataclass(frozen=True)
class Verdict:
    """What a walk along the chain found; `broken_at` is the first line that does not fit, if any."""

    lines: int
    broken_at: int | None
    digest: str

    @property
    def whole(self) -> bool:
        return self.broken_at is None


def append(drafts: Sequence[Draft], *, act: str, actor: str) -> None:
    """Write the drafts behind the chain's head. Must run inside the act's transaction."""
    if not drafts:
        return
    ChainHead.objects.get_or_create(name=CHAIN)
    head = ChainHead.objects.select_for_update().get(name=CHAIN)
    now = datetime.now(UTC)
    lines = []
    for draft in drafts:
        line: dict[str, Any] = {
            "id": head.last + 1,
            "at": now,
            "act": act,
            "actor": draft.actor or actor,
            "verb": draft.verb,
            "subject": draft.subject,
            "detail": canonical(draft.detail),
            "previous": head.digest,
        }
        line["digest"] = _digest(line)
        head.last, head.digest = line["id"], line["digest"]
        lines.append(line)
    insert_stated(AuditLine, lines)
    head.save()


def digest_of(line: AuditLine) -> str:
    """The digest over all stored columns of a line, its time and the digest before it included."""
    return _digest({name: getattr(line, name) for name in COVERED})


def _digest(line: dict[str, Any]) -> str:
    at = line["at"].astimezone(UTC).isoformat(timespec="microseconds")
    covered = line | {"id": str(line["id"]), "at": at}
    return digest(*(covered[name] for name in COVERED))


def verify() -> Verdict:
    """Walk the whole chain from the first line to the head."""
    try:
        return _walk(_all())
    except UNREADABLE:
        return _walk(_one_by_one())


def _walk(chain: Iterable[AuditLine]) -> Verdict:
    previous, count = "", 0
    for line in chain:
        count += 1
        if line.id != count or line.previous != previous or line.digest != digest_of(line):
            return Verdict(count, line.id, previous)
        previous = line.digest
    head = ChainHead.objects.filter(name=CHAIN).first()
    stands = (head.last, head.digest) if head else (0, "")
    return Verdict(count, None if stands == (count, previous) else count + 1, previous)


def _all() -> Iterator[AuditLine]:
    return AuditLine.objects.order_by("id").iterator(chunk_size=2000)


def _one_by_one() -> Iterator[AuditLine]:
    """The lines where one of them cannot even be read: an empty line stands for it."""
    for number in AuditLine.objects.order_by("id").values_list("id", flat=True).iterator(chunk_size=2000):
        try:
            line = AuditLine.objects.get(pk=number)
            digest_of(line)
        except UNREADABLE:
            line = AuditLine(id=number, at=datetime.now(UTC))
        yield line


def detail(line: AuditLine) -> dict[str, Value]:
    """The detail of a line as a dictionary."""
    found: dict[str, Value] = json.loads(line.detail)
    return found
