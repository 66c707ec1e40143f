"""Keeping attached files: cleaned, sealed and put into the store first, then entered; erased by their row.

Whatever fails between the two leaves sealed bytes without a key, which `sweep` removes."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.db import transaction

from tabard.access.seals import seal, unseal
from tabard.formats.attached.kinds import shown_name
from tabard.intake.attached import Attachment, AttachmentBody
from tabard.intake.cleaning import clean
from tabard.intake.forgetting import forget
from tabard.intake.storage import store
from tabard.rules.refusals import Refused

MOST = 20  # of one incident
SETTLED = timedelta(hours=1)


@dataclass(frozen=True)
class Kept:
    """A file that lies in the store and is not entered yet."""

    kind: str
    size: int
    name: str
    salt: str
    salted_hash: str
    seal: str
    stored: str


def keep(data: bytes, *, name: str, declared: str) -> Kept:
    """Clean the file and put it away, sealed; what somebody sent is not kept. Takes a moment: no act is open."""
    kind, cleaned = clean(data, name=name, declared=declared)
    salt, stored = secrets.token_hex(16), secrets.token_hex(16)
    key, sealed = seal(cleaned, stored)
    try:
        store().put(stored, sealed)
    except OSError:
        raise Refused("not_stored") from None
    salted_hash = hashlib.sha256(salt.encode() + cleaned).hexdigest()
    return Kept(kind, len(cleaned), shown_name(name, kind), salt, salted_hash, key, stored)


def drop(kept: Kept) -> None:
    """It was not entered after all."""
    with suppress(OSError):
        store().delete(kept.stored)


def enter(kept: Kept, *, about: str, author: str, sensitivity: str) -> Attachment:
    """The rows of a file that is kept; within an act."""
    if len(standing(about)) >= MOST:
        raise Refused("too_many_attachments", limit=MOST)
    made = Attachment.objects.create(
        about=about,
        media_type=kept.kind,
        size=kept.size,
        salted_hash=kept.salted_hash,
        sensitivity=sensitivity,
        by=author,
        added_at=datetime.now(UTC),
    )
    AttachmentBody.objects.create(
        attachment=made.pk, salt=kept.salt, seal=kept.seal, name=kept.name, stored=kept.stored
    )
    return made


def erase(attachment: Attachment) -> None:
    """Erase name, salt and key with the act; the bytes, worthless from then on, go after it."""
    body = AttachmentBody.objects.filter(pk=attachment.pk).first()
    if body is None:
        raise Refused("erased")
    stored = body.stored
    body.delete()
    transaction.on_commit(lambda: _gone(stored))


def _gone(stored: str) -> None:
    with suppress(OSError):  # the sweep comes by again
        store().delete(stored)
    forget()


def standing(about: str) -> list[Attachment]:
    """What is attached to something and not erased, in the order in which it came."""
    rows = list(Attachment.objects.filter(about=about).order_by("id"))
    there = set(AttachmentBody.objects.filter(pk__in=[r.pk for r in rows]).values_list("pk", flat=True))
    return [row for row in rows if row.pk in there]


def names(attachments: list[Attachment]) -> dict[str, str]:
    """Their names by id: restricted, for whoever may read the files."""
    bodies = AttachmentBody.objects.filter(pk__in=[each.pk for each in attachments])
    return dict(bodies.values_list("pk", "name"))


def content(attachment: Attachment) -> bytes:
    """The bytes, as they were kept. Who may read them, the caller has asked."""
    body = AttachmentBody.objects.filter(pk=attachment.pk).first()
    if body is None:
        raise Refused("erased")
    try:
        return unseal(body.seal, store().get(body.stored), body.stored)
    except (OSError, ValueError):
        raise Refused("attachments_missing", count=1) from None


def lost() -> int:
    """How many files that the register knows of are not in the store."""
    there = {key for key, _ in store().stored()}
    return sum(stored not in there for stored in AttachmentBody.objects.values_list("stored", flat=True))


def strays() -> Iterator[str]:
    """What lies in the store and is known to no row, an hour after it was put: erased, or never entered."""
    old = datetime.now(UTC) - SETTLED
    known = set(AttachmentBody.objects.values_list("stored", flat=True))
    return (key for key, put in store().stored() if key not in known and put < old)


def sweep() -> int:
    """Remove the strays; how many there were."""
    found = list(strays())
    for key in found:
        store().delete(key)
    return len(found)


def gather(folder: Path) -> None:
    """All that the store holds, as plain files that are still sealed: for a backup."""
    for key, _ in store().stored():
        target = folder / "attachments" / key[:2] / key
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with suppress(FileNotFoundError):  # erased this moment
            store().copy(key, target)


def put_back(path: Path) -> None:
    """One file of a backup into the store."""
    store().put(path.name, path.read_bytes())
