"""Needs and actions: ask for help, take it on, say that it is done or given up, take that back.

The words beside a need are read by who may read the incident's words, by who wrote them, and by who sees to it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from tabard.access import policy, trail
from tabard.access.door import action, announce, record
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.access.policy import Actor
from tabard.access.roles import cleared
from tabard.desk.models.needs import OPEN, Need, NeedText
from tabard.incidents.actions import keys_of
from tabard.incidents.models import Current, Incident
from tabard.incidents.queries import scoped, seen_by
from tabard.rules.canonical import salted
from tabard.rules.ids import ulid
from tabard.rules.refusals import Refused
from tabard.vocab.words import is_word

PAGE = 100
MOST_TEXT = 2_000


def _of_need(*, need: Need, **_: Any) -> tuple[str, ...]:
    incident = Incident.objects.select_related("current").filter(pk=need.incident).first()
    return keys_of(incident) if incident else ()


@action(Permission.NEED_KEEP, about=lambda *, incident, **_: keys_of(incident))
def ask(
    *,
    by: Account,
    incident: Incident,
    kind: str,
    text: str = "",
    owner: str = "",
    unit: str = "",
    due_at: datetime | None = None,
    done: bool = False,
) -> Need:
    """Write down a need, or an action that is owed; with `done`, one that was taken already."""
    _check(kind, text, unit)
    _check_owner(owner, unit, incident)
    now = datetime.now(UTC)
    words, written = _words(text)
    closed = {"state": "done", "closed_by": by.pk, "closed_at": now} if done else {}
    need = Need.objects.create(
        incident=incident.pk,
        kind=kind,
        text=words,
        owner=owner,
        unit=unit,
        due_at=due_at,
        made_by=by.pk,
        made_at=now,
        **closed,
    )
    more = {"due": _moment(due_at), "owner": owner, "unit": unit, "state": need.state, "text": written}
    record("desk:need:ask", f"incident:{incident.pk}", need=need.pk, kind=kind, **more)
    announce("need_changed", incident=incident.pk)
    return need


@action(Permission.NEED_KEEP, about=_of_need)
def assign(
    *,
    by: Account,
    need: Need,
    owner: str = "",
    unit: str = "",
    due_at: datetime | None = None,
    expected: int | None = None,
) -> Need:
    """Say who sees to it, and by when."""
    _check(need.kind, "", unit)
    _check_owner(owner, unit, Incident.objects.select_related("current").get(pk=need.incident))
    held = _held(need, expected, open_=True)
    held.owner, held.unit, held.due_at = owner, unit, due_at
    return _kept(held, "assign", owner=owner, unit=unit, due=_moment(due_at))


@action(Permission.NEED_KEEP, about=_of_need)
def finish(*, by: Account, need: Need, expected: int | None = None) -> Need:
    """It was done."""
    held = _held(need, expected, open_=True)
    held.state, held.closed_by, held.closed_at = "done", by.pk, datetime.now(UTC)
    return _kept(held, "finish")


@action(Permission.NEED_KEEP, about=_of_need)
def drop(*, by: Account, need: Need, reason: str, expected: int | None = None) -> Need:
    """It is given up, with the reason."""
    if not is_word("need_reason", reason):
        raise Refused("unknown_word", field="reason")
    held = _held(need, expected, open_=True)
    held.state, held.reason, held.closed_by, held.closed_at = "dropped", reason, by.pk, datetime.now(UTC)
    return _kept(held, "drop", reason=reason)


@action(Permission.NEED_KEEP, about=_of_need)
def reopen(*, by: Account, need: Need, expected: int | None = None) -> Need:
    """Take back that it was done or given up."""
    held = _held(need, expected, open_=False)
    held.state, held.reason, held.closed_by, held.closed_at = OPEN, "", "", None
    return _kept(held, "reopen")


@action(Permission.TEXT_ERASE, about=_of_need)
def erase_text(*, by: Account, need: Need, reason: str) -> int:
    """Erase for good what was written beside a need."""
    gone, _ = NeedText.objects.filter(pk=need.text).delete()
    record("desk:need:erase", f"incident:{need.incident}", need=need.pk, reason=reason, texts=gone)
    return gone


def visible_to(actor: Actor) -> QuerySet[Need]:
    """The needs of the incidents that the actor sees; looked up one by one, since few needs are open at a time."""
    return Need.objects.filter(Exists(Current.objects.filter(seen_by(actor), pk=OuterRef("incident"))))


def open_for(actor: Actor, *, mine: bool = False, after: Need | None = None) -> list[Need]:
    """Open needs, the most pressing first, those without a time last; `mine` are those the actor sees to."""
    rows = visible_to(actor).filter(closed_at=None)
    if mine:
        rows = rows.filter(owner=getattr(actor, "pk", None) or "-")
    if after is not None:
        rows = rows.filter(_beyond(after))
    return list(rows.order_by(F("due_at").asc(nulls_last=True), "pk")[:PAGE])


def overdue(actor: Actor, now: datetime) -> int:
    """How many of them ran out of time."""
    return visible_to(actor).filter(closed_at=None, due_at__lt=now).count()


def of(incident: Incident) -> list[Need]:
    """All needs of an incident that was found visible: the open ones by time, then what was closed, newest first."""
    rows = Need.objects.filter(incident=incident.pk)
    still = rows.filter(closed_at=None).order_by(F("due_at").asc(nulls_last=True), "pk")
    return [*still, *rows.exclude(closed_at=None).order_by("-closed_at", "-pk")]


def find(actor: Actor, pk: str) -> Need:
    """One need. Hidden and absent look the same."""
    found = visible_to(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def texts(needs: Sequence[Need], *, by: Account) -> Mapping[str, str]:
    """What was written beside these needs, by need; only what the account may read, with one audit line."""
    open_to = _incidents_read(by, {need.incident for need in needs})
    wanted = {
        n.text: n.pk for n in needs if n.text and (n.incident in open_to or by.pk in (n.owner, n.made_by))
    }
    if not wanted:
        return {}
    incidents = {need.incident for need in needs if need.pk in wanted.values()}
    subject = f"incident:{incidents.pop()}" if len(incidents) == 1 else "incidents:some"
    trail.has_read(by=by, verb="desk:need:read", subject=subject, fields=("text",), rows=len(wanted))
    return {wanted[row.pk]: row.text for row in NeedText.objects.filter(pk__in=wanted)}


def _incidents_read(by: Account, incidents: Iterable[str]) -> set[str]:
    found = Current.objects.filter(scoped(by, Permission.RESTRICTED_READ), pk__in=list(incidents))
    return set(found.values_list("pk", flat=True))


def _beyond(after: Need) -> Q:
    if after.due_at is None:
        return Q(due_at__isnull=True, pk__gt=after.pk)
    return Q(due_at__gt=after.due_at) | Q(due_at=after.due_at, pk__gt=after.pk) | Q(due_at__isnull=True)


def _check(kind: str, text: str, unit: str) -> None:
    if not is_word("need_kind", kind):
        raise Refused("unknown_word", field="kind")
    if unit and not is_word("need_unit", unit):
        raise Refused("unknown_word", field="unit")
    if len(text) > MOST_TEXT or "\0" in text:
        raise Refused("bad_value", field="text")


def _check_owner(owner: str, unit: str, incident: Incident) -> None:
    """Whoever sees to it must be one who keeps needs of this incident: others would never find it.

    So accounts elsewhere are refused as those that do not exist, after the same statements."""
    if not owner:
        return
    account = Account.objects.filter(pk=owner, is_active=True).first() or Account(pk=owner)
    keys, level = keys_of(incident), incident.sensitivity
    held = policy.holding(account, Permission.NEED_KEEP)
    if unit or not any(grant.covers(keys) and level in cleared(grant.role.clearance) for grant in held):
        raise Refused("bad_value", field="owner")


def _words(text: str) -> tuple[str, str]:
    """The id of the words' own row, and their salted hash for the audit line."""
    if not text.strip():
        return "", ""
    salt = secrets.token_hex(16)
    row = NeedText.objects.create(id=ulid(), salt=salt, text=text.strip())
    return row.pk, salted(salt, row.text)


def _held(need: Need, expected: int | None, *, open_: bool) -> Need:
    """The need as it stands, locked; refused where somebody was quicker."""
    held = Need.objects.select_for_update().get(pk=need.pk)
    if (held.state == OPEN) is not open_ or (expected is not None and expected != held.version):
        raise Refused("changed_meanwhile")
    return held


def _kept(need: Need, what: str, **detail: str) -> Need:
    need.version += 1
    need.save(force_update=True)
    record(f"desk:need:{what}", f"incident:{need.incident}", need=need.pk, version=need.version, **detail)
    announce("need_changed", incident=need.incident)
    return need


def _moment(at: datetime | None) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ") if at else ""
