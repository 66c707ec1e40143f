"""Snapshots that were frozen, and figures that others have printed. Our own figures are queries over the snapshots."""

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


class Published(models.Model):
    """A figure of a public document, as it is printed there: never of this register.

    A row is never changed: what was misread is said again by a further row that `replaces` it, or by a void."""

    APPEND_ONLY: ClassVar = True
    SENSITIVITY: ClassVar = {
        "id": "public",
        "source": "public",
        "year": "public",
        "table": "public",
        "row": "public",
        "column": "public",
        "unit": "public",
        "scope": "public",
        "printed": "public",
        "as_of": "public",
        "derived": "public",
        "replaces": "public",
        "void": "public",
        "recorded_at": "internal",
        "by": "internal",
    }

    id = models.CharField(primary_key=True, max_length=26, default=ulid, editable=False)
    source = models.CharField(max_length=300)
    year = models.CharField(max_length=32, blank=True)
    table = models.CharField(max_length=200)
    row = models.CharField(max_length=200)
    column = models.CharField(max_length=120)
    unit = models.CharField(max_length=40)
    scope = models.CharField(max_length=40, blank=True)
    printed = models.CharField(max_length=60)
    as_of = models.DateField(null=True, blank=True)
    derived = models.BooleanField(default=False)  # worked out by whoever entered it: printed nowhere
    replaces = models.CharField(max_length=26, null=True, unique=True)  # the row that this one stands for
    void = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()
    by = models.CharField(max_length=26)

    def __str__(self) -> str:
        return self.id


class PublishedNote(models.Model):
    """What whoever entered a printed figure noted about it. Words: they can be erased, the figure stays."""

    SENSITIVITY: ClassVar = {"figure": "public", "text": "internal"}

    figure = models.OneToOneField(Published, models.CASCADE, primary_key=True, related_name="note")
    text = models.TextField()

    def __str__(self) -> str:
        return str(self.pk)
