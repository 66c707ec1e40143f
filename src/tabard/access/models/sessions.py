"""Open sessions, and tries to sign in that failed."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from tabard.access.models.account import Account


class OpenSession(AbstractBaseSession):
    """A browser's session, with the account that is signed in by it. Kept by the framework, not through the door."""

    SENSITIVITY: ClassVar = {
        "session_key": "sealed",
        "session_data": "restricted",
        "expire_date": "internal",
        "account": "internal",
        "ref": "internal",
        "device": "restricted",
        "began_at": "internal",
        "seen_at": "internal",
    }

    account = models.ForeignKey(Account, models.CASCADE, null=True, related_name="sessions")
    ref = models.CharField(
        max_length=26, blank=True, db_index=True
    )  # what pages call it; the key is never shown
    device = models.CharField(max_length=40, blank=True)  # codes of the browser and the system
    began_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)


class Attempts(models.Model):
    """How often signing in failed under one name or from one address: a keyed digest, never what was typed."""

    SENSITIVITY: ClassVar = {
        "key": "internal",
        "failures": "internal",
        "last_at": "internal",
    }

    key = models.CharField(primary_key=True, max_length=64)
    failures = models.IntegerField(default=0)
    last_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key
