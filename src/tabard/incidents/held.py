"""Reports that could not be coded and wait for a person: put right and taken in, or turned away with a reason."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db.models import Q, QuerySet

from tabard.access import policy, trail
from tabard.access.door import action, record
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.access.policy import Actor
from tabard.formats import report as form
from tabard.incidents import actions
from tabard.incidents.decisions import reasons
from tabard.incidents.local import coded
from tabard.incidents.models import Incident, Revision, Words
from tabard.incidents.writer import Entry
from tabard.intake.models import OriginalBody, Taken
from tabard.rules.refusals import Refused


def visible_to(actor: Actor) -> QuerySet[Taken]:
    """The reports held, and those turned away, within the scopes of who reviews; by collection or owner."""
    return _within(actor).filter(state__in=["held", "rejected"])


def taken_up(actor: Actor, turn: int) -> Taken | None:
    """A report that was held and has become an incident since; what was coded at once is not found here."""
    found = _within(actor).filter(pk=turn, state="accepted").first()
    return found if found and _was_held(found) else None


def behind(incident: Incident) -> Taken | None:
    """The report that the incident was made of, where one was sent and somebody at the desk put it right."""
    first = Revision.objects.filter(incident=incident, number=1)
    told_in = {*first.values_list("sources__original", flat=True)}
    told_in |= {*Words.objects.filter(pk__in=first.values("words")).values_list("original", flat=True)}
    rows = Taken.objects.filter(original__in=told_in - {"", None}, incident=incident.pk, state="accepted")
    return next(filter(_was_held, rows), None)


def _was_held(taken: Taken) -> bool:
    """Whatever was coded at once, or came again, has nothing to put right."""
    return any(note["code"] != "report_repeated" for note in taken.notes)


def _within(actor: Actor) -> QuerySet[Taken]:
    scopes = [grant.scope for grant in policy.holding(actor, Permission.INCIDENT_REVIEW)]
    rows = Taken.objects.all()
    if policy.EVERYTHING in scopes:
        return rows
    named = [scope.partition(":") for scope in scopes]
    owners = [key for kind, _, key in named if kind == "org" and key]
    collections = [key for kind, _, key in named if kind == "collection" and key]
    return rows.filter(Q(owner__in=owners) | Q(collection__in=collections))


def keys_of(taken: Taken) -> tuple[str, ...]:
    """The opaque keys of a report that nobody could code: where its sender wanted it."""
    keys = [f"collection:{taken.collection}"] if taken.collection else []
    return (*keys, f"org:{taken.owner}") if taken.owner else tuple(keys)


def verbatim(taken: Taken, *, by: Account) -> str:
    """What was sent, word for word; the read is written to the audit trail."""
    data = body(taken, by=by)
    trail.has_read(by=by, verb="intake:original:read", subject=f"original:{taken.original}", fields=["body"])
    return data.decode("utf-8", "replace").replace("\0", "\ufffd")


def body(taken: Taken, *, by: Account) -> bytes:
    """The bytes that were sent, for what is made of them; who shows them to anybody asks for them `verbatim`."""
    policy.require(by, Permission.ORIGINAL_READ, keys_of(taken))
    kept = OriginalBody.objects.filter(pk=taken.original).first()
    if kept is None:
        raise Refused("erased")
    return bytes(kept.body)


def _about(*, taken: Taken, **_: object) -> tuple[str, ...]:
    return keys_of(taken)


@action(Permission.INCIDENT_REVIEW, about=_about)
def take_up(*, by: Account, taken: Taken, data: bytes) -> Incident:
    """Take a held report in as somebody has put it right; what was sent stays as it came, and whose it was.

    Refused where an incident has its id: what was put right would be lost."""
    _is(taken, "held")
    told = form.read(data)
    if told.id and Incident.objects.filter(pk=told.id).exists():
        raise Refused("sent_already", field="id")
    for name in ("collection", "owner"):
        if getattr(taken, name) not in ("", getattr(told, name)):
            raise Refused("bad_value", field=name)
    plain = told.told()
    entry = Entry(plain.facts, plain.position, plain.texts, plain.sources, taken.original)
    incident = actions.report(
        by=by,
        collection=told.collection,
        entry=coded(entry, told.owner),
        owner=told.owner,
        sensitivity=told.sensitivity,
        known_at=told.known_at or taken.received_at,
        id=told.id,
    )
    _becomes(taken, "accepted", incident=incident.pk)
    record("intake:report:take-up", f"original:{taken.original}", incident=incident.pk, sender=taken.by)
    return incident


@action(Permission.INCIDENT_REVIEW, about=_about)
def reject(*, by: Account, taken: Taken, reason: str) -> None:
    """Turn a held report away; what was sent is kept, and its sender sees that it was looked at."""
    _is(taken, "held")
    if reason not in reasons("withdrawn"):
        raise Refused("unknown_word", field="reason")
    _becomes(taken, "rejected")
    record("intake:report:reject", f"original:{taken.original}", reason=reason)


@action(Permission.INCIDENT_REVIEW, about=_about)
def put_back(*, by: Account, taken: Taken) -> None:
    """The undo of turning away: it waits for a person again."""
    _is(taken, "rejected")
    _becomes(taken, "held")
    record("intake:report:put-back", f"original:{taken.original}")


def _is(taken: Taken, state: str) -> None:
    """As it is now, whoever looked at it before; others wait until the act is done."""
    now = Taken.objects.select_for_update().get(pk=taken.pk)
    if now.state != state:
        raise Refused("changed_meanwhile")


def _becomes(taken: Taken, state: str, *, incident: str = "") -> None:
    Taken.objects.filter(pk=taken.pk).update(state=state, incident=incident, at=datetime.now(UTC))
    taken.refresh_from_db()
