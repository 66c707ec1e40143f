"""Files attached to an incident: add, remove, read. Their content is restricted, like the words of a source."""

from __future__ import annotations

from dataclasses import dataclass

from tabard.access import policy, trail
from tabard.access.door import action, record
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.access.roles import SENSITIVITIES, cleared
from tabard.incidents import kin
from tabard.incidents.actions import keys_of
from tabard.incidents.models import Incident
from tabard.incidents.queries import visible_to
from tabard.intake import attachments
from tabard.intake.attached import Attachment
from tabard.intake.attachments import Kept
from tabard.rules.refusals import Refused

REASONS = ("mistake", "request", "not_needed")


@dataclass(frozen=True)
class Listed:
    """One attached file; no name for whoever may not read it."""

    attachment: Attachment
    name: str
    may_read: bool


@dataclass(frozen=True)
class File:
    """An attached file with its content."""

    name: str
    kind: str
    content: bytes


def attach(
    *, by: Account, incident: Incident, data: bytes, name: str, declared: str = "", sensitivity: str = ""
) -> Attachment:
    """Clean a file and attach what is left of it; it is never less sensitive than its incident."""
    policy.require(by, Permission.ATTACHMENT_ADD, keys_of(incident))
    kept = attachments.keep(data, name=name, declared=declared)
    try:
        return add_attachment(by=by, incident=incident, kept=kept, sensitivity=sensitivity)
    except Refused:
        attachments.drop(kept)
        raise


@action(Permission.ATTACHMENT_ADD, about=lambda *, incident, **_: keys_of(incident))
def add_attachment(*, by: Account, incident: Incident, kept: Kept, sensitivity: str = "") -> Attachment:
    """Enter a file that is in the store."""
    if sensitivity and sensitivity not in SENSITIVITIES:
        raise Refused("unknown_word", field="sensitivity")
    Incident.objects.select_for_update(no_key=True).get(
        pk=incident.pk
    )  # so that nobody passes the limit together
    level = max(incident.sensitivity, sensitivity or SENSITIVITIES[0], key=SENSITIVITIES.index)
    made = attachments.enter(kept, about=_about(incident), author=by.pk, sensitivity=level)
    subject, more = f"incident:{incident.pk}", {"attachment": made.pk, "type": made.media_type}
    record("intake:attachment:add", subject, size=made.size, **more)
    return made


@action(Permission.ATTACHMENT_REMOVE, about=lambda *, incident, **_: keys_of(incident))
def remove_attachment(*, by: Account, incident: Incident, attachment: str, reason: str) -> None:
    """Erase an attached file for good, its name too; the line says who did and why."""
    if reason not in REASONS:
        raise Refused("unknown_word", field="reason")
    attachments.erase(_one(incident, attachment))
    record("intake:attachment:remove", f"incident:{incident.pk}", attachment=attachment, reason=reason)


def listed(incident: Incident, *, by: Account) -> list[Listed]:
    """What is attached to an incident that was found visible."""
    rows = attachments.standing(_about(incident))
    named = attachments.names(rows)
    may = {row.pk: _may_read(by, incident, row) for row in rows}
    return [Listed(row, named.get(row.pk, "") if may[row.pk] else "", may[row.pk]) for row in rows]


def find(*, by: Account, attachment: str) -> tuple[Incident, Attachment]:
    """One attached file and its incident, as far as the account may know of them. Hidden and absent look the same.

    The file itself is read last: to read one that is hidden would take longer than to find none."""
    about = Attachment.objects.filter(pk=attachment, about__startswith="incident:").values_list("about")
    key = next(iter(about[:1]), ("",))[0].removeprefix("incident:")
    incident = visible_to(by).filter(pk=key).select_related("current").first()
    if incident is None:
        raise Refused("not_found")
    found = _one(incident, attachment)
    return incident, found


def read(*, by: Account, attachment: str) -> File:
    """The content of one attached file; that it was read is a line of the audit trail.

    While next of kin wait, nobody gets it: a file that was opened has left, and nobody knows what it shows."""
    incident, found = find(by=by, attachment=attachment)
    if not _may_read(by, incident, found):
        raise Refused("not_found")
    kin.require_told(incident)
    name = attachments.names([found]).get(found.pk, "")
    kept = File(name, found.media_type, attachments.content(found))
    trail.has_read(by=by, verb="intake:attachment:read", subject=found.about, fields=[found.pk])
    return kept


def _about(incident: Incident) -> str:
    return f"incident:{incident.pk}"


def _one(incident: Incident, attachment: str) -> Attachment:
    found = Attachment.objects.filter(pk=attachment, about=_about(incident)).first()
    if found is None:
        raise Refused("not_found")
    return found


def _may_read(by: Account, incident: Incident, attachment: Attachment) -> bool:
    """Whether a grant that covers the incident reads words, and is cleared for what is in the file."""
    keys = keys_of(incident)
    held = policy.holding(by, Permission.RESTRICTED_READ)
    return any(g.covers(keys) and attachment.sensitivity in cleared(g.role.clearance) for g in held)
