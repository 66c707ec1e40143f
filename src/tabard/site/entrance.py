"""Who stands at a page's door: an account that holds the page's permission somewhere, or nobody."""

from __future__ import annotations

from django.http import HttpRequest

from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.access.policy import may_somewhere
from tabard.rules.refusals import Forbidden


def enter(request: HttpRequest, permission: Permission) -> Account:
    """The account that asks. What it may do to one thing, the rooms decide."""
    user = request.user
    if not isinstance(user, Account) or not may_somewhere(user, permission):
        raise Forbidden
    return user
