"""What is asked of organisations."""

from __future__ import annotations

from tabard.access.models import Account
from tabard.people.models import Organisation


def names_around(account: Account) -> list[str]:
    """Names of the organisations that an account works for; of all, where its role reaches everywhere.

    Of no other: whoever may choose a password must not find out by it which organisations there are."""
    scopes = set(account.assignments.values_list("scope", flat=True))
    named = Organisation.objects.values_list("name", flat=True)
    own = {scope.removeprefix("org:") for scope in scopes if scope.startswith("org:")}
    return list(named if "*" in scopes else named.filter(pk__in=own))
