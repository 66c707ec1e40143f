"""Filters that somebody keeps, and who wants to be told of what answers to one."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tabard.rules.ids import ulid


class SavedFilter(models.Model):
    """A question asked again and again: of the list of incidents, or of the desk's queue."""

    SENSITIVITY: ClassVar = {
        "id": "internal",
        "by": "internal",
        "place": "internal",
        "name": "restricted",
        "asked": "internal",
        "shared": "internal",
        "made_at": "internal",
    }

    id = models.CharField(primary_key=True, max_length=26, default=ulid, editable=False)
    by = models.CharField(max_length=26, db_index=True)  # id of access.Account
    place = models.CharField(max_length=10)  # incidents, review
    name = models.CharField(max_length=80)  # in its owner's words; gone when the filter is
    asked = models.JSONField()  # codes by field, never words
    shared = models.CharField(
        max_length=80, blank=True, db_index=True
    )  # a scope's key; empty: its owner's alone
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["by", "place", "name"], name="filter_once"),
            models.CheckConstraint(
                condition=models.Q(place__in=["incidents", "review"]), name="filter_place_known"
            ),
        ]

    def __str__(self) -> str:
        return self.id


class Subscription(models.Model):
    """Somebody wants to be told. What they are told is worked out when they look, by what they may see then.

    `seen` is the last revision looked at, short of the last moments; `told` are those looked at within them."""

    SENSITIVITY: ClassVar = {
        "id": "internal",
        "filter": "internal",
        "account": "internal",
        "seen": "internal",
        "told": "internal",
        "made_at": "internal",
    }

    id = models.CharField(primary_key=True, max_length=26, default=ulid, editable=False)
    filter = models.ForeignKey(SavedFilter, models.CASCADE, related_name="subscriptions")
    account = models.CharField(max_length=26, db_index=True)
    seen = models.CharField(max_length=26)
    told = models.JSONField(default=list)
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["filter", "account"], name="subscription_once")
        ]

    def __str__(self) -> str:
        return self.id
