"""What somebody sent, in their own words: the original, the batch it made, and one row a record.

`Original` and `OriginalBody` live apart (`intake.db` on SQLite) and are referred to by id only.
Bytes and verbatim rows are erasable; everything else speaks of them by salted hash."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tabard.intake.attached import Attachment as Attachment
from tabard.intake.attached import AttachmentBody as AttachmentBody
from tabard.rules.ids import ulid


class Original(models.Model):
    """That something came in: when, by whom, in what form. Never changed; its body can be erased."""

    APPEND_ONLY: ClassVar = True
    SENSITIVITY: ClassVar = {
        "id": "internal",
        "received_at": "internal",
        "channel": "internal",
        "media_type": "internal",
        "size": "internal",
        "salted_hash": "internal",
        "by": "internal",
        "kind": "internal",
        "key": "internal",
        "collection": "internal",
        "owner": "internal",
    }
    KINDS: ClassVar = ("file", "report", "attachment")

    id = models.CharField(primary_key=True, max_length=26, default=ulid, editable=False)
    received_at = models.DateTimeField()
    channel = models.CharField(max_length=20)
    media_type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    salted_hash = models.CharField(max_length=64)
    by = models.CharField(max_length=26)
    kind = models.CharField(max_length=10, default="file")
    key = models.CharField(max_length=64, null=True)  # the sender's own: the same again is the same receipt
    collection = models.CharField(max_length=40, default="")
    owner = models.CharField(max_length=26, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "by"], name="original_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["file", "report", "attachment"]), name="original_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.id


class Turn(models.Model):
    """Which reports came when: the line in which they wait to be coded, in an order of its own."""

    APPEND_ONLY: ClassVar = True
    SENSITIVITY: ClassVar = {"id": "internal", "original": "internal"}

    id = models.BigAutoField(primary_key=True)
    original = models.CharField(max_length=26)

    def __str__(self) -> str:
        return str(self.pk)


class OriginalBody(models.Model):
    """The bytes and the salt; erasing this row leaves nothing that could be guessed back."""

    SENSITIVITY: ClassVar = {
        "original": "internal",
        "salt": "sealed",
        "body": "restricted",
        "fingerprint": "restricted",
    }

    original = models.CharField(primary_key=True, max_length=26)
    salt = models.CharField(max_length=32)
    body = models.BinaryField()
    # finds the same bytes again while they are here; goes with them
    fingerprint = models.CharField(max_length=64, db_index=True)

    def __str__(self) -> str:
        return self.original


class Erased(models.Model):
    """Bytes that were erased, by a digest that only this installation can make: they are not taken in again."""

    SENSITIVITY: ClassVar = {"digest": "internal", "at": "internal"}

    digest = models.CharField(primary_key=True, max_length=64)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.digest[:12]


class Taken(models.Model):
    """What became of a report, in the register: coded as an incident, held for a person, or rejected.

    The last turn among these rows is how far the coder has got."""

    SENSITIVITY: ClassVar = {
        "turn": "internal",
        "original": "internal",
        "received_at": "internal",
        "by": "internal",
        "collection": "internal",
        "owner": "internal",
        "state": "internal",
        "notes": "internal",  # codes and names of fields
        "incident": "internal",
        "at": "internal",
    }
    STATES: ClassVar = ("accepted", "held", "rejected")

    turn = models.BigIntegerField(primary_key=True)
    original = models.CharField(max_length=26, unique=True)
    received_at = models.DateTimeField()
    by = models.CharField(max_length=26)
    collection = models.CharField(max_length=40)
    owner = models.CharField(max_length=26, blank=True)
    state = models.CharField(max_length=10)
    notes = models.JSONField(default=list)
    incident = models.CharField(max_length=26, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=["accepted", "held", "rejected"]), name="taken_state_known"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["turn"], name="taken_waits_for_a_person", condition=models.Q(state="held")),
        ]

    def __str__(self) -> str:
        return f"{self.turn} {self.state}"


class Batch(models.Model):
    """One file taken in: what it said it was, and how it went."""

    SENSITIVITY: ClassVar = {
        "id": "internal",
        "original": "internal",
        "format": "internal",
        "collection": "internal",
        "owner": "internal",
        "as_of": "internal",
        "state": "internal",
        "started_at": "internal",
        "ended_at": "internal",
        "undone_at": "internal",
        "by": "internal",
        "first_year": "internal",
        "last_year": "internal",
        "countries": "internal",
        "rows_done": "internal",
        "rows_total": "internal",
        "failure": "internal",
        "lost": "internal",
        "mapping": "internal",
        "withdrawn": "internal",
        "withdrawals_held": "internal",
        "effects": "internal",
    }
    STATES: ClassVar = ("waiting", "reading", "done", "failed", "undone")

    id = models.CharField(primary_key=True, max_length=26, default=ulid, editable=False)
    original = models.CharField(max_length=26)
    format = models.CharField(max_length=20)
    collection = models.CharField(max_length=40)
    owner = models.CharField(max_length=26, blank=True)
    as_of = models.DateField()
    state = models.CharField(max_length=10, default="waiting")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    by = models.CharField(max_length=26)
    # what the file declares to cover: a record missing inside it is withdrawn
    first_year = models.IntegerField(null=True)
    last_year = models.IntegerField(null=True)
    countries = models.JSONField(default=list)
    rows_done = models.IntegerField(default=0)
    rows_total = models.IntegerField(null=True)
    failure = models.CharField(max_length=40, blank=True)
    lost = models.JSONField(default=list)
    mapping = models.CharField(max_length=26, blank=True)
    effects = models.JSONField(default=dict)  # how many rows were new, revised, unchanged ...
    withdrawn = models.IntegerField(default=0)
    # more than 1 % missing: the incidents wait here until a person confirms
    withdrawals_held = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "reading", "done", "failed", "undone"]),
                name="batch_state_known",
            ),
            models.CheckConstraint(
                condition=(models.Q(state="undone") & models.Q(undone_at__isnull=False))
                | (~models.Q(state="undone") & models.Q(undone_at__isnull=True)),
                name="batch_undone_when",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["collection", "as_of"], name="batch_by_export")]

    def __str__(self) -> str:
        return self.id

    @property
    def source(self) -> str:
        """Whose records these are: the mapping of an organisation's log, else the format itself."""
        return self.mapping or self.format


class Row(models.Model):
    """One record of a file, and what became of it: accepted, held or rejected; never nothing."""

    SENSITIVITY: ClassVar = {
        "id": "internal",
        "batch": "internal",
        "number": "internal",
        "key": "internal",
        "state": "internal",
        "effect": "internal",
        "notes": "internal",
        "verbatim": "internal",
        "verbatim_hash": "internal",
        "mended": "internal",
        "incident": "internal",
        "revision": "internal",
        "facts_digest": "internal",
    }

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="rows")
    number = models.IntegerField()
    key = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=10)
    # new, revised, unchanged, additional (back-dated), withdrawn, reinstated; empty unless accepted
    effect = models.CharField(max_length=12, blank=True)
    notes = models.JSONField(default=list)
    verbatim = models.CharField(max_length=26, blank=True)
    verbatim_hash = models.CharField(max_length=64, blank=True)
    mended = models.CharField(max_length=26, blank=True)  # the Verbatim of the cells a person changed
    incident = models.CharField(max_length=26, blank=True)
    revision = models.IntegerField(null=True)
    facts_digest = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "number"], name="row_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=["accepted", "held", "rejected"]), name="row_state_known"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["incident"], name="row_by_incident"),
            models.Index(fields=["batch", "state"], name="row_by_state"),
            models.Index(fields=["batch", "key"], name="row_by_key"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.number}"


class Verbatim(models.Model):
    """The original row, kept word for word in a row that can be erased."""

    SENSITIVITY: ClassVar = {"id": "internal", "salt": "sealed", "text": "restricted", "original": "internal"}

    id = models.CharField(primary_key=True, max_length=26, default=ulid, editable=False)
    salt = models.CharField(max_length=32)
    text = models.TextField()
    original = models.CharField(max_length=26, db_index=True)

    def __str__(self) -> str:
        return self.id


class Mapping(models.Model):
    """A saved column mapping for an organisation's own log."""

    SENSITIVITY: ClassVar = {
        "id": "internal",
        "name": "internal",
        "owner": "internal",
        "mapping": "restricted",  # the words of a log, names of organisations among them
        "made_at": "internal",
    }

    id = models.CharField(primary_key=True, max_length=26, default=ulid, editable=False)
    name = models.CharField(max_length=80)
    owner = models.CharField(max_length=26, blank=True)
    mapping = models.JSONField()
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["owner", "name"], name="mapping_once")]

    def __str__(self) -> str:
        return self.id
