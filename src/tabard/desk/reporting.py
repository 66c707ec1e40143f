"""From a filled-in form to the register: the bytes are kept first, durable; then the incident is entered at once.

The form's own key is the id of the incident and the key of its bytes: a second click, a retry after a lost answer
and the coder, who finds the same bytes in its line, all come to the one incident."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection
from pydantic import ValidationError

from tabard.access import policy
from tabard.access.door import action
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.desk import callers, drafts, needs
from tabard.desk.callers import OnThePhone
from tabard.desk.form.reading import with_a_source
from tabard.desk.form.typed import Typed, one
from tabard.desk.form.values import Reader
from tabard.formats.report import ReportIn, Told
from tabard.incidents import actions
from tabard.incidents.coder import CODING
from tabard.incidents.local import coded
from tabard.incidents.models import Collection, Incident
from tabard.incidents.sameness import say_same
from tabard.incidents.writer import Entry
from tabard.intake.receiving import Coming, keep
from tabard.rules.dates import end_of_day
from tabard.rules.refusals import Refused
from tabard.vocab.words import is_word


@dataclass(frozen=True)
class Head:
    """What stands at the top of a report: its key, and whose it is."""

    key: str
    collection: str
    owner: str = ""
    sensitivity: str = "internal"
    known_at: datetime | None = None


def head_of(form: Typed) -> Head:
    """The head of a form; refused where it names what is not there."""
    head = Head(
        Reader(form).key("key") or "",
        one(form, "collection"),
        one(form, "owner"),
        one(form, "sensitivity") or "internal",
        _known(Reader(form).day("known_on")),
    )
    if not head.key:
        raise Refused("bad_value", field="key")
    if not Collection.objects.filter(pk=head.collection).exists():
        raise Refused("unknown_word", field="collection")
    if not is_word("sensitivity", head.sensitivity):
        raise Refused("unknown_word", field="sensitivity")
    return head


def _known(day: date | None) -> datetime | None:
    """A day known of is its end; today is this moment."""
    return end_of_day(day) if day and day < datetime.now(UTC).date() else None


def keys_of(head: Head, country: str | None) -> tuple[str, ...]:
    """The opaque keys of what the report would become."""
    keys = (f"collection:{head.collection}", f"country:{country}")
    return (*keys, f"org:{head.owner}") if head.owner else keys


def send(
    by: Account, head: Head, told: Told, *, phone: OnThePhone | None = None, same: Incident | None = None
) -> Incident:
    """Report it: bytes first, then the incident with all that belongs to it in one act."""
    policy.require(by, Permission.INCIDENT_REPORT, keys_of(head, told.facts.country))
    coded(Entry(told.facts), head.owner)  # a word that is not there is refused before anything is kept
    whole = with_a_source(told)
    receipt = keep(
        Coming(by.pk, head.key, head.collection, head.owner, "application/json", written(head, whole), "page")
    )
    return enter(by=by, head=head, told=whole, original=receipt.id, phone=phone, same=same)


def written(head: Head, told: Told) -> bytes:
    """The report as its JSON. What that form cannot hold is refused without telling what it was."""
    known = {"known_at": head.known_at} if head.known_at else {}
    try:
        return ReportIn.from_facts(
            told,
            id=head.key or None,
            collection=head.collection,
            owner=head.owner,
            sensitivity=head.sensitivity,
            **known,
        ).written()
    except ValidationError:
        fault = Refused("bad_value", field="report")
    raise fault


def _of_new(*, head: Head, told: Told, **_: Any) -> tuple[str, ...]:
    return keys_of(head, told.facts.country)


@action(Permission.INCIDENT_REPORT, about=_of_new)
def enter(
    *,
    by: Account,
    head: Head,
    told: Told,
    original: str,
    phone: OnThePhone | None = None,
    same: Incident | None = None,
) -> Incident:
    """The incident, who told it on the phone, the call that is owed, what it is the same as; its draft is done."""
    _before_the_coder()
    entry = Entry(told.facts, told.position, told.texts, told.sources, original)
    made = actions.report(
        by=by,
        collection=head.collection,
        entry=entry,
        owner=head.owner,
        sensitivity=head.sensitivity,
        known_at=head.known_at,
        id=head.key,
    )
    if phone and not callers.kept(made):
        callers.keep_caller(by=by, incident=made, said=phone)
        if phone.call_back_by:
            needs.ask(by=by, incident=made, kind="call_back", owner=by.pk, due_at=phone.call_back_by)
    if same:
        say_same(by=by, incident=made, another=same)
    drafts.done(by, head.key)
    return made


def _before_the_coder() -> None:
    """The coder waits meanwhile, so that it does not enter the same bytes; on SQLite there is one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CODING])
