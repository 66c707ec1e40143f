"""Who will read a report: computed from the policy, so that a form can say it before anything is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from tabard.access import policy
from tabard.access.models import Assignment
from tabard.access.permissions import Permission
from tabard.access.roles import cleared, roles


@dataclass(frozen=True)
class Readers:
    """Some accounts with one role within one scope; `words` when they read words, names and exact places too."""

    role: str
    scope: str
    accounts: int
    words: bool


def readers(keys: Collection[str], sensitivity: str) -> list[Readers]:
    """Everybody who sees what has these keys and this sensitivity; those who read its words first."""
    today = datetime.now(UTC).date()
    assignments = Assignment.objects.filter(account__is_active=True, scope__in=[policy.EVERYTHING, *keys])
    counts = Counter(
        (held.role, held.scope)
        for held in assignments
        if policy.in_force(held, today) and _sees(held.role, sensitivity)
    )
    found = [
        Readers(role, scope, n, Permission.RESTRICTED_READ in roles()[role].permissions)
        for (role, scope), n in counts.items()
    ]
    return sorted(found, key=lambda each: (not each.words, each.scope == policy.EVERYTHING, each.role))


def _sees(code: str, sensitivity: str) -> bool:
    role = roles().get(code)
    return (
        role is not None
        and Permission.INCIDENT_READ in role.permissions
        and sensitivity in cleared(role.clearance)
    )
