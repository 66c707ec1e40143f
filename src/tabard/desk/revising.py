"""An edit in one act: the revision, who told it on the phone, and its draft, which is done."""

from __future__ import annotations

from typing import Any

from tabard.access.door import action
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.desk import callers, drafts, needs
from tabard.desk.callers import OnThePhone
from tabard.desk.editing import Standing, save
from tabard.formats.report import Told
from tabard.incidents.actions import keys_of
from tabard.incidents.models import Revision


def _of(*, now: Standing, **_: Any) -> tuple[str, ...]:
    return keys_of(now.incident)


@action(Permission.INCIDENT_REVISE, about=_of)
def amend(
    *, by: Account, now: Standing, told: Told, reason: str, phone: OnThePhone | None = None, key: str = ""
) -> Revision | None:
    """Save what changed of what stood at `now`; None, and no revision, where nothing did."""
    made = save(by, now, told, reason=reason, expected=now.last)
    if phone:
        callers.keep_caller(by=by, incident=now.incident, said=phone)
        if phone.call_back_by:
            needs.ask(by=by, incident=now.incident, kind="call_back", owner=by.pk, due_at=phone.call_back_by)
    drafts.done(by, key)
    return made
