"""The saved filters of a page: one's own and those shared, each a link; and whom a new one may be shared with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from tabard.access.models import Account
from tabard.access.policy import EVERYTHING
from tabard.desk.filters import scopes, visible_to
from tabard.desk.models import SavedFilter, Subscription
from tabard.incidents.models import Collection
from tabard.people.models import Organisation
from tabard.site.templatetags import words as say


@dataclass(frozen=True)
class Kept:
    """One saved filter as a link."""

    kept: SavedFilter
    link: str
    own: bool
    subscribed: bool


@dataclass(frozen=True)
class Saved:
    """All that a page offers; `query` is what it asks just now."""

    place: str
    query: str
    kept: Sequence[Kept]
    scopes: Sequence[tuple[str, str]]


def saved(account: Account, place: str, query: str) -> Saved:
    """The filters of one page, by name."""
    rows = list(visible_to(account).filter(place=place).order_by("name"))
    mine = set(Subscription.objects.filter(account=account.pk).values_list("filter_id", flat=True))
    kept = [Kept(row, link_of(row), row.by == account.pk, row.pk in mine) for row in rows]
    return Saved(place, query, kept, [(scope, named(scope)) for scope in scopes(account)])


def link_of(kept: SavedFilter) -> str:
    """The address that asks the question."""
    return f"{reverse(kept.place)}?{urlencode(sorted(kept.asked.items()))}"


def named(scope: str) -> str:
    """A scope as people call it."""
    kind, _sep, key = scope.partition(":")
    if scope == EVERYTHING:
        return _("everybody who reads everything")
    if kind == "country":
        return say.country(key)
    if kind == "org":
        return Organisation.objects.filter(pk=key).values_list("name", flat=True).first() or scope
    return Collection.objects.filter(pk=key).values_list("label", flat=True).first() or scope
