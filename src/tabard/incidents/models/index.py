"""What is current, as an index over the revisions: rebuilt by `tabard rebuild` to the same rows, never the truth."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tabard.incidents.models.register import Incident, Revision

WAITS = models.Q(waiting_since__isnull=False)


class Current(models.Model):
    """The revision that holds today, one an incident; absent while nothing holds (all void)."""

    SENSITIVITY: ClassVar = {
        "incident": "internal",
        "revision": "internal",
        "collection": "internal",
        "owner": "internal",
        "sensitivity": "internal",
        "occurred": "internal",
        "country": "internal",
        "standing": "internal",
        "persons": "internal",
        "persons_basis": "internal",
        "died": "internal",
        "injured": "internal",
        "abducted": "internal",
        "detained": "internal",
        "local": "internal",
        "international": "internal",
        "female": "internal",
        "male": "internal",
        "reference": "internal",
        "source_key": "internal",
        "number": "internal",
        "known_at": "internal",
        "last_day": "internal",
        "date_precision": "internal",
        "setting": "internal",
        "cause": "internal",
        "means": "internal",
        "context": "internal",
        "actor": "internal",
        "motive": "internal",
        "certainty": "internal",
        "severity": "internal",
        "place": "internal",
        "kin": "internal",
        "review": "internal",
        "waiting_since": "internal",
    }

    incident = models.OneToOneField(Incident, models.CASCADE, primary_key=True, related_name="current")
    revision = models.ForeignKey(Revision, models.CASCADE, related_name="+")
    collection = models.CharField(max_length=40)
    owner = models.CharField(max_length=26, blank=True)
    sensitivity = models.CharField(max_length=12)
    occurred = models.CharField(max_length=10)  # ISO first day; empty when unknown, which sorts last
    country = models.CharField(max_length=3, blank=True)
    standing = models.CharField(max_length=12)  # counted, withdrawn, counted_as
    persons = models.IntegerField(null=True)
    persons_basis = models.CharField(max_length=10)
    # as stated by margins, else summed over harm; NULL where nothing is said of it
    died = models.IntegerField(null=True)
    injured = models.IntegerField(null=True)
    abducted = models.IntegerField(null=True)
    detained = models.IntegerField(null=True)
    local = models.IntegerField(null=True)
    international = models.IntegerField(null=True)
    female = models.IntegerField(null=True)
    male = models.IntegerField(null=True)
    # repeated from the incident and its revision, so that an export reads one table
    reference = models.CharField(max_length=24)
    source_key = models.CharField(max_length=64, null=True)
    number = models.IntegerField()
    known_at = models.CharField(max_length=32)  # ISO, UTC
    last_day = models.CharField(max_length=10, blank=True)
    date_precision = models.CharField(max_length=10)
    setting = models.CharField(max_length=20, null=True)
    cause = models.CharField(max_length=20, null=True)
    means = models.CharField(max_length=24, null=True)
    context = models.CharField(max_length=20, null=True)
    actor = models.CharField(max_length=20, null=True)
    motive = models.CharField(max_length=16, null=True)
    certainty = models.CharField(max_length=10, null=True)
    severity = models.CharField(max_length=10, null=True)
    place = models.CharField(max_length=26, blank=True)
    kin = models.CharField(max_length=8, blank=True, default="")  # whether next of kin still have to be told
    # what the desk owes it (list `review_state`; empty: nothing), and since when it waits: NULL while nothing does
    review = models.CharField(max_length=10, blank=True, default="")
    waiting_since = models.CharField(max_length=32, null=True)  # ISO, UTC

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["-occurred", "-incident"], name="current_newest"),
            models.Index(fields=["owner", "-occurred", "-incident"], name="current_owner"),
            models.Index(
                fields=["owner", "collection", "-occurred", "-incident"], name="current_owner_collection"
            ),
            models.Index(fields=["collection", "-occurred", "-incident"], name="current_collection"),
            models.Index(fields=["country", "-occurred", "-incident"], name="current_country"),
            # all that a list by reference asks for: it is answered by the index alone
            models.Index(
                fields=["reference", "owner", "occurred", "incident", "sensitivity", "standing"],
                name="current_reference",
            ),
            models.Index(fields=["owner", "country", "-occurred", "-incident"], name="current_owner_country"),
            # the queue of the desk: small while the desk keeps up, and then these cost nothing
            models.Index(
                fields=["review", "waiting_since", "incident"], condition=WAITS, name="current_waiting"
            ),
            models.Index(
                fields=["owner", "review", "waiting_since", "incident"],
                condition=WAITS,
                name="current_waiting_owner",
            ),
            models.Index(
                fields=["country", "review", "waiting_since", "incident"],
                condition=WAITS,
                name="current_waiting_country",
            ),
        ]

    def __str__(self) -> str:
        return self.incident_id


class Listing(models.Model):
    """One row for each question about people that an incident answers: a set of category, recruitment and
    gender, some left open, as a `facet`. So even the rarest filter finds its newest 50 at once, in order."""

    SENSITIVITY: ClassVar = {
        "id": "internal",
        "incident": "internal",
        "collection": "internal",
        "owner": "internal",
        "sensitivity": "internal",
        "occurred": "internal",
        "country": "internal",
        "facet": "internal",
    }

    id = models.BigAutoField(primary_key=True)
    incident = models.ForeignKey(Incident, models.CASCADE, related_name="listing", db_index=False)
    collection = models.CharField(max_length=40)
    owner = models.CharField(max_length=26, blank=True)
    sensitivity = models.CharField(max_length=12)
    occurred = models.CharField(max_length=10)
    country = models.CharField(max_length=3, blank=True)
    facet = models.BigIntegerField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["incident"], name="listing_incident"),
            models.Index(fields=["facet", "-occurred", "-incident"], name="listing_facet"),
            models.Index(fields=["country", "facet", "-occurred", "-incident"], name="listing_country"),
            models.Index(fields=["owner", "facet", "-occurred", "-incident"], name="listing_owner"),
            models.Index(
                fields=["owner", "country", "facet", "-occurred", "-incident"], name="listing_owner_country"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
