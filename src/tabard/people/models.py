"""Organisations: whose people, premises and records these are; and the words of their own that they use."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tabard.rules.ids import ulid

TAIL = 16  # of a ulid: the part that is chance


class Organisation(models.Model):
    """An organisation, known elsewhere by its opaque key `org:<id>`."""

    SENSITIVITY: ClassVar = {
        "id": "internal",
        "name": "internal",
        "kind": "internal",
        "parent": "internal",
        "is_example": "public",
        "closed_on": "internal",
    }

    id = models.CharField(primary_key=True, max_length=26, default=ulid, editable=False)
    name = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=40)  # a word of `org_type`
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="parts")
    is_example = models.BooleanField(default=False)
    closed_on = models.DateField(
        null=True, blank=True
    )  # nothing new is entered under it; what is there stays

    def __str__(self) -> str:
        return self.id

    @property
    def scope_key(self) -> str:
        """The opaque key that assignments use."""
        return f"org:{self.pk}"


def _key() -> str:
    return ulid()[-TAIL:]


class Word(models.Model):
    """An organisation's own word under a word of a shipped list, as which it counts everywhere.

    Facts hold the shipped word, and this one's id as a tag. Never deleted, its code never used again."""

    SENSITIVITY: ClassVar = {
        "id": "internal",
        "owner": "internal",
        "list": "internal",
        "code": "internal",
        "parent": "internal",
        "labels": "internal",
        "valid_from": "internal",
        "valid_to": "internal",
    }

    id = models.CharField(primary_key=True, max_length=TAIL, default=_key, editable=False)
    owner = models.CharField(max_length=26, blank=True)  # id of an organisation; empty is everybody's
    list = models.CharField(max_length=24)
    code = models.CharField(max_length=40)
    parent = models.CharField(max_length=48)  # a code of the shipped list
    labels = models.JSONField()  # language -> what people read
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "list", "code"], name="word_once"),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
                name="word_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.id
