"""Reports that somebody has begun: erasable, their owner's alone, gone after 30 days."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tabard.rules.ids import ulid


class Draft(models.Model):
    """What stands in a form so far. `key` is the form's own key: the report that comes of it carries it too."""

    SENSITIVITY: ClassVar = {
        "id": "internal",
        "by": "internal",
        "key": "internal",
        "incident": "internal",
        "expected": "internal",
        "body": "restricted",
        "saved_at": "internal",
        "expires_at": "internal",
    }

    id = models.CharField(primary_key=True, max_length=26, default=ulid, editable=False)
    by = models.CharField(max_length=26)  # id of access.Account
    key = models.CharField(max_length=26)
    incident = models.CharField(max_length=26, blank=True)  # id of incidents.Incident, for an edit
    expected = models.IntegerField(default=0)  # the number of the revision that the edit began from
    body = models.TextField()  # the form's fields as they were typed, as JSON
    saved_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["by", "key"], name="draft_once")]

    def __str__(self) -> str:
        return self.id
