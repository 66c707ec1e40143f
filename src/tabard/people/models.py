"""Organisations: whose people, premises and records these are."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tabard.rules.ids import ulid


class Organisation(models.Model):
    """An organisation, known elsewhere by its opaque key `org:<id>`."""

    SENSITIVITY: ClassVar = {
        "id": "internal",
        "name": "internal",
        "kind": "internal",
        "parent": "internal",
        "is_example": "public",
    }

    id = models.CharField(primary_key=True, max_length=26, default=ulid, editable=False)
    name = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=40)  # a word of `org_type`
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="parts")
    is_example = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.id

    @property
    def scope_key(self) -> str:
        """The opaque key that assignments use."""
        return f"org:{self.pk}"
