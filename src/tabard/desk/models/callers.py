"""Who told it on the phone, and how to reach them again: erasable, restricted, with a salt.

That somebody owes a call is a need (`needs`)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tabard.rules.ids import ulid


class Caller(models.Model):
    """The person on the phone. The audit line of the entry carries the salted hash, so that a change shows."""

    SENSITIVITY: ClassVar = {
        "id": "internal",
        "salt": "sealed",
        "incident": "internal",
        "by": "internal",
        "made_at": "internal",
        "name": "restricted",
        "number": "restricted",
        "language": "restricted",
        "safe_when": "restricted",
        "consent": "internal",
    }

    id = models.CharField(primary_key=True, max_length=26, default=ulid, editable=False)
    salt = models.CharField(max_length=32)
    incident = models.CharField(max_length=26, db_index=True)  # id of incidents.Incident
    by = models.CharField(max_length=26)  # id of access.Account
    made_at = models.DateTimeField()
    name = models.CharField(max_length=200, blank=True)
    number = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=60, blank=True)
    safe_when = models.CharField(max_length=200, blank=True)
    consent = models.SmallIntegerField(null=True)  # to be named as the source: 1 yes, 0 no, NULL not asked

    def __str__(self) -> str:
        return self.id
