"""Collections, incidents, their append-only revisions, erasable words, and links between incidents."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tabard.rules.ids import ulid


class Collection(models.Model):
    """Whose counting an incident belongs to. A table names its collections; no two add up silently."""

    SENSITIVITY: ClassVar = {
        "code": "public",
        "label": "public",
        "is_example": "public",
        "made_at": "internal",
    }

    code = models.CharField(primary_key=True, max_length=40)
    label = models.CharField(max_length=120)
    is_example = models.BooleanField(default=False)
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.code

    @property
    def scope_key(self) -> str:
        """The opaque key that assignments use."""
        return f"collection:{self.code}"


class Counter(models.Model):
    """The last number given for a reference's country and year."""

    SENSITIVITY: ClassVar = {"prefix": "internal", "last": "internal"}

    prefix = models.CharField(primary_key=True, max_length=10)
    last = models.IntegerField(default=0)

    def __str__(self) -> str:
        return self.prefix


class Incident(models.Model):
    """Identity only: what is held to be so stands in its revisions."""

    APPEND_ONLY: ClassVar = True
    SENSITIVITY: ClassVar = {
        "id": "internal",
        "reference": "internal",
        "collection": "internal",
        "owner": "internal",
        "sensitivity": "internal",
        "source": "internal",
        "source_key": "internal",
        "made_at": "internal",
    }

    id = models.CharField(primary_key=True, max_length=26, default=ulid, editable=False)
    reference = models.CharField(max_length=24, unique=True)
    collection = models.ForeignKey(Collection, models.PROTECT, related_name="incidents")
    owner = models.CharField(max_length=26, blank=True)  # id of people.Organisation
    sensitivity = models.CharField(max_length=12, default="internal")
    source = models.CharField(max_length=26, blank=True)  # whose key: a format, or the mapping of a log
    source_key = models.CharField(max_length=64, null=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["collection", "owner", "source", "source_key"], name="incident_once_in_its_source"
            ),
            models.CheckConstraint(
                condition=models.Q(sensitivity__in=["public", "internal", "restricted", "sealed"]),
                name="incident_sensitivity_known",
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class Words(models.Model):
    """What a source wrote, and names in it: erasable, with a salt. Revisions know its id and salted hash."""

    SENSITIVITY: ClassVar = {
        "id": "internal",
        "salt": "sealed",
        "details": "restricted",
        "actor_name": "restricted",
        "language": "internal",
        "original": "internal",
    }

    id = models.CharField(primary_key=True, max_length=26, default=ulid, editable=False)
    salt = models.CharField(max_length=32)
    details = models.TextField(blank=True)
    actor_name = models.TextField(blank=True)
    language = models.CharField(max_length=12, blank=True)
    original = models.CharField(max_length=26, blank=True, db_index=True)

    def __str__(self) -> str:
        return self.id


class Revision(models.Model):
    """What is held to be so about one incident, from `known_at` on; append-only.

    The columns repeat the canonical facts, so that counting is SQL and never opens a document.
    A void is a revision that cancels the one in `voids`; it says nothing itself."""

    APPEND_ONLY: ClassVar = True
    SENSITIVITY: ClassVar = {
        "id": "internal",
        "incident": "internal",
        "number": "internal",
        "known_at": "internal",
        "recorded_at": "internal",
        "by": "internal",
        "reason": "internal",
        "voids": "internal",
        "counted_as": "internal",
        "batch": "internal",
        "schema_version": "internal",
        "first_day": "internal",
        "last_day": "internal",
        "date_precision": "internal",
        "days_off": "internal",
        "country": "internal",
        "cause": "internal",
        "means": "internal",
        "context": "internal",
        "setting": "internal",
        "actor": "internal",
        "motive": "internal",
        "motive_confidence": "internal",
        "targeting": "internal",
        "targeting_confidence": "internal",
        "complexity": "internal",
        "certainty": "internal",
        "severity": "internal",
        "near_miss": "internal",
        "place": "internal",
        "place_hash": "internal",
        "words": "internal",
        "words_hash": "internal",
        "facts": "internal",
        "facts_digest": "internal",
        "claims_digest": "internal",
        "previous": "internal",
        "digest": "internal",
    }

    id = models.CharField(primary_key=True, max_length=26, default=ulid, editable=False)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="revisions")
    number = models.IntegerField()
    known_at = models.DateTimeField()  # when the source knew; may be back-dated
    recorded_at = models.DateTimeField()  # our clock; never set by hand
    by = models.CharField(max_length=26)
    reason = models.CharField(max_length=20)  # a word of `revision_reason`
    voids = models.ForeignKey("self", models.PROTECT, null=True, related_name="voided_by")
    counted_as = models.ForeignKey(Incident, models.PROTECT, null=True, related_name="counts_for")
    batch = models.CharField(max_length=26, blank=True, db_index=True)
    schema_version = models.SmallIntegerField()
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    date_precision = models.CharField(max_length=10)
    days_off = models.SmallIntegerField(default=0)
    country = models.CharField(max_length=3, null=True)
    cause = models.CharField(max_length=20, null=True)
    means = models.CharField(max_length=24, null=True)
    context = models.CharField(max_length=20, null=True)
    setting = models.CharField(max_length=20, null=True)
    actor = models.CharField(max_length=20, null=True)
    motive = models.CharField(max_length=16, null=True)
    motive_confidence = models.CharField(max_length=10, null=True)
    targeting = models.CharField(max_length=16, null=True)
    targeting_confidence = models.CharField(max_length=10, null=True)
    complexity = models.CharField(max_length=20, null=True)
    certainty = models.CharField(max_length=10, null=True)
    severity = models.CharField(max_length=10, null=True)
    near_miss = models.SmallIntegerField(null=True)
    place = models.CharField(max_length=26, blank=True)
    place_hash = models.CharField(max_length=64, blank=True)
    words = models.CharField(max_length=26, blank=True)
    words_hash = models.CharField(max_length=64, blank=True)
    facts = models.TextField()
    facts_digest = models.CharField(max_length=64)
    claims_digest = models.CharField(max_length=64)  # over what each source claims, and its grades
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["incident", "number"], name="revision_once"),
            models.CheckConstraint(
                condition=(models.Q(reason="void") & models.Q(voids__isnull=False))
                | (~models.Q(reason="void") & models.Q(voids__isnull=True)),
                name="revision_void_names_one",
            ),
            models.CheckConstraint(
                condition=(models.Q(reason="counted_as") & models.Q(counted_as__isnull=False))
                | (~models.Q(reason="counted_as") & models.Q(counted_as__isnull=True)),
                name="revision_counted_as_names_one",
            ),
            models.CheckConstraint(
                condition=(models.Q(first_day__isnull=True) & models.Q(last_day__isnull=True))
                | models.Q(last_day__gte=models.F("first_day")),
                name="revision_days_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.id


class Link(models.Model):
    """How two incidents belong together: decided by a person, undone by a second line that voids it."""

    APPEND_ONLY: ClassVar = True
    SENSITIVITY: ClassVar = {
        "id": "internal",
        "first": "internal",
        "second": "internal",
        "kind": "internal",
        "by": "internal",
        "decided_at": "internal",
        "voids": "internal",
    }

    id = models.CharField(primary_key=True, max_length=26, default=ulid, editable=False)
    first = models.ForeignKey(Incident, models.PROTECT, related_name="links_out")
    second = models.ForeignKey(Incident, models.PROTECT, related_name="links_in")
    kind = models.CharField(max_length=12)
    by = models.CharField(max_length=26)
    decided_at = models.DateTimeField()
    voids = models.OneToOneField("self", models.PROTECT, null=True, related_name="voided_by")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(first=models.F("second")), name="link_joins_two"),
        ]

    def __str__(self) -> str:
        return self.id
