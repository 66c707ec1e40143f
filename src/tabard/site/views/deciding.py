"""Decisions taken on the page of one incident: each form leads back to it, or on to what waits next."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.incidents import queries, queue, reviewing
from tabard.incidents.asking import answer
from tabard.incidents.decisions import Why
from tabard.incidents.models import Incident, Link, Review
from tabard.incidents.queue import Asked
from tabard.rules.refusals import Refused
from tabard.site.entrance import enter
from tabard.site.views.digits import ROW, whole
from tabard.site.views.incidents import page_of
from tabard.vocab.words import is_word

Fields = Mapping[str, str]


@require_POST
def decide(request: HttpRequest, reference: str) -> HttpResponse:
    """One decision. A refused one comes back with the reason beside its form, and nothing typed is lost."""
    user = enter(request, Permission.INCIDENT_REVIEW)
    incident = queries.find(user, reference.upper())
    kind = request.POST.get("decision", "")
    row = incident.current
    try:
        _take(user, incident, kind, request.POST)
    except Refused as refusal:
        return page_of(request, user, incident, do=kind, refusal=refusal)
    following = queue.following(user, row, Asked(row.review)) if request.POST.get("onward") else None
    if following is not None:
        return redirect("incident", following.reference)
    return redirect("incident", incident.reference) if _there(user, incident) else redirect("review")


@require_POST
def answered(request: HttpRequest, reference: str) -> HttpResponse:
    """The answer of whoever reported it."""
    user = enter(request, Permission.INCIDENT_REPORT)
    incident = queries.find(user, reference.upper())
    answer(by=user, incident=incident, text=request.POST.get("note", ""))
    return redirect("incident", incident.reference)


def _there(user: Account, incident: Incident) -> bool:
    return queries.visible_to(user).filter(pk=incident.pk).exists()


def _take(by: Account, incident: Incident, kind: str, sent: Fields) -> None:
    verb = VERBS.get(kind)
    if verb is None:
        raise Refused("unknown_word", field="decision")
    verb(by, incident, Why(sent.get("reason", ""), sent.get("note", "")), sent)


def _expected(sent: Fields) -> int | None:
    return whole(sent["expected"], "expected", ROW) if sent.get("expected") else None


def _plain(verb: Callable[..., Review]) -> Callable[[Account, Incident, Why, Fields], object]:
    def take(by: Account, incident: Incident, why: Why, sent: Fields) -> object:
        return verb(by=by, incident=incident, why=why, expected=_expected(sent))

    return take


def _verify(by: Account, incident: Incident, why: Why, sent: Fields) -> object:
    certainty = sent.get("certainty") or None
    if certainty and not is_word("certainty", certainty):
        raise Refused("unknown_word", field="certainty")
    return reviewing.verify(by=by, incident=incident, why=why, certainty=certainty, expected=_expected(sent))


def _another(by: Account, sent: Fields) -> Incident:
    """The other incident by its reference; hidden and absent look the same."""
    wanted = sent.get("another", "").strip().upper()
    try:
        return queries.find(by, wanted)
    except Refused:
        raise Refused("bad_value", field="another") from None


def _link(by: Account, incident: Incident, why: Why, sent: Fields) -> object:
    return reviewing.link(
        by=by, incident=incident, another=_another(by, sent), kind=sent.get("kind", ""), why=why
    )


def _count_as(by: Account, incident: Incident, why: Why, sent: Fields) -> object:
    return reviewing.count_as(
        by=by, incident=incident, another=_another(by, sent), why=why, expected=_expected(sent)
    )


def _unlink(by: Account, incident: Incident, why: Why, sent: Fields) -> object:
    found = Link.objects.filter(pk=sent.get("link", "")).select_related("first", "second").first()
    if found is None:
        raise Refused("not_found")
    return reviewing.unlink(by=by, incident=incident, link=found, why=why)


def _void(by: Account, incident: Incident, why: Why, sent: Fields) -> object:
    number = whole(sent.get("number", ""), "number", ROW)
    return reviewing.void(by=by, incident=incident, number=number, why=why)


def _undo(by: Account, incident: Incident, why: Why, sent: Fields) -> object:
    found = Review.objects.filter(incident=incident, pk=sent.get("review", "")).first()
    if found is None:
        raise Refused("not_found")
    return reviewing.undo(by=by, review=found, why=why)


VERBS: Mapping[str, Callable[[Account, Incident, Why, Fields], object]] = {
    "verified": _verify,
    "coded": _plain(reviewing.code),
    "held": _plain(reviewing.hold),
    "asked_back": _plain(reviewing.ask_back),
    "released": _plain(reviewing.release),
    "withdrawn": _plain(reviewing.withdraw),
    "counted_as": _count_as,
    "linked": _link,
    "unlinked": _unlink,
    "voided": _void,
    "undone": _undo,
}
