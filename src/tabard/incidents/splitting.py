"""Splitting one record into several incidents, and putting them together again.

The first keeps what nobody moved; each part is an incident of its own with its words and place by reference,
known from the moment of the split on: known before, everything stood in the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from tabard.access.door import action, announce, record
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.incidents import actions, standing
from tabard.incidents.actions import keys_of
from tabard.incidents.decisions import Came, Why, decide, held
from tabard.incidents.entries import again
from tabard.incidents.models import Incident, Review, Revision
from tabard.incidents.references import allocate, prefix
from tabard.incidents.writer import Entry, Sheaf, Stamp
from tabard.rules import facts
from tabard.rules.ids import ulid
from tabard.rules.refusals import Refused


@dataclass(frozen=True)
class Part:
    """What becomes an incident of its own: positions of its groups of persons and of its things."""

    harm: frozenset[int] = frozenset()
    objects: frozenset[int] = frozenset()


def _about(*, incident: Incident, **_: object) -> tuple[str, ...]:
    return keys_of(incident)


@action(Permission.INCIDENT_REVIEW, about=_about)
def split(
    *, by: Account, incident: Incident, parts: Sequence[Part], why: Why, expected: int | None = None
) -> Review:
    """Each part becomes an incident of its own, linked as a part of this one, which keeps the rest."""
    told = held(incident, expected)
    if told.reason in standing.STANDING:
        raise Refused("already_so")
    entry = again(told)
    left = _left(entry.facts, parts)
    why = replace(why, act=why.act or ulid())
    rest = replace(entry, facts=left)
    made = actions.revise(by=by, incident=incident, entry=rest, reason="split", keeps=True)
    for new in _new(by, incident, told, [_only(entry, part) for part in parts], made.known_at):
        joined = actions.link(by=by, first=new, second=incident, kind="part_of")
        decide(by, new, "split_off", replace(why, note=""), held(new), Came(1, joined))
    return decide(by, incident, "split", why, told, Came(made.number))


def rejoin(account: Account, review: Review, why: Why) -> None:
    """The parts of a split no longer hold; refused where somebody has gone on with it or with one of them."""
    if _gone_on(review.incident, review.made or 0):
        raise Refused("undo_later_first")
    found = Review.objects.filter(act=review.act, kind="split_off", voids=None, voided_by=None)
    for part in found.filter(link__second=review.incident).select_related("incident", "link"):
        decided = Review.objects.filter(incident=part.incident, voids=None, voided_by=None)
        if _gone_on(part.incident, 1) or decided.exclude(pk=part.pk).exists():
            raise Refused("undo_later_first")
        told = held(part.incident)
        if part.link:
            actions.unlink(by=account, link=part.link)
        actions.void(by=account, incident=part.incident, number=1)
        decide(account, part.incident, "split_off", Why(why.reason, act=why.act), told, Came(voids=part))


def _gone_on(incident: Incident, number: int) -> bool:
    """Whether a revision after this one stands. An older one that was written again holds no longer than it did."""
    known = Revision.objects.values_list("known_at", flat=True).get(incident=incident, number=number)
    later = Revision.objects.filter(incident=incident, number__gt=number, known_at__gte=known, voided_by=None)
    return later.exclude(reason="void").exists()


def _left(told: facts.Incident, parts: Sequence[Part]) -> facts.Incident:
    """What stays; refused unless each thing goes to one part at most, each part gets some, and some stays."""
    if told.margins:
        raise Refused("split_by_numbers")
    harm = [place for part in parts for place in part.harm]
    things = [place for part in parts for place in part.objects]
    _once(harm, len(told.harm))
    _once(things, len(told.objects))
    everything = len(told.harm) + len(told.objects)
    if not parts or not all(part.harm or part.objects for part in parts) or len(harm + things) == everything:
        raise Refused("split_nothing")
    return replace(
        told,
        harm=tuple(each for place, each in enumerate(told.harm) if place not in harm),
        objects=tuple(each for place, each in enumerate(told.objects) if place not in things),
    )


def _once(places: Sequence[int], known: int) -> None:
    if len(set(places)) < len(places) or not set(places) <= set(range(known)):
        raise Refused("bad_value", field="parts")


def _only(entry: Entry, part: Part) -> Entry:
    """A part says when, where and how as the whole did; what sources counted, they counted of the whole."""
    told = entry.facts
    mine = replace(
        told,
        harm=tuple(told.harm[place] for place in sorted(part.harm)),
        objects=tuple(told.objects[place] for place in sorted(part.objects)),
    )
    return replace(entry, facts=mine, sources=tuple(replace(each, claims={}) for each in entry.sources))


def _new(
    account: Account, incident: Incident, told: Revision, entries: Sequence[Entry], known_at: datetime
) -> list[Incident]:
    now = datetime.now(UTC)
    references = allocate([prefix(told.country, (told.first_day or told.known_at).year)] * len(entries))
    sheaf = Sheaf()
    made = [_sibling(incident, reference, now) for reference in references]
    for new, entry in zip(made, entries, strict=True):
        sheaf.incident(new)
        sheaf.again(new.pk, Stamp(1, known_at, now, account.pk, "split"), told, entry)
    sheaf.write()
    standing.refresh([new.pk for new in made])
    for new in made:
        record("incidents:incident:report", f"incident:{new.pk}", split=incident.pk)
        announce("incident_reported", incident=new.pk)
    return made


def _sibling(incident: Incident, reference: str, now: datetime) -> Incident:
    return Incident(
        reference=reference,
        collection_id=incident.collection_id,
        owner=incident.owner,
        sensitivity=incident.sensitivity,
        made_at=now,
    )
