"""Drafts: kept for their owner alone, taken up again, deleted; gone after 30 days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tabard.access import policy
from tabard.access.door import action, record
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.desk.form.typed import Typed, from_stored, one, stored
from tabard.desk.models import Draft
from tabard.rules.refusals import Refused

LASTS = timedelta(days=30)
MOST = 50


def _own(*, by: Account, **_: Any) -> Sequence[str]:
    """Whoever may report somewhere may begin a report."""
    return [grant.scope for grant in policy.holding(by, Permission.INCIDENT_REPORT)]


@action(Permission.INCIDENT_REPORT, about=_own)
def keep(*, by: Account, form: Typed, incident: str = "") -> Draft:
    """Keep what stands in a form so far; the same form again replaces it."""
    now = datetime.now(UTC)
    forget(now)
    key = one(form, "key")
    held = Draft.objects.filter(by=by.pk, key=key).first()
    if held is None and Draft.objects.filter(by=by.pk).count() >= MOST:
        raise Refused("too_many_drafts", limit=MOST)
    expected = one(form, "expected")
    kept, new = Draft.objects.update_or_create(
        by=by.pk,
        key=key,
        defaults={
            "incident": incident,
            "expected": int(expected) if expected.isdecimal() else 0,
            "body": stored(form),
            "saved_at": now,
            "expires_at": now + LASTS,
        },
    )
    record("desk:draft:keep", f"draft:{kept.pk}", new=new)
    return kept


@action(Permission.INCIDENT_REPORT, about=_own)
def delete(*, by: Account, draft: Draft) -> None:
    """Throw a draft of one's own away."""
    gone, _ = Draft.objects.filter(pk=draft.pk, by=by.pk).delete()
    if gone:
        record("desk:draft:delete", f"draft:{draft.pk}")


@action(Permission.INCIDENT_REPORT, about=_own)
def expire(*, by: Account) -> int:
    """Delete every draft that has expired, whose ever; how many there were."""
    return forget(datetime.now(UTC))


def forget(now: datetime) -> int:
    """Delete what has expired. Runs inside an act: at each keeping, and once a day."""
    gone, _ = Draft.objects.filter(expires_at__lte=now).delete()
    if gone:
        record("desk:draft:forget", "drafts:expired", rows=gone)
    return gone


def done(by: Account, key: str) -> None:
    """A draft that became a report or a revision, which is being written in this act, is no longer needed."""
    Draft.objects.filter(by=by.pk, key=key).delete()


def mine(by: Account) -> list[Draft]:
    """The account's own drafts, the latest first."""
    return list(Draft.objects.filter(by=by.pk, expires_at__gt=datetime.now(UTC)).order_by("-saved_at"))


def find(by: Account, pk: str) -> Draft:
    """One of the account's own drafts. Somebody else's and an absent one look the same."""
    found = Draft.objects.filter(pk=pk, by=by.pk, expires_at__gt=datetime.now(UTC)).first()
    if found is None:
        raise Refused("not_found")
    return found


def form_of(draft: Draft) -> Typed:
    """The form as it stood."""
    return from_stored(draft.body)
