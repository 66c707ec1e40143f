"""What the desk decided about an incident, append-only, and the erasable notes that go with decisions."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tabard.incidents.models.register import Incident, Link
from tabard.rules.ids import ulid


class Note(models.Model):
    """What somebody wrote beside a decision, or asked the reporter: erasable, with a salt."""

    SENSITIVITY: ClassVar = {"id": "internal", "incident": "internal", "salt": "sealed", "text": "restricted"}

    id = models.CharField(primary_key=True, max_length=26, default=ulid, editable=False)
    incident = models.CharField(max_length=26, db_index=True)
    salt = models.CharField(max_length=32)
    text = models.TextField()

    def __str__(self) -> str:
        return self.id


class Review(models.Model):
    """One decision about one incident as it stood in revision `number`; undone by a second row that voids it."""

    APPEND_ONLY: ClassVar = True
    SENSITIVITY: ClassVar = {
        "id": "internal",
        "incident": "internal",
        "number": "internal",
        "kind": "internal",
        "reason": "internal",
        "note": "internal",
        "note_hash": "internal",
        "by": "internal",
        "decided_at": "internal",
        "act": "internal",
        "made": "internal",
        "link": "internal",
        "voids": "internal",
    }

    id = models.CharField(primary_key=True, max_length=26, default=ulid, editable=False)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="reviews")
    number = models.IntegerField()
    kind = models.CharField(max_length=12)  # a word of `review_kind`
    reason = models.CharField(max_length=24)  # a word of `review_reason`
    note = models.CharField(max_length=26, blank=True)
    note_hash = models.CharField(max_length=64, blank=True)
    by = models.CharField(max_length=26)
    decided_at = models.DateTimeField()
    act = models.CharField(
        max_length=26, blank=True, db_index=True
    )  # decisions taken together, undone together
    made = models.IntegerField(null=True)  # the revision that came of it
    link = models.ForeignKey(Link, models.PROTECT, null=True, related_name="reviews")
    voids = models.OneToOneField("self", models.PROTECT, null=True, related_name="voided_by")

    def __str__(self) -> str:
        return self.id

    @property
    def stands_on(self) -> int:
        """The revision that the decision holds good for."""
        return self.number if self.made is None else self.made
