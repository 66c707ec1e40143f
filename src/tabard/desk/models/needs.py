"""Help that is needed and actions that are owed: who sees to it, by when, and what came of it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tabard.rules.ids import ulid

OPEN = "open"


class NeedText(models.Model):
    """What somebody wrote beside a need: erasable, with a salt."""

    SENSITIVITY: ClassVar = {"id": "internal", "salt": "sealed", "text": "restricted"}

    id = models.CharField(primary_key=True, max_length=26, default=ulid, editable=False)
    salt = models.CharField(max_length=32)
    text = models.TextField()

    def __str__(self) -> str:
        return self.id


class Need(models.Model):
    """One need or action of one incident. What was changed, by whom and when is in the audit chain."""

    SENSITIVITY: ClassVar = {
        "id": "internal",
        "incident": "internal",
        "kind": "internal",
        "text": "internal",
        "owner": "internal",
        "unit": "internal",
        "due_at": "internal",
        "state": "internal",
        "reason": "internal",
        "made_by": "internal",
        "made_at": "internal",
        "closed_by": "internal",
        "closed_at": "internal",
        "version": "internal",
    }

    id = models.CharField(primary_key=True, max_length=26, default=ulid, editable=False)
    incident = models.CharField(max_length=26, db_index=True)  # id of incidents.Incident
    kind = models.CharField(max_length=24)  # a word of `need_kind`
    text = models.CharField(max_length=26, blank=True)  # id of NeedText
    owner = models.CharField(max_length=26, blank=True)  # id of access.Account: who sees to it
    unit = models.CharField(max_length=24, blank=True)  # a word of `need_unit`: or which unit does
    due_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, default=OPEN)  # a word of `need_state`
    reason = models.CharField(max_length=20, blank=True)  # a word of `need_reason`, where it was dropped
    made_by = models.CharField(max_length=26)
    made_at = models.DateTimeField()
    closed_by = models.CharField(max_length=26, blank=True)
    closed_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)

    class Meta:
        # "not closed" rather than "open": SQLite uses such an index only where the text of the query shows it
        indexes: ClassVar = [
            models.Index(fields=["due_at", "id"], condition=models.Q(closed_at=None), name="need_open_due"),
            models.Index(
                fields=["owner", "due_at", "id"], condition=models.Q(closed_at=None), name="need_open_owner"
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(models.Q(state="dropped") & ~models.Q(reason=""))
                | (~models.Q(state="dropped") & models.Q(reason="")),
                name="need_dropped_has_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(state=OPEN, closed_at__isnull=True)
                | (~models.Q(state=OPEN) & models.Q(closed_at__isnull=False)),
                name="need_closed_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.id
