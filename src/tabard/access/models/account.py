"""Accounts and their assignments."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from tabard.rules.ids import ulid


class AccountManager(BaseUserManager["Account"]):
    """Finds an account by its handle; making one is an action."""


class Account(AbstractBaseUser):
    """Somebody, or something, that acts. `id` is the opaque key that audit lines carry."""

    SENSITIVITY: ClassVar = {
        "id": "internal",
        "password": "sealed",
        "handle": "restricted",
        "name": "restricted",
        "language": "internal",
        "is_active": "internal",
        "is_example": "public",
        "created_at": "internal",
    }

    id = models.CharField(primary_key=True, max_length=26, default=ulid, editable=False)
    handle = models.CharField(max_length=150, unique=True)
    name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=12, default="en")
    is_active = models.BooleanField(default=True)
    is_example = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    narrowed: frozenset[str] | None = None  # no column: what the token at hand allows, where one was shown
    last_login = None  # a sign-in is an audit line, not a column that changes outside the door

    objects: ClassVar[AccountManager] = AccountManager()

    USERNAME_FIELD = "handle"

    def __str__(self) -> str:
        return self.id


class Assignment(models.Model):
    """A role held within a scope: `*`, `org:<ulid>`, `country:SSD`, `collection:awsd`."""

    SENSITIVITY: ClassVar = {
        "id": "internal",
        "account": "internal",
        "role": "internal",
        "scope": "internal",
        "valid_from": "internal",
        "valid_to": "internal",
    }

    id = models.CharField(primary_key=True, max_length=26, default=ulid, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="assignments")
    role = models.CharField(max_length=40)
    scope = models.CharField(max_length=80)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "role", "scope"], name="assignment_once"),
            models.CheckConstraint(condition=~models.Q(scope=""), name="assignment_has_scope"),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True)
                | models.Q(valid_from__isnull=True)
                | models.Q(valid_to__gte=models.F("valid_from")),
                name="assignment_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.id
