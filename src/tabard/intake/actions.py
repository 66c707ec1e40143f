"""Verbs of this room: receiving an original, opening a batch, keeping a mapping, erasing an original."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from django.db import router, transaction

from tabard.access.door import action, announce, record
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.access.seals import keyed
from tabard.formats.registry import FORMATS
from tabard.intake.forgetting import forget
from tabard.intake.models import Batch, Erased, Mapping, Original, OriginalBody, Row, Verbatim
from tabard.intake.queries import fits, keys, keys_of, same_bytes
from tabard.rules.refusals import Forbidden, Refused

LARGEST = 50_000_000  # a file is held in memory while it is read


def _batch_keys(*, collection: str, owner: str = "", **_: Any) -> tuple[str, ...]:
    return keys(collection, owner)


@action(Permission.BATCH_IMPORT, about=_batch_keys)
def receive(
    *, by: Account, data: bytes, media_type: str, collection: str, owner: str = "", channel: str = "file"
) -> Original:
    """Keep what somebody sent, bytes unchanged; durable when this returns, whatever is done with it later."""
    if len(data) > LARGEST:
        raise Refused("too_large", limit=LARGEST)
    salt = secrets.token_hex(16)
    original = Original(
        received_at=datetime.now(UTC),
        channel=channel,
        media_type=media_type,
        size=len(data),
        salted_hash=hashlib.sha256(salt.encode() + data).hexdigest(),
        by=by.pk,
        collection=collection,
        owner=owner,
    )
    fingerprint = hashlib.sha256(data).hexdigest()
    if Erased.objects.filter(digest=keyed("original", fingerprint)).exists():
        raise Refused("erased_before")
    body = OriginalBody(original=original.pk, salt=salt, body=data, fingerprint=fingerprint)
    with transaction.atomic(using=router.db_for_write(Original)):
        original.save(force_insert=True)
        body.save(force_insert=True)
    record("intake:original:receive", f"original:{original.pk}", size=len(data))
    return original


@action(Permission.BATCH_IMPORT, about=_batch_keys)
def open_batch(
    *,
    by: Account,
    original: Original,
    format: str,
    collection: str,
    as_of: date,
    owner: str = "",
    mapping: Mapping | None = None,
    covers: tuple[int, int] | None = None,
    countries: Sequence[str] = (),
) -> Batch:
    """Put a received file in line to be read. `as_of` is the day on which the source knew this."""
    if format not in FORMATS:
        raise Refused("unknown_word", field="format")
    if original.by != by.pk:
        raise Forbidden
    fits(format, collection)
    if as_of > datetime.now(UTC).date():
        raise Refused("future_date", field="as_of")
    first, last = covers or (None, None)
    batch = Batch.objects.create(
        original=original.pk,
        format=format,
        collection=collection,
        owner=owner,
        as_of=as_of,
        started_at=datetime.now(UTC),
        by=by.pk,
        first_year=first,
        last_year=last,
        countries=list(countries),
        mapping=mapping.pk if mapping else "",
    )
    record("intake:batch:open", f"batch:{batch.pk}", collection=collection, format=format)
    announce("batch_opened", batch=batch.pk)
    return batch


def _of_owner(*, owner: str = "", **_: Any) -> tuple[str, ...]:
    return (f"org:{owner}",) if owner else ()


@action(Permission.MAPPING_SAVE, about=_of_owner)
def save_mapping(*, by: Account, name: str, mapping: MappingOf[str, Any], owner: str = "") -> Mapping:
    """Keep a column mapping under a name; the same name again, of the same owner, replaces it."""
    kept, _ = Mapping.objects.update_or_create(name=name, owner=owner, defaults={"mapping": dict(mapping)})
    record("intake:mapping:save", f"mapping:{kept.pk}")
    return kept


@action(Permission.ORIGINAL_ERASE)
def erase_original(*, by: Account, original: str, reason: str) -> int:
    """Erase the bytes, however often they came, and every verbatim row made of them, salts and all; how many
    originals these were. `reason` is a word, not a sentence. The same bytes are not taken in again.

    The incidents room erases the words it took from them; see `incidents.actions.erase_words`."""
    twins = same_bytes(original)
    bodies = OriginalBody.objects.filter(original__in=twins)
    prints = set(bodies.values_list("fingerprint", flat=True))
    if not prints:
        raise Refused("not_found")
    verbatim = Verbatim.objects.filter(original__in=twins)
    # first the line: a refused reason must not come too late for bytes in a database of their own
    for twin in twins:
        count = verbatim.filter(original=twin).count()
        record("intake:original:erase", f"original:{twin}", reason=reason, verbatim=count)
    verbatim.delete()
    Row.objects.filter(batch__original__in=twins).update(verbatim="", mended="")
    for fingerprint in prints:
        Erased.objects.get_or_create(digest=keyed("original", fingerprint))
    with transaction.atomic(using=router.db_for_write(OriginalBody)):
        bodies.delete()
    transaction.on_commit(forget)
    return len(twins)


def _of_batch(*, batch: Batch, **_: Any) -> tuple[str, ...]:
    return keys_of(batch)


@action(Permission.BATCH_IMPORT, about=_of_batch)
def begin(*, by: Account, batch: Batch) -> bool:
    """Claim a waiting batch for reading; False when another worker was faster."""
    claimed = Batch.objects.filter(pk=batch.pk, state="waiting").update(state="reading")
    batch.refresh_from_db()
    if claimed:
        record("intake:batch:begin", f"batch:{batch.pk}")
    return claimed == 1


@action(Permission.BATCH_IMPORT, about=_of_batch)
def fail(*, by: Account, batch: Batch, code: str) -> None:
    """The file could not be taken in; the original stays, and the code says what to do next."""
    Batch.objects.filter(pk=batch.pk).update(state="failed", failure=code[:40], ended_at=datetime.now(UTC))
    batch.refresh_from_db()
    record("intake:batch:fail", f"batch:{batch.pk}", code=code)


@action(Permission.BATCH_IMPORT, about=_of_batch)
def wait_again(*, by: Account, batch: Batch) -> None:
    """Put a batch back in line that a stopped worker left half-read; its transaction was never committed."""
    Batch.objects.filter(pk=batch.pk, state="reading").update(state="waiting")
    record("intake:batch:wait-again", f"batch:{batch.pk}")
