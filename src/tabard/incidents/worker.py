"""Reads the batches that wait in line, one after the other."""

from __future__ import annotations

import logging

from django.db.models import QuerySet

from tabard.access.models import Account
from tabard.formats.reading import Reading
from tabard.formats.registry import FORMATS
from tabard.incidents.imports import take_in
from tabard.intake import actions, progress
from tabard.intake.models import Batch, Mapping
from tabard.intake.queries import body
from tabard.places.countries import find
from tabard.rules.refusals import Refused

log = logging.getLogger(__name__)


def reading_of(batch: Batch) -> Reading:
    """The batch's file, opened by the reader of its format."""
    mapping = Mapping.objects.filter(pk=batch.mapping).first() if batch.mapping else None
    return FORMATS[batch.format].read(body(batch), country=find, mapping=mapping.mapping if mapping else None)


def process(*, by: Account, batch: Batch) -> Batch:
    """Take one batch in: all of it, or nothing and the code that says why."""
    if not actions.begin(by=by, batch=batch):
        return batch
    try:
        take_in(by=by, batch=batch, reading=reading_of(batch), progress=lambda n: progress.tell(batch, n))
    except Refused as refusal:
        actions.fail(by=by, batch=batch, code=refusal.code)
    except Exception:
        log.exception("batch %s was not taken in", batch.pk)
        actions.fail(by=by, batch=batch, code="internal")
    finally:
        progress.done(batch)
    batch.refresh_from_db()
    return batch


def waiting() -> QuerySet[Batch]:
    """The batches in line, oldest first."""
    return Batch.objects.filter(state="waiting").order_by("started_at")


def recover() -> int:
    """Put back in line what a stopped worker left half-read. Only one worker runs on a register."""
    left = list(Batch.objects.filter(state="reading"))
    for batch in left:
        actions.wait_again(by=Account.objects.get(pk=batch.by), batch=batch)
    return len(left)


def work_once() -> int:
    """Read everything that waits; the number of batches read."""
    line = list(waiting())
    for batch in line:
        done = process(by=Account.objects.get(pk=batch.by), batch=batch)
        log.info("batch %s %s", done.pk, done.state)
    return len(line)
