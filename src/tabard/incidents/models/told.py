"""Who was told of an incident: when, by whom, how. Append-only, codes only; no name of anybody stands here."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tabard.incidents.models.register import Incident
from tabard.rules.ids import ulid
from tabard.rules.kin import NOBODY


class Told(models.Model):
    """One word given about one incident; undone by a second row that voids it.

    `persons` and `died` are the toll known then (`rules.kin`): what is learned later has to be told anew."""

    APPEND_ONLY: ClassVar = True
    SENSITIVITY: ClassVar = {
        "id": "internal",
        "incident": "internal",
        "whom": "internal",
        "how": "internal",
        "reason": "internal",
        "subject": "restricted",
        "persons": "internal",
        "died": "internal",
        "at": "internal",
        "recorded_at": "internal",
        "by": "internal",
        "voids": "internal",
    }

    id = models.CharField(primary_key=True, max_length=26, default=ulid, editable=False)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="told")
    whom = models.CharField(max_length=24)  # a word of `told_party`
    how = models.CharField(max_length=12, blank=True)  # a word of `told_how`
    reason = models.CharField(
        max_length=20, blank=True
    )  # a word of `kin_reason`: why there is nobody to tell
    subject = models.CharField(max_length=26, blank=True)  # the random key of one person; empty is all
    persons = models.IntegerField(default=0)
    died = models.IntegerField(default=0)
    at = models.DateTimeField()  # when it was said
    recorded_at = models.DateTimeField()  # our clock
    by = models.CharField(max_length=26)
    voids = models.OneToOneField("self", models.PROTECT, null=True, related_name="voided_by")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(models.Q(whom=NOBODY) & ~models.Q(reason=""))
                | (~models.Q(whom=NOBODY) & models.Q(reason="")),
                name="told_nobody_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.id
