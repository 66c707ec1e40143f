"""Who told it on the phone: kept erasable and salted beside the incident; read only by whoever may read its words."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tabard.access import trail
from tabard.access.door import action, record
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.desk.form.typed import Typed, one
from tabard.desk.models import Caller
from tabard.incidents.actions import keys_of
from tabard.incidents.models import Incident
from tabard.incidents.words import may_read
from tabard.rules.canonical import salted
from tabard.rules.ids import ulid
from tabard.rules.refusals import Refused

FIELDS = ("name", "number", "language", "safe_when")
LIMITS = {"name": 200, "number": 60, "language": 60, "safe_when": 200}


@dataclass(frozen=True)
class OnThePhone:
    """What the form says of the person on the phone."""

    name: str = ""
    number: str = ""
    language: str = ""
    safe_when: str = ""
    consent: bool | None = None
    call_back_by: datetime | None = None


def on_the_phone(form: Typed) -> OnThePhone | None:
    """The caller of a form, if it names one. Times are UTC, as on every page."""
    texts = {name: one(form, f"caller.{name}")[: LIMITS[name]] for name in FIELDS}
    consent = {"1": True, "0": False}.get(one(form, "caller.consent"))
    due = call_back_by(form)
    said = OnThePhone(**texts, consent=consent, call_back_by=due)
    return said if said != OnThePhone() else None


def call_back_by(form: Typed) -> datetime | None:
    """When to call back; refused where it is no moment."""
    text = one(form, "caller.call_back_by")
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
    except ValueError:
        raise Refused("bad_moment", field="caller.call_back_by") from None


def _of_incident(*, incident: Incident, **_: Any) -> tuple[str, ...]:
    return keys_of(incident)


@action(Permission.INCIDENT_REPORT, about=_of_incident)
def keep_caller(*, by: Account, incident: Incident, said: OnThePhone) -> Caller:
    """Keep who told it. The audit line carries the salted hash, so that a later change would show."""
    texts = {name: getattr(said, name) for name in FIELDS}
    salt = secrets.token_hex(16)
    kept = Caller.objects.create(
        id=ulid(),
        salt=salt,
        incident=incident.pk,
        by=by.pk,
        made_at=datetime.now(UTC),
        consent=None if said.consent is None else int(said.consent),
        **texts,
    )
    record("desk:caller:keep", f"incident:{incident.pk}", caller=kept.pk, hash=salted(salt, texts))
    return kept


@action(Permission.TEXT_ERASE, about=_of_incident)
def erase_callers(*, by: Account, incident: Incident, reason: str) -> int:
    """Erase for good who told it."""
    gone, _ = Caller.objects.filter(incident=incident.pk).delete()
    record("desk:caller:erase", f"incident:{incident.pk}", reason=reason, rows=gone)
    return gone


def callers(incident: Incident, *, by: Account) -> Sequence[Caller] | None:
    """Who told it on the phone, with an audit line for the read; None for whoever may not read it."""
    if not may_read(by, incident):
        return None
    found = list(Caller.objects.filter(incident=incident.pk).order_by("made_at"))
    if found:
        trail.has_read(by=by, verb="desk:caller:read", subject=f"incident:{incident.pk}", fields=FIELDS)
    return found


def kept(incident: Incident) -> bool:
    """Whether it is already written who told it."""
    return Caller.objects.filter(incident=incident.pk).exists()
