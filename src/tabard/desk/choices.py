"""Where an account may report: into which collections, for which organisations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tabard.access import policy
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.formats.registry import FORMATS
from tabard.incidents.models import Collection
from tabard.people.models import Organisation


@dataclass(frozen=True)
class Choices:
    """What the form offers. A single choice needs no question."""

    collections: Sequence[Collection]
    owners: Sequence[Organisation]
    may_own_none: bool

    @property
    def asks_collection(self) -> bool:
        return len(self.collections) > 1

    @property
    def asks_owner(self) -> bool:
        return len(self.owners) + self.may_own_none > 1

    @property
    def first_owner(self) -> str:
        return "" if self.may_own_none or not self.owners else self.owners[0].pk


def choices(by: Account) -> Choices:
    """A collection of an outside source takes no reports, and an example takes those of example accounts alone."""
    scopes = {grant.scope for grant in policy.holding(by, Permission.INCIDENT_REPORT)}
    named = {scope.removeprefix("collection:") for scope in scopes if scope.startswith("collection:")}
    organisations = {scope.removeprefix("org:") for scope in scopes if scope.startswith("org:")}
    wide = any(scope == policy.EVERYTHING or scope.startswith("country:") for scope in scopes)
    collections = Collection.objects.filter(is_example=by.is_example).exclude(code__in=FORMATS)
    if not wide and not organisations:
        collections = collections.filter(code__in=named)
    owners = Organisation.objects.filter(is_example=by.is_example).order_by("name")
    if not wide and not named:
        owners = owners.filter(pk__in=organisations)
    return Choices(
        sorted(collections, key=lambda each: (each.code != "own", each.code)),
        list(owners),
        bool(wide or named),
    )
