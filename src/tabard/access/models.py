"""Accounts, their assignments, and the audit chain. No foreign key leaves this room."""

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


class Token(models.Model):
    """A key by which a machine acts for its account, within the permissions that it names. Only its digest is kept."""

    SENSITIVITY: ClassVar = {
        "id": "internal",
        "account": "internal",
        "digest": "sealed",
        "scopes": "internal",
        "label": "restricted",
        "made_at": "internal",
        "expires_at": "internal",
        "revoked_at": "internal",
    }

    id = models.CharField(primary_key=True, max_length=26, default=ulid, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    scopes = (
        models.JSONField()
    )  # values of permissions; what the account holds less, the token holds less too
    label = models.CharField(max_length=100, blank=True)  # in its owner's words, gone when it is revoked
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("made_at")), name="token_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return self.id


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
