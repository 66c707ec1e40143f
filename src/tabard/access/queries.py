"""Reads of this room: the accounts that somebody administers."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from tabard.access import policy
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.access.policy import Actor


def visible_to(actor: Actor) -> QuerySet[Account]:
    """The accounts that the actor makes and closes: all, or those with a role in what it administers."""
    scopes = [grant.scope for grant in policy.holding(actor, Permission.ASSIGNMENT_GRANT)]
    if policy.EVERYTHING in scopes:
        return Account.objects.all()
    return Account.objects.filter(Q(assignments__scope__in=scopes)).distinct()
