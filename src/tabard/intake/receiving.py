"""Keeping reports: a group of them in one durable transaction, each kept once by its sender's key.

Nothing is judged here. No act is opened: its transaction would make intake wait for the register, and the line of
the audit chain is written with what becomes of the report; who sent it and when stands in the original itself."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from django.db import IntegrityError, connections, router, transaction

from tabard.access import guard
from tabard.access.rows import insert_stated
from tabard.access.seals import keyed
from tabard.intake.models import Erased, Original, OriginalBody, Turn
from tabard.rules.ids import ulid
from tabard.rules.refusals import Refused

LINE = 0x7AB42D  # PostgreSQL: held shared by whoever adds to the line, alone by the coder while it looks at its end


@dataclass
class Coming:
    """One report on its way in: whose, under which key, for whom, and its bytes as they are."""

    by: str
    key: str | None
    collection: str
    owner: str
    media_type: str
    data: bytes = field(repr=False)
    channel: str = "api"

    @cached_property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def sender_key(self) -> tuple[str, str | None]:
        return self.by, self.key


@dataclass(frozen=True, slots=True)
class Receipt:
    """That a report is kept: its id and when it was first received."""

    id: str
    received_at: datetime


Outcome = Receipt | Refused
Kept = tuple[Coming, Receipt]
Fresh = dict[tuple[str, str | None] | int, Kept]  # by sender and key, or by place in the group


def keep(coming: Coming) -> Receipt:
    """Keep one report, durable when this returns; the same again under its key is the same receipt."""
    try:
        [found] = keep_all([coming])
    except IntegrityError:  # the same key came at the same moment, and was first
        [found] = keep_all([coming])
    if isinstance(found, Refused):
        raise found
    return found


def keep_all(group: Sequence[Coming]) -> list[Outcome]:
    """Keep a group in one transaction; for each its receipt, or why it is not kept."""
    alias = router.db_for_write(Original)
    gone = _erased(group)
    with guard.lifted(), transaction.atomic(using=alias):
        _take_turns(alias)
        there = _there([one.key for one in group if one.key is not None])
        fresh: Fresh = {}
        found = [_outcome(one, at, gone, there, fresh) for at, one in enumerate(group)]
        _write(list(fresh.values()))
    return found


def _take_turns(alias: str) -> None:
    """On PostgreSQL turns can commit out of order: see `line.last_turn`."""
    if connections[alias].vendor == "postgresql":
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [LINE])


def _erased(group: Sequence[Coming]) -> set[str]:
    """The fingerprints among these that were erased before: they are not taken in again."""
    digests = {keyed("original", one.fingerprint): one.fingerprint for one in group}
    found = Erased.objects.filter(digest__in=list(digests)).values_list("digest", flat=True)
    return {digests[digest] for digest in found}


@dataclass(frozen=True, slots=True)
class Known:
    """What is kept under a key already."""

    receipt: Receipt
    collection: str
    owner: str
    fingerprint: str | None


def _there(wanted: Iterable[str]) -> Mapping[tuple[str, str | None], Known]:
    """What was kept before under these keys, by sender and key."""
    rows = list(
        Original.objects.filter(key__in=set(wanted), kind="report").values_list(
            "by", "key", "id", "received_at", "collection", "owner"
        )
    )
    prints = _prints([row[2] for row in rows]) if rows else {}
    return {
        (by, key): Known(Receipt(pk, at), collection, owner, prints.get(pk))
        for by, key, pk, at, collection, owner in rows
    }


def _prints(originals: Sequence[str]) -> dict[str, str]:
    return dict(OriginalBody.objects.filter(pk__in=originals).values_list("original", "fingerprint"))


def _outcome(
    one: Coming,
    at: int,
    gone: set[str],
    there: Mapping[tuple[str, str | None], Known],
    fresh: Fresh,
) -> Outcome:
    if one.fingerprint in gone:
        return Refused("erased_before")
    name = at if one.key is None else one.sender_key
    if name in fresh:
        return _again(one, _known(*fresh[name]))
    if (known := there.get(one.sender_key)) and one.key is not None:
        return _again(one, known)
    receipt = Receipt(ulid(), datetime.now(UTC))
    fresh[name] = (one, receipt)
    return receipt


def _known(one: Coming, receipt: Receipt) -> Known:
    return Known(receipt, one.collection, one.owner, one.fingerprint)


def _again(one: Coming, known: Known) -> Outcome:
    same = (one.collection, one.owner, one.fingerprint) == (known.collection, known.owner, known.fingerprint)
    return known.receipt if same else Refused("key_reused")


def _write(fresh: Sequence[Kept]) -> None:
    salts = [secrets.token_hex(16) for _ in fresh]
    insert_stated(OriginalBody, [_body(*kept, salt) for kept, salt in zip(fresh, salts, strict=True)])
    insert_stated(Original, [_original(*kept, salt) for kept, salt in zip(fresh, salts, strict=True)])
    insert_stated(Turn, [{"original": receipt.id} for _, receipt in fresh])


def _body(one: Coming, receipt: Receipt, salt: str) -> dict[str, Any]:
    return {"original": receipt.id, "salt": salt, "body": one.data, "fingerprint": one.fingerprint}


def _original(one: Coming, receipt: Receipt, salt: str) -> dict[str, Any]:
    return {
        "id": receipt.id,
        "received_at": receipt.received_at,
        "channel": one.channel,
        "media_type": one.media_type,
        "size": len(one.data),
        "salted_hash": hashlib.sha256(salt.encode() + one.data).hexdigest(),
        "by": one.by,
        "kind": "report",
        "key": one.key,
        "collection": one.collection,
        "owner": one.owner,
    }
