"""The audit chain and its head."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class AuditLine(models.Model):
    """One thing done or read: ids, verbs and field names; never a name, a text or a position.

    No foreign keys, so that the trail never blocks, nor is blocked by, the data it speaks of."""

    APPEND_ONLY: ClassVar = True
    SENSITIVITY: ClassVar = {
        "id": "internal",
        "at": "internal",
        "act": "internal",
        "actor": "internal",
        "verb": "internal",
        "subject": "internal",
        "detail": "internal",
        "previous": "internal",
        "digest": "internal",
    }

    id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    act = models.CharField(max_length=26)
    actor = models.CharField(max_length=26)
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=120)
    detail = models.TextField(default="{}")
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["subject", "id"], name="audit_by_subject")]

    def __str__(self) -> str:
        return f"{self.id} {self.verb}"


class ChainHead(models.Model):
    """Where the audit chain ends; the one row that writers of audit lines queue for."""

    SENSITIVITY: ClassVar = {"name": "internal", "last": "internal", "digest": "internal"}

    name = models.CharField(primary_key=True, max_length=20)
    last = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="")

    def __str__(self) -> str:
        return self.name
