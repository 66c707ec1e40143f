"""The rows of a revision: who was harmed, what the source gives only by margins, what things were hit.

All append-only: a correction is a new revision with rows of its own. Flags are 1 yes, 0 no, NULL not stated."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tabard.incidents.models.register import Revision


class Harm(models.Model):
    """`n` persons who share everything in this row jointly; see `rules.facts.Harm`."""

    APPEND_ONLY: ClassVar = True
    SENSITIVITY: ClassVar = {
        "id": "internal",
        "revision": "internal",
        "position": "internal",
        "n": "internal",
        "n_basis": "internal",
        "scope": "internal",
        "org_type": "internal",
        "organisation": "restricted",
        "recruitment": "internal",
        "gender": "internal",
        "function": "internal",
        "contract": "internal",
        "on_duty": "internal",
        "family_member": "internal",
        "cause": "internal",
        "care": "internal",
        "serious": "internal",
        "held_24h": "internal",
        "captor": "internal",
        "fate": "internal",
        "subject": "restricted",
        "died": "internal",
        "died_on": "internal",
        "died_in_captivity": "internal",
        "died_in_captivity_on": "internal",
        "injured": "internal",
        "injured_on": "internal",
        "abducted": "internal",
        "abducted_on": "internal",
        "detained": "internal",
        "detained_on": "internal",
        "missing": "internal",
        "missing_on": "internal",
        "sexual_violence": "internal",
        "sexual_violence_on": "internal",
        "exploited": "internal",
        "exploited_on": "internal",
        "assaulted": "internal",
        "assaulted_on": "internal",
        "robbed": "internal",
        "robbed_on": "internal",
        "broken_in": "internal",
        "broken_in_on": "internal",
        "burgled": "internal",
        "burgled_on": "internal",
        "threatened": "internal",
        "threatened_on": "internal",
        "harassed": "internal",
        "harassed_on": "internal",
        "other_harm": "internal",
        "other_harm_on": "internal",
    }

    id = models.BigAutoField(primary_key=True)
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="harm")
    position = models.IntegerField()
    n = models.IntegerField(null=True)
    n_basis = models.CharField(max_length=10)
    scope = models.CharField(max_length=16, null=True)
    org_type = models.CharField(max_length=40, null=True)
    organisation = models.CharField(max_length=26, null=True)
    recruitment = models.CharField(max_length=14, null=True)
    gender = models.CharField(max_length=12, null=True)
    function = models.CharField(max_length=40, null=True)
    contract = models.CharField(max_length=48, null=True)
    on_duty = models.SmallIntegerField(null=True)
    family_member = models.SmallIntegerField(null=True)
    cause = models.CharField(max_length=20, null=True)
    care = models.SmallIntegerField(null=True)
    serious = models.SmallIntegerField(null=True)
    held_24h = models.SmallIntegerField(null=True)
    captor = models.CharField(max_length=10, null=True)
    fate = models.CharField(max_length=10, null=True)
    subject = models.CharField(max_length=26, null=True)
    died = models.SmallIntegerField(null=True)
    died_on = models.DateField(null=True)
    died_in_captivity = models.SmallIntegerField(null=True)
    died_in_captivity_on = models.DateField(null=True)
    injured = models.SmallIntegerField(null=True)
    injured_on = models.DateField(null=True)
    abducted = models.SmallIntegerField(null=True)
    abducted_on = models.DateField(null=True)
    detained = models.SmallIntegerField(null=True)
    detained_on = models.DateField(null=True)
    missing = models.SmallIntegerField(null=True)
    missing_on = models.DateField(null=True)
    sexual_violence = models.SmallIntegerField(null=True)
    sexual_violence_on = models.DateField(null=True)
    exploited = models.SmallIntegerField(null=True)
    exploited_on = models.DateField(null=True)
    assaulted = models.SmallIntegerField(null=True)
    assaulted_on = models.DateField(null=True)
    robbed = models.SmallIntegerField(null=True)
    robbed_on = models.DateField(null=True)
    broken_in = models.SmallIntegerField(null=True)
    broken_in_on = models.DateField(null=True)
    burgled = models.SmallIntegerField(null=True)
    burgled_on = models.DateField(null=True)
    threatened = models.SmallIntegerField(null=True)
    threatened_on = models.DateField(null=True)
    harassed = models.SmallIntegerField(null=True)
    harassed_on = models.DateField(null=True)
    other_harm = models.SmallIntegerField(null=True)
    other_harm_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["revision", "position"], name="harm_once"),
            models.CheckConstraint(
                condition=models.Q(n__isnull=True) | models.Q(n__gte=0), name="harm_n_not_negative"
            ),
            models.CheckConstraint(
                condition=(models.Q(n__isnull=True) & models.Q(n_basis="unknown"))
                | (models.Q(n__isnull=False) & ~models.Q(n_basis="unknown")),
                name="harm_n_has_basis",
            ),
            models.CheckConstraint(
                condition=models.Q(subject__isnull=True) | models.Q(n=1), name="harm_subject_is_one_person"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Margin(models.Model):
    """A count by one or two dimensions only; see `rules.facts.Margin`."""

    APPEND_ONLY: ClassVar = True
    SENSITIVITY: ClassVar = {
        "id": "internal",
        "revision": "internal",
        "position": "internal",
        "n": "internal",
        "n_basis": "internal",
        "dimension": "internal",
        "value": "internal",
        "dimension2": "internal",
        "value2": "internal",
    }

    id = models.BigAutoField(primary_key=True)
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="margins")
    position = models.IntegerField()
    n = models.IntegerField(null=True)
    n_basis = models.CharField(max_length=10)
    dimension = models.CharField(max_length=12)
    value = models.CharField(max_length=40, blank=True)
    dimension2 = models.CharField(max_length=12, blank=True)
    value2 = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["revision", "position"], name="margin_once")]

    def __str__(self) -> str:
        return str(self.pk)


class ObjectHarm(models.Model):
    """`n` things of one kind and what was done to them; see `rules.facts.ObjectHarm`."""

    APPEND_ONLY: ClassVar = True
    SENSITIVITY: ClassVar = {
        "id": "internal",
        "revision": "internal",
        "position": "internal",
        "n": "internal",
        "n_basis": "internal",
        "kind": "internal",
        "attacked": "internal",
        "looted": "internal",
        "destroyed": "internal",
        "damaged": "internal",
        "occupied": "internal",
        "entered": "internal",
        "stolen": "internal",
        "misused": "internal",
    }

    id = models.BigAutoField(primary_key=True)
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="objects_harmed")
    position = models.IntegerField()
    n = models.IntegerField(null=True)
    n_basis = models.CharField(max_length=10)
    kind = models.CharField(max_length=24)
    attacked = models.SmallIntegerField(default=0)
    looted = models.SmallIntegerField(default=0)
    destroyed = models.SmallIntegerField(default=0)
    damaged = models.SmallIntegerField(default=0)
    occupied = models.SmallIntegerField(default=0)
    entered = models.SmallIntegerField(default=0)
    stolen = models.SmallIntegerField(default=0)
    misused = models.SmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["revision", "position"], name="object_once")]

    def __str__(self) -> str:
        return str(self.pk)


class Tag(models.Model):
    """A word from the lists `medical`, `programme` or `breach` that holds for the revision."""

    APPEND_ONLY: ClassVar = True
    SENSITIVITY: ClassVar = {"id": "internal", "revision": "internal", "list": "internal", "code": "internal"}

    id = models.BigAutoField(primary_key=True)
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="tags")
    list = models.CharField(max_length=12)
    code = models.CharField(max_length=24)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["revision", "list", "code"], name="tag_once")
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Source(models.Model):
    """What one source claims, beside what the revision adopts, and how good the source is."""

    APPEND_ONLY: ClassVar = True
    SENSITIVITY: ClassVar = {
        "id": "internal",
        "revision": "internal",
        "position": "internal",
        "kind": "internal",
        "reliability": "internal",
        "credibility": "internal",
        "certainty": "internal",
        "tlp": "internal",
        "consent": "internal",
        "claims": "internal",
        "original": "internal",
        "words": "internal",
        "words_hash": "internal",
    }

    id = models.BigAutoField(primary_key=True)
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="sources")
    position = models.IntegerField()
    kind = models.CharField(max_length=20)
    reliability = models.CharField(max_length=1)
    credibility = models.SmallIntegerField()
    certainty = models.CharField(max_length=10, null=True)
    tlp = models.CharField(max_length=16)
    consent = models.SmallIntegerField(null=True)
    claims = models.TextField(default="{}")
    original = models.CharField(max_length=26, blank=True)
    words = models.CharField(max_length=26, blank=True)
    words_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["revision", "position"], name="source_once")]

    def __str__(self) -> str:
        return str(self.pk)
