"""The tables of attachments: what was attached, and the erasable row without which its bytes are noise."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tabard.rules.ids import ulid


class Attachment(models.Model):
    """That a file was attached to something, known here by its opaque key. Never changed; its bytes can be erased."""

    APPEND_ONLY: ClassVar = True
    SENSITIVITY: ClassVar = {
        "id": "internal",
        "about": "internal",
        "media_type": "internal",
        "size": "internal",
        "salted_hash": "internal",
        "sensitivity": "internal",
        "by": "internal",
        "added_at": "internal",
    }

    id = models.CharField(primary_key=True, max_length=26, default=ulid, editable=False)
    about = models.CharField(max_length=40, db_index=True)  # such as `incident:01J…`
    media_type = models.CharField(max_length=40)  # as found, not as declared
    size = models.IntegerField()
    salted_hash = models.CharField(max_length=64)  # over the bytes that are kept
    sensitivity = models.CharField(max_length=12)
    by = models.CharField(max_length=26)
    added_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.id


class AttachmentBody(models.Model):
    """Its name, where its sealed bytes lie, and the key to them; erasing this row is erasing the file."""

    SENSITIVITY: ClassVar = {
        "attachment": "internal",
        "salt": "sealed",
        "seal": "sealed",
        "name": "restricted",
        "stored": "internal",
    }

    attachment = models.CharField(primary_key=True, max_length=26)
    salt = models.CharField(max_length=32)
    seal = models.CharField(max_length=64)
    name = models.CharField(max_length=120)
    stored = models.CharField(max_length=32, unique=True)

    def __str__(self) -> str:
        return self.attachment
