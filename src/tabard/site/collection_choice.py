"""The collections that hold something the reader may see, and which of them a page shows first."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_noop

from tabard.access.policy import Actor
from tabard.incidents.models import Collection, Current
from tabard.incidents.queries import seen_by

# The labels of the collections that Tabard itself opens, named here so that they are translated.
LABELS = (
    gettext_noop("Own register"),
    gettext_noop("Synthetic example"),
    gettext_noop("Aid Worker Security Database"),
    gettext_noop("Insecurity Insight KIKA"),
)


def collections_of(actor: Actor) -> list[Collection]:
    """Each with at least one incident that the actor sees: the own register, then the example, then others."""
    found = [each for each in Collection.objects.order_by("code") if _sees_one(actor, each)]
    return sorted(found, key=lambda each: (each.code != "own", not each.is_example, each.code))


def _sees_one(actor: Actor, collection: Collection) -> bool:
    """Asked for the newest, not for any: in the order of an index, PostgreSQL walks no table to find none."""
    seen = Current.objects.filter(seen_by(actor), collection=collection.code)
    return bool(seen.order_by("-occurred", "-incident_id").values_list("pk")[:1])


def chosen(collections: Sequence[Collection], code: str) -> Collection | None:
    """The one asked for, else the first: two collections never add up."""
    asked = [each for each in collections if each.code == code]
    return next(iter([*asked, *collections]), None)
