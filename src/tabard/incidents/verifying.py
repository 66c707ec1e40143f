"""Whether what is stored twice says the same: a revision's columns and rows repeat its canonical facts.

Counting reads the columns and rows; the digest covers the facts. Together nothing changes unseen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.db import models

from tabard.incidents.entries import claim_of
from tabard.incidents.models import Revision
from tabard.incidents.writer import COPIED, claims_digest, digest_of, flag, rows_of
from tabard.rules.canonical import digest, incident_from

PARTS = ("harm", "margins", "objects_harmed", "tags")
SAID = "sources"


def broken(incidents: Sequence[str]) -> Iterator[str]:
    """Of these incidents, those whose revisions have a gap, a wrong digest, or rows that say something else."""
    chains: dict[str, list[Revision]] = {pk: [] for pk in incidents}
    rows = Revision.objects.filter(incident_id__in=incidents).order_by("incident_id", "number")
    for row in rows.prefetch_related(*PARTS, SAID):
        chains[row.incident_id].append(row)
    yield from (pk for pk, chain in chains.items() if not chained(chain) or not all(map(faithful, chain)))


def chained(chain: Sequence[Revision]) -> bool:
    """Whether one incident's revisions follow each other and match their digests."""
    previous = ""
    for number, row in enumerate(chain, start=1):
        if row.number != number or row.previous != previous or row.digest != digest_of(row):
            return False
        previous = row.digest
    return bool(chain)


def faithful(revision: Revision) -> bool:
    """Whether a revision's columns and rows say what its facts say."""
    told = incident_from(revision.facts)
    copied = all(getattr(revision, name) == getattr(told, name) for name in COPIED)
    flagged = revision.near_miss == flag(told.near_miss)
    sealed = revision.facts_digest == digest(revision.facts)
    claims = (claim_of(row) for row in sorted(revision.sources.all(), key=lambda row: row.position))
    sealed = sealed and revision.claims_digest == claims_digest(claims)
    stored = (row for part in PARTS for row in getattr(revision, part).all())
    said = (model(revision_id=revision.pk, **row) for model, row in rows_of(told))
    return copied and flagged and sealed and _plain(stored) == _plain(said)


def _plain(rows: Iterable[models.Model]) -> list[str]:
    """Rows as text, without the numbers that the database gives them."""
    return sorted(repr((type(row).__name__, *_values(row))) for row in rows)


def _values(row: models.Model) -> list[object]:
    return [getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key]
