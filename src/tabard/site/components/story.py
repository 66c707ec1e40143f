"""One incident told in full: facts held, what each source said, what it counts as, how it came to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext

from tabard.access.models import Account
from tabard.incidents import local, queries
from tabard.incidents import words as restricted
from tabard.incidents.entries import claim_of
from tabard.incidents.models import Incident, Link, Revision
from tabard.people import words as own
from tabard.places.models import Position
from tabard.rules import facts
from tabard.rules.canonical import incident_from
from tabard.rules.schemes import project
from tabard.site.components import telling
from tabard.site.components.changes import Change, changes
from tabard.site.templatetags.words import vocabulary_language
from tabard.vocab.schemes import schemes


@dataclass(frozen=True)
class Step:
    """One revision, and what it changed of the one before."""

    revision: Revision
    by: str
    changes: list[Change]
    voided: bool


@dataclass(frozen=True)
class Statement:
    """What one source claims; `texts` is None where the reader may not read it, `erased` where nobody can."""

    claim: facts.SourceClaim
    known_at: Any
    texts: facts.Texts | None
    erased: bool
    differs: bool


@dataclass(frozen=True)
class Counted:
    """What some persons of the incident count as in one scheme, and why."""

    scheme: str
    version: str
    categories: tuple[tuple[str, int | None], ...]
    reasons: tuple[tuple[str, int | None], ...]


@dataclass(frozen=True)
class Story:
    """All of the page."""

    incident: Incident
    held: Revision
    told: facts.Incident
    may_read: bool
    place: facts.Position | None
    place_precision: str
    statements: list[Statement]
    counted: list[Counted]
    steps: list[Step]
    links: list[tuple[Link, Incident]]
    what: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


def story(incident: Incident, *, by: Account) -> Story:
    """The incident as the account may read it. Reading words and places is written to the audit trail."""
    revisions = queries.revisions(incident)
    held = next(one for one in revisions if one.pk == incident.current.revision_id)
    told = incident_from(held.facts)
    seen = restricted.read(incident, revisions, by=by)
    place = Position.objects.filter(pk=held.place).only("precision").first() if held.place else None
    return Story(
        incident=incident,
        held=held,
        told=told,
        may_read=seen is not None,
        place=seen.places.get(held.place) if seen else None,
        place_precision=place.precision if place else "",
        statements=_statements(revisions, told, seen),
        counted=[_counted(code, told) for code in schemes()],
        steps=_steps(revisions),
        links=_links(incident, by),
        what=telling.what(told),
        extra=_extra(told),
    )


def _extra(told: facts.Incident) -> dict[str, Any]:
    return {
        "stated": telling.stated(told) + _own_words(told),
        "unstated": telling.unstated(told),
        "harm": [(h, telling.outcomes(h), telling.people(h), telling.more(h)) for h in told.harm],
        "margins": [telling.margin_line(margin) for margin in told.margins],
        "objects": [telling.object_line(thing) for thing in told.objects],
        "held_now": telling.held_now(told),
    }


def _own_words(told: facts.Incident) -> list[telling.Said]:
    """What an organisation calls it, with the shipped word as which it counts."""
    named = own.named(local.ids(told), vocabulary_language())
    return [telling.Said(gettext("In words of one’s own"), text) for text in named]


def _statements(
    revisions: Sequence[Revision], told: facts.Incident, seen: restricted.Restricted | None
) -> list[Statement]:
    """Each source of each revision that stands, newest first; the same words are not repeated."""
    found: dict[tuple[str, str], Statement] = {}
    voided = {one.voids_id for one in revisions}
    adopted = {count.code: count.n for count in telling.tally(told)}
    for revision in revisions:
        for source in revision.sources.all() if revision.pk not in voided else ():
            texts = seen.words.get(source.words or revision.words) if seen else None
            claim = claim_of(source)
            erased = bool(seen and (source.words or revision.words) and texts is None)
            key = (source.claims, texts.details if texts else source.words or revision.words)
            found[key] = Statement(claim, revision.known_at, texts, erased, _differs(claim, adopted))
    return list(reversed(found.values()))


def _differs(claim: facts.SourceClaim, adopted: Mapping[str, int | None]) -> bool:
    """Whether the source counts some outcome otherwise than what is held to be so."""
    said = {code: n for code, n in claim.claims.items() if code in facts.OUTCOMES and n is not None}
    return any(n != (adopted.get(code) or 0) for code, n in said.items())


def _counted(code: str, told: facts.Incident) -> Counted:
    """Persons by category, and by the reason why none holds."""
    scheme = schemes()[code]
    categories: dict[str, int | None] = {}
    reasons: dict[str, int | None] = {}
    for harm in told.harm:
        projection = project(scheme, told, harm)
        if projection.categories:
            for category in projection.categories:
                categories[category] = _plus(categories.get(category, 0), harm.n)
        else:
            reasons[projection.because] = _plus(reasons.get(projection.because, 0), harm.n)
    return Counted(code, scheme.version, tuple(categories.items()), tuple(reasons.items()))


def _plus(first: int | None, second: int | None) -> int | None:
    return None if first is None or second is None else first + second


def _steps(revisions: Sequence[Revision]) -> list[Step]:
    """Newest first, each against the revision known before it."""
    names = dict(Account.objects.filter(pk__in={one.by for one in revisions}).values_list("pk", "name"))
    voided = {one.voids_id for one in revisions}
    steps: list[Step] = []
    before: facts.Incident | None = None
    for one in sorted(revisions, key=lambda each: (each.known_at, each.number)):
        now = incident_from(one.facts) if one.reason != "void" else None
        differs = changes(before, now) if before is not None and now is not None else []
        steps.append(Step(one, names.get(one.by, ""), differs, one.pk in voided))
        if now is not None and one.pk not in voided:
            before = now
    return steps[::-1]


def _links(incident: Incident, by: Account) -> list[tuple[Link, Incident]]:
    """Links that stand, to incidents that the reader may know of."""
    rows = Link.objects.filter(voids=None, voided_by=None).select_related("first", "second")
    near = [*rows.filter(first=incident), *rows.filter(second=incident)]
    others = [(row, row.second if row.first_id == incident.pk else row.first) for row in near]
    seen = set(
        queries.visible_to(by).filter(pk__in=[other.pk for _, other in others]).values_list("pk", flat=True)
    )
    return [(link, other) for link, other in others if other.pk in seen]
