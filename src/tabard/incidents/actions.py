"""Verbs of the register: report, revise, withdraw, count as another, void, link, erase.

Undo is a void, never a delete; nothing is merged away."""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q

from tabard.access import policy
from tabard.access.door import action, announce, record
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.incidents import standing
from tabard.incidents.entries import again
from tabard.incidents.local import coded
from tabard.incidents.models import Collection, Current, Incident, Link, Note, Revision, Words
from tabard.incidents.references import allocate, prefix
from tabard.incidents.writer import Entry, Sheaf, Stamp
from tabard.intake.queries import same_bytes
from tabard.places.models import Position
from tabard.rules import facts
from tabard.rules.ids import ulid
from tabard.rules.refusals import Refused
from tabard.vocab.words import is_word

BOTH = ("place", "words")  # what a revision may keep of the one before by reference


def keys_of(incident: Incident) -> tuple[str, ...]:
    """The opaque keys of an incident, for the policy."""
    current = getattr(incident, "current", None)
    country = current.country if current else ""
    found = [f"collection:{incident.collection_id}"]
    found += [f"org:{incident.owner}"] if incident.owner else []
    return (*found, f"country:{country}") if country else tuple(found)


def _of_new(*, collection: str, owner: str = "", entry: Entry, **_: Any) -> tuple[str, ...]:
    keys = (f"collection:{collection}", f"country:{entry.facts.country}")
    return (*keys, f"org:{owner}") if owner else keys


def _of_known(*, incident: Incident, **_: Any) -> tuple[str, ...]:
    return keys_of(incident)


@action(Permission.COLLECTION_CREATE)
def create_collection(*, by: Account, code: str, label: str, example: bool = False) -> Collection:
    """Open a collection: its incidents are counted only by tables that name it."""
    made, new = Collection.objects.get_or_create(code=code, defaults={"label": label, "is_example": example})
    if new:
        record("incidents:collection:create", made.scope_key)
    return made


@action(Permission.INCIDENT_REPORT, about=_of_new)
def report(
    *,
    by: Account,
    collection: str,
    entry: Entry,
    owner: str = "",
    sensitivity: str = "internal",
    source_key: str | None = None,
    known_at: datetime | None = None,
    id: str | None = None,
) -> Incident:
    """Enter an incident with its first revision. The same `id` again is the same report, and changes nothing."""
    entry = coded(entry, owner)
    if there := _there(by, id):
        return there
    now = datetime.now(UTC)
    day = entry.facts.first_day
    [reference] = allocate([prefix(entry.facts.country, (day or now).year)])
    if there := _there(by, id):  # who sent the same at the same moment was before us in the queue
        return there
    incident = Incident(
        id=id or ulid(),
        reference=reference,
        collection_id=collection,
        owner=owner,
        sensitivity=sensitivity,
        source_key=source_key,
        made_at=now,
    )
    sheaf = Sheaf()
    made = sheaf.begin(incident, Stamp(1, _known(known_at, now), now, by.pk, "new"), entry)
    sheaf.write()
    standing.begin([(made, entry.facts)])
    record("incidents:incident:report", f"incident:{incident.pk}")
    announce("incident_reported", incident=incident.pk)
    return incident


def _there(by: Account, id: str | None) -> Incident | None:
    """The incident that was reported under this id before; only to who may report into its scope."""
    found = Incident.objects.filter(pk=id).first() if id else None
    if found:
        policy.require(by, Permission.INCIDENT_REPORT, keys_of(found))
    return found


@action(Permission.INCIDENT_REVISE, about=_of_known)
def revise(
    *,
    by: Account,
    incident: Incident,
    entry: Entry,
    reason: str = "correction",
    known_at: datetime | None = None,
    expected: int | None = None,
    keeps: bool | Container[str] = False,
) -> Revision:
    """Add a revision. With `expected`, refused when somebody else revised meanwhile; with `keeps`, the words and
    the place stay those of the revision that holds, by reference; or one of them, where it is named."""
    entry = coded(entry, incident.owner)
    if not is_word("revision_reason", reason) or reason in ("void", "counted_as"):
        raise Refused("unknown_word", field="reason")
    told = _held(incident) if keeps else None
    kept = BOTH if isinstance(keeps, bool) else keeps
    return _add(
        by, incident, entry, reason=reason, known_at=known_at, expected=expected, repeats=told, keeps=kept
    )


@action(Permission.INCIDENT_REVISE, about=_of_known)
def withdraw(*, by: Account, incident: Incident, known_at: datetime | None = None) -> Revision:
    """Its source no longer holds it to be so: the facts stay readable, no table counts it from then on."""
    held = _held(incident)
    return _add(by, incident, again(held), reason="withdrawn", known_at=known_at, repeats=held)


@action(Permission.INCIDENT_REVISE, about=_of_known)
def count_as(
    *, by: Account, incident: Incident, another: Incident, known_at: datetime | None = None
) -> Revision:
    """A confirmed duplicate inside one collection: it leaves the counts, `another` counts and stays."""
    counts = Current.objects.filter(pk=another.pk, collection=incident.collection_id, standing="counted")
    if incident.pk == another.pk or not counts.exists():
        raise Refused("bad_value", field="another")
    held = _held(incident)
    return _add(
        by,
        incident,
        again(held),
        reason="counted_as",
        known_at=known_at,
        counted_as=another.pk,
        repeats=held,
    )


@action(Permission.INCIDENT_REVISE, about=_of_known)
def void(*, by: Account, incident: Incident, number: int) -> Revision:
    """Cancel one revision: from now on it never held; as recorded before now, it still does."""
    target = Revision.objects.filter(incident=incident, number=number, voided_by__isnull=True).first()
    if target is None or target.reason == "void":
        raise Refused("nothing_to_undo")
    nothing = Entry(facts.Incident())
    return _add(by, incident, nothing, reason="void", known_at=target.known_at, voids=target.pk)


@action(Permission.INCIDENT_REVISE, about=_of_known)
def reinstate(*, by: Account, incident: Incident, number: int) -> Revision:
    """Say again, as known then, what a cancelled revision said: the undo of a void."""
    told = Revision.objects.filter(incident=incident, number=number, voided_by__isnull=False).first()
    if told is None:
        raise Refused("nothing_to_undo")
    reason = told.reason if told.reason in standing.STANDING else "reinstated"
    return _add(
        by,
        incident,
        again(told),
        reason=reason,
        known_at=told.known_at,
        counted_as=told.counted_as_id,
        repeats=told,
    )


def _held(incident: Incident) -> Revision:
    held = next(standing.latest_of([incident.pk]), None)
    if held is None:
        raise Refused("not_found")
    return held


def _known(known_at: datetime | None, now: datetime) -> datetime:
    if known_at is not None and known_at > now:
        raise Refused("future_date", field="known_at")
    return known_at or now


def _add(
    by: Account,
    incident: Incident,
    entry: Entry,
    *,
    reason: str,
    known_at: datetime | None = None,
    expected: int | None = None,
    voids: str | None = None,
    counted_as: str | None = None,
    repeats: Revision | None = None,
    keeps: Container[str] = BOTH,
) -> Revision:
    """One more revision behind the last one of the incident's own chain.

    With `repeats` it says what that revision said, with the same words and place."""
    Incident.objects.select_for_update(no_key=True).get(pk=incident.pk)  # those who revise it queue here
    last = Revision.objects.filter(incident=incident).order_by("-number").first()
    number, previous = (last.number, last.digest) if last else (0, "")
    if expected is not None and expected != number:
        raise Refused("changed_meanwhile")
    now = datetime.now(UTC)
    stamp = Stamp(
        number + 1, _known(known_at, now), now, by.pk, reason, previous, voids=voids, counted_as=counted_as
    )
    sheaf = Sheaf()
    pk = incident.pk
    made = sheaf.again(pk, stamp, repeats, entry, keeps) if repeats else sheaf.revision(pk, stamp, entry)
    sheaf.write()
    standing.refresh([incident.pk])
    record("incidents:incident:revise", f"incident:{incident.pk}", reason=reason, number=number + 1)
    announce("incident_revised", incident=incident.pk)
    return made


@action(Permission.INCIDENT_LINK, about=lambda *, first, second, **_: {*keys_of(first)} & {*keys_of(second)})
def link(*, by: Account, first: Incident, second: Incident, kind: str) -> Link:
    """Say how two incidents belong together. Changes no count: see `count_as`."""
    if not is_word("link_kind", kind):
        raise Refused("unknown_word", field="kind")
    made = Link.objects.create(first=first, second=second, kind=kind, by=by.pk, decided_at=datetime.now(UTC))
    record("incidents:incident:link", f"incident:{first.pk}", other=second.pk, kind=kind)
    return made


@action(Permission.INCIDENT_LINK, about=lambda *, link, **_: keys_of(link.first))
def unlink(*, by: Account, link: Link) -> Link:
    """Take a link back by a second line; the first stays readable."""
    if link.voids_id or Link.objects.filter(voids=link).exists():
        raise Refused("nothing_to_undo")
    made = Link.objects.create(
        first=link.first,
        second=link.second,
        kind=link.kind,
        by=by.pk,
        decided_at=datetime.now(UTC),
        voids=link,
    )
    record("incidents:incident:unlink", f"incident:{link.first_id}", other=link.second_id)
    return made


@action(Permission.TEXT_ERASE)
def erase_words(*, by: Account, original: str, reason: str) -> Mapping[str, int]:
    """Erase the words and exact places taken from an original and from any other of the same bytes.

    Digests cover salted hashes only, so they stand."""
    twins = same_bytes(original)
    words = Words.objects.filter(original__in=twins)
    taken = Q(words__in=words.values("pk")) | Q(sources__original__in=twins)
    places = Revision.objects.filter(taken).exclude(place="").values("place")
    gone_places, _ = Position.objects.filter(pk__in=list(places.values_list("place", flat=True))).delete()
    _forget_notes(taken)
    gone_words, _ = words.delete()
    record(
        "incidents:text:erase", f"original:{original}", reason=reason, words=gone_words, places=gone_places
    )
    return {"words": gone_words, "places": gone_places}


def _forget_notes(taken: Q) -> None:
    """What the desk wrote beside its decisions on these incidents may repeat the words."""
    spoken_of = Revision.objects.filter(taken).values_list("incident_id", flat=True)
    Note.objects.filter(incident__in=set(spoken_of)).delete()
