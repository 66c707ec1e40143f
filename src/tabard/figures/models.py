"""Snapshots that were frozen. The figures themselves are queries over their files."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tabard.rules.ids import ulid


class Snapshot(models.Model):
    """One freeze: what was known on one instant as recorded by another, in Parquet with a manifest."""

    APPEND_ONLY: ClassVar = True
    SENSITIVITY: ClassVar = {
        "id": "internal",
        "known_on": "internal",
        "recorded_by": "internal",
        "made_at": "internal",
        "by": "internal",
        "manifest_sha256": "internal",
        "incidents": "internal",
        "harm_rows": "internal",
    }

    id = models.CharField(primary_key=True, max_length=26, default=ulid, editable=False)
    known_on = models.DateTimeField()
    recorded_by = models.DateTimeField()
    made_at = models.DateTimeField()
    by = models.CharField(max_length=26)
    manifest_sha256 = models.CharField(max_length=64)
    incidents = models.IntegerField()
    harm_rows = models.IntegerField()

    def __str__(self) -> str:
        return self.id
