"""What opens an account: tokens of machines, second factors, identities at a provider of sign-ins."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tabard.access.models.account import Account
from tabard.rules.ids import ulid


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


class Factor(models.Model):
    """A second factor: a one-time secret, a passkey, or one recovery code. It says nothing to who reads the table."""

    SENSITIVITY: ClassVar = {
        "id": "internal",
        "account": "internal",
        "kind": "internal",
        "secret": "sealed",
        "label": "restricted",
        "last": "internal",
        "made_at": "internal",
        "used_at": "internal",
    }
    TOTP, PASSKEY, RECOVERY = "totp", "passkey", "recovery"

    id = models.CharField(primary_key=True, max_length=26, default=ulid, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="factors")
    kind = models.CharField(max_length=10)
    secret = models.TextField()  # sealed; of a recovery code a keyed digest only
    label = models.CharField(max_length=60, blank=True)  # in its owner's words
    last = models.BigIntegerField(default=0)  # the last time step or count used, so that none is used twice
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind__in=("totp", "passkey", "recovery")), name="factor_kind"
            ),
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(kind="totp"), name="factor_one_totp"
            ),
        ]

    def __str__(self) -> str:
        return self.id


class Identity(models.Model):
    """Who an account is at the provider of sign-ins: bound once by the person, found by a digest of the subject."""

    SENSITIVITY: ClassVar = {
        "id": "internal",
        "account": "internal",
        "subject": "sealed",
        "made_at": "internal",
    }

    id = models.CharField(primary_key=True, max_length=26, default=ulid, editable=False)
    account = models.OneToOneField(Account, models.CASCADE, related_name="identity")
    subject = models.CharField(
        max_length=64, unique=True
    )  # keyed digest of the issuer and its name for the person
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.id
