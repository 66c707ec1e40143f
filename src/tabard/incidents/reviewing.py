"""The desk's decisions about an incident: each with its reason, each undone by a second row that voids it.

What a decision changes is a revision, a link or a new incident like any other; undoing it voids those."""

from __future__ import annotations

from dataclasses import replace

from django.db.models import QuerySet

from tabard.access.door import action
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.incidents import actions, standing
from tabard.incidents.actions import keys_of
from tabard.incidents.decisions import Came, Why, decide, held, last, state
from tabard.incidents.entries import again
from tabard.incidents.models import Incident, Link, Review, Revision
from tabard.incidents.splitting import rejoin
from tabard.rules.refusals import Refused


def _about(*, incident: Incident, **_: object) -> tuple[str, ...]:
    return keys_of(incident)


def _about_review(*, review: Review, **_: object) -> tuple[str, ...]:
    return keys_of(review.incident)


@action(Permission.INCIDENT_REVIEW, about=_about)
def verify(
    *, by: Account, incident: Incident, why: Why, certainty: str | None = None, expected: int | None = None
) -> Review:
    """Stand by what the incident says. With another `certainty`, a late verification says so in the facts."""
    told = held(incident, expected)
    entry, made = again(told), None
    if certainty and certainty != entry.facts.certainty:
        better = replace(entry, facts=replace(entry.facts, certainty=certainty))
        made = actions.revise(
            by=by, incident=incident, entry=better, reason="late_verification", keeps=True
        ).number
    elif state(incident) == "verified":
        raise Refused("already_so")
    return decide(by, incident, "verified", why, told, Came(made))


@action(Permission.INCIDENT_REVIEW, about=_about)
def code(*, by: Account, incident: Incident, why: Why, expected: int | None = None) -> Review:
    """Say that the facts are coded: another person verifies them."""
    told = held(incident, expected)
    if state(incident) in ("coded", "verified"):
        raise Refused("already_so")
    return decide(by, incident, "coded", why, told)


@action(Permission.INCIDENT_REVIEW, about=_about)
def hold(*, by: Account, incident: Incident, why: Why, expected: int | None = None) -> Review:
    """Keep it back until something is settled. It stays in the counts: its facts are what is known."""
    told = held(incident, expected)
    if state(incident) == "held":
        raise Refused("already_so")
    return decide(by, incident, "held", why, told)


@action(Permission.INCIDENT_REVIEW, about=_about)
def ask_back(*, by: Account, incident: Incident, why: Why, expected: int | None = None) -> Review:
    """Ask whoever reported it. The note is the question; the reporter reads it with the receipt."""
    if not why.note.strip():
        raise Refused("missing_field", field="note")
    return decide(by, incident, "asked_back", why, held(incident, expected))


@action(Permission.INCIDENT_REVIEW, about=_about)
def release(*, by: Account, incident: Incident, why: Why, expected: int | None = None) -> Review:
    """What it was held or asked for is settled: it joins the queue again."""
    told = held(incident, expected)
    if state(incident) not in ("held", "asked"):
        raise Refused("already_so")
    return decide(by, incident, "released", why, told)


@action(Permission.INCIDENT_REVIEW, about=_about)
def withdraw(*, by: Account, incident: Incident, why: Why, expected: int | None = None) -> Review:
    """It is no longer held to be so: no table counts it."""
    told = held(incident, expected)
    if told.reason in standing.STANDING:
        raise Refused("already_so")
    made = actions.withdraw(by=by, incident=incident)
    return decide(by, incident, "withdrawn", why, told, Came(made.number))


@action(Permission.INCIDENT_REVIEW, about=_about)
def count_as(
    *, by: Account, incident: Incident, another: Incident, why: Why, expected: int | None = None
) -> Review:
    """A confirmed duplicate: `another` counts, this one no longer does."""
    told = held(incident, expected)
    made = actions.count_as(by=by, incident=incident, another=another)
    return decide(by, incident, "counted_as", why, told, Came(made.number))


@action(Permission.INCIDENT_REVIEW, about=_about)
def link(*, by: Account, incident: Incident, another: Incident, kind: str, why: Why) -> Review:
    """Say how two incidents belong together; changes no count."""
    told = held(incident)
    if incident.pk == another.pk:
        raise Refused("bad_value", field="another")
    if links_of(incident).filter(kind=kind, second=another).exists():
        raise Refused("already_so")
    made = actions.link(by=by, first=incident, second=another, kind=kind)
    return decide(by, incident, "linked", why, told, Came(link=made))


@action(Permission.INCIDENT_REVIEW, about=_about)
def unlink(*, by: Account, incident: Incident, link: Link, why: Why) -> Review:
    """Take a link back, whoever decided it."""
    if incident.pk not in (link.first_id, link.second_id):
        raise Refused("not_found")
    told = held(incident)
    actions.unlink(by=by, link=link)
    return decide(by, incident, "unlinked", why, told, Came(link=link))


@action(Permission.INCIDENT_REVIEW, about=_about)
def void(*, by: Account, incident: Incident, number: int, why: Why) -> Review:
    """Cancel a revision; never the only one that stands, and never what came of a decision that stands."""
    told = held(incident)
    others = Revision.objects.filter(incident=incident, voided_by=None).exclude(reason="void")
    if not others.exclude(number=number).exists():
        raise Refused("only_revision")
    if decisions_of(incident).filter(made=number).exclude(kind="voided").exists():
        raise Refused("undo_the_decision")
    actions.void(by=by, incident=incident, number=number)
    return decide(by, incident, "voided", why, told, Came(number))


@action(Permission.INCIDENT_REVIEW, about=_about_review)
def undo(*, by: Account, review: Review, why: Why) -> Review:
    """Take a decision back with all that came of it."""
    if review.voids_id or Review.objects.filter(voids=review).exists() or review.kind == "split_off":
        raise Refused("nothing_to_undo")
    incident = review.incident
    held(incident)
    if review.kind == "split":
        rejoin(by, review, why)
    _take_back(by, incident, review)
    return decide(by, incident, review.kind, why, last(incident), Came(voids=review))


def links_of(incident: Incident) -> QuerySet[Link]:
    """Links from this incident to others that nobody took back."""
    return Link.objects.filter(first=incident, voids=None, voided_by=None)


def decisions_of(incident: Incident) -> QuerySet[Review]:
    """Decisions that nobody took back."""
    return Review.objects.filter(incident=incident, voids=None, voided_by=None)


def _take_back(by: Account, incident: Incident, review: Review) -> None:
    """The revision or the link that came of a decision goes with it."""
    if review.kind == "voided":
        actions.reinstate(by=by, incident=incident, number=review.made or 0)
    elif review.made is not None:
        actions.void(by=by, incident=incident, number=review.made)
    if review.link and review.kind == "linked":
        actions.unlink(by=by, link=_same(review.link))
    elif review.link and review.kind == "unlinked":
        old = review.link
        actions.link(by=by, first=old.first, second=old.second, kind=old.kind)


def _same(link: Link) -> Link:
    """The link, or the one that was made anew when it had been taken back and that was undone."""
    alike = links_of(link.first).filter(second=link.second, kind=link.kind)
    return alike.first() or link
