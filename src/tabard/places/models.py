"""Exact places: erasable rows with a random id and a salt. Revisions refer to them by id and salted hash."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tabard.rules.ids import ulid


class Position(models.Model):
    """Where something happened, as precisely as the source supports, and the hexagon that precision supports."""

    SENSITIVITY: ClassVar = {
        "id": "internal",
        "salt": "sealed",
        "lat": "restricted",
        "lon": "restricted",
        "precision": "internal",
        "hexagon": "restricted",
        "admin1": "restricted",
        "admin2": "restricted",
        "locality": "restricted",
    }

    id = models.CharField(primary_key=True, max_length=26, default=ulid, editable=False)
    salt = models.CharField(max_length=32)
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    precision = models.CharField(max_length=10, default="unknown")
    hexagon = models.CharField(max_length=16, blank=True, db_index=True)
    admin1 = models.CharField(max_length=200, blank=True)
    admin2 = models.CharField(max_length=200, blank=True)
    locality = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(lat__isnull=True)
                | (
                    models.Q(lat__gte=-90)
                    & models.Q(lat__lte=90)
                    & models.Q(lon__gte=-180)
                    & models.Q(lon__lte=180)
                ),
                name="position_on_earth",
            )
        ]

    def __str__(self) -> str:
        return self.id
