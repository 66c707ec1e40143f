"""What was answered under a sender's key, so that a retry gets the same answer and changes nothing."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Answered(models.Model):
    """One create that is done, for some weeks. The answer holds ids, codes and numbers only."""

    SENSITIVITY: ClassVar = {
        "id": "internal",
        "key": "internal",
        "by": "internal",
        "asked": "internal",
        "status": "internal",
        "headers": "internal",
        "body": "internal",
        "at": "internal",
    }

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=64)
    by = models.CharField(max_length=26)
    asked = models.CharField(max_length=64)  # a digest of the request that only this installation can make
    status = models.SmallIntegerField()
    headers = models.TextField()
    body = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["key", "by"], name="answered_once")]
        indexes: ClassVar = [models.Index(fields=["by", "at"], name="answered_when")]

    def __str__(self) -> str:
        return str(self.pk)
