"""Whether what is stored still says what its digests say: chains without a gap, columns and rows equal to the facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Model

from tabard.incidents.models import Harm, Margin, ObjectHarm, Revision, Tag
from tabard.incidents.writer import COPIED, digest_of, flag, rows_of
from tabard.rules.canonical import digest, incident_from

ROWS: tuple[type[Model], ...] = (Harm, Margin, ObjectHarm, Tag)


def broken(incidents: Sequence[str]) -> list[str]:
    """Of these incidents, those whose revisions do not follow each other or do not say what they should."""
    chains: dict[str, list[Revision]] = {incident: [] for incident in incidents}
    for row in Revision.objects.filter(incident_id__in=incidents).order_by("incident_id", "number"):
        chains[row.incident_id].append(row)
    stored = _stored([row.pk for rows in chains.values() for row in rows])
    return [
        pk for pk, rows in chains.items() if not (chained(rows) and all(says(row, stored) for row in rows))
    ]


def chained(rows: Sequence[Revision]) -> bool:
    """Whether one incident's revisions are numbered and chained without a gap, and there is one at least."""
    previous = ""
    for number, row in enumerate(rows, start=1):
        if row.number != number or row.previous != previous or row.digest != digest_of(row):
            return False
        previous = row.digest
    return bool(rows)


def says(revision: Revision, stored: dict[str, set[tuple[Any, ...]]]) -> bool:
    """Whether a revision's columns and rows repeat its canonical facts, no more and no less."""
    told = incident_from(revision.facts)
    columns = all(getattr(revision, name) == getattr(told, name) for name in COPIED)
    flags = revision.near_miss == flag(told.near_miss) and revision.facts_digest == digest(revision.facts)
    return columns and flags and _contents(rows_of(revision, told)) == stored.get(revision.pk, set())


def _stored(revisions: Sequence[str]) -> dict[str, set[tuple[Any, ...]]]:
    found: dict[str, set[tuple[Any, ...]]] = {}
    for model in ROWS:
        for row in model._default_manager.filter(revision_id__in=revisions):
            found.setdefault(row.revision_id, set()).add(_content(row))  # type: ignore[attr-defined]
    return found


def _contents(rows: Iterable[Model]) -> set[tuple[Any, ...]]:
    return {_content(row) for row in rows}


def _content(row: Model) -> tuple[Any, ...]:
    names = [field.attname for field in row._meta.concrete_fields if not field.primary_key]
    return (row._meta.model_name, *(getattr(row, name) for name in names))
