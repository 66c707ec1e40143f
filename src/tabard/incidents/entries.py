"""Reading a revision back into the plain values it was written from."""

from __future__ import annotations

import json

from tabard.formats.report import Told
from tabard.incidents.models import Revision, Source, Words
from tabard.incidents.writer import Entry
from tabard.places.models import Position
from tabard.rules import facts
from tabard.rules.canonical import incident_from


def entry_of(revision: Revision) -> Entry:
    """What the revision says, with its place and words where they have not been erased."""
    words = Words.objects.filter(pk=revision.words).first() if revision.words else None
    place = Position.objects.filter(pk=revision.place).first() if revision.place else None
    return Entry(
        facts=incident_from(revision.facts),
        position=position_of(place) if place else None,
        texts=texts_of(words) if words else facts.Texts(),
        sources=tuple(claim_of(source) for source in revision.sources.order_by("position")),
        original=words.original if words else "",
    )


def entry_from(told: Told, original: str = "") -> Entry:
    """What a report says, as what a revision takes; `original` is the intake's id of its bytes."""
    return Entry(told.facts, told.position, told.texts, told.sources, original)


def told_of(entry: Entry) -> Told:
    """What a revision says, as what a report can say."""
    return Told(entry.facts, entry.position, entry.texts, entry.sources)


def again(told: Revision) -> Entry:
    """What a stored revision said, for writing it once more; words and places are kept by reference."""
    full = entry_of(told)
    return Entry(facts=full.facts, sources=full.sources, original=full.original)


def position_of(place: Position) -> facts.Position:
    """The plain value of a place."""
    return facts.Position(place.lat, place.lon, place.precision, place.admin1, place.admin2, place.locality)


def texts_of(words: Words) -> facts.Texts:
    """The plain value of words."""
    return facts.Texts(words.details, words.actor_name, words.language)


def claim_of(source: Source) -> facts.SourceClaim:
    """The plain value of what a source claims."""
    return facts.SourceClaim(
        kind=source.kind,
        reliability=source.reliability,
        credibility=source.credibility,
        certainty=source.certainty,
        tlp=source.tlp,
        consent=None if source.consent is None else bool(source.consent),
        claims=json.loads(source.claims),
    )
