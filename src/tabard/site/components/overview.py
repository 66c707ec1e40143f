"""The register at a glance: incidents and persons by year and country, of one collection, as the reader may see it.

An overview of facts, not a published table: one person may stand under two outcomes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache
from django.db.models import Count, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, Substr

from tabard.access import policy
from tabard.access.policy import Actor
from tabard.incidents.models import Current, Harm, Revision
from tabard.incidents.queries import seen_by

COUNTED = ("died", "injured", "abducted", "detained", "local", "international")
KEPT_SECONDS = 3600


@dataclass
class Totals:
    """Some incidents. `uncounted`: those whose number of persons nobody knows."""

    incidents: int = 0
    persons: int = 0
    uncounted: int = 0
    by: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))

    @property
    def recruitment_unstated(self) -> int:
        return max(0, self.persons - self.by["local"] - self.by["international"])

    def add(self, row: Mapping[str, Any]) -> None:
        """Take in one row of the query below."""
        self.incidents += row["n"] or 0
        self.persons += row["p"] or 0
        self.uncounted += row["u"] or 0
        for code in COUNTED:
            self.by[code] += row[f"sum_{code}"] or 0


@dataclass
class Glance:
    """All years of one collection; incidents without a date are under year 0, without a country under ""."""

    years: dict[int, Totals] = field(default_factory=dict)
    places: dict[tuple[int, str], Totals] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)  # persons still held, by country

    def countries(self, year: int) -> dict[str, Totals]:
        """One year's countries, most incidents first."""
        found = {iso3: totals for (of, iso3), totals in self.places.items() if of == year}
        return dict(sorted(found.items(), key=lambda pair: (-pair[1].incidents, pair[0])))


def glance(actor: Actor, collection: str) -> Glance:
    """Counted anew after every change of the register, and for every other set of rights."""
    last = Revision.objects.order_by("-pk").values_list("pk", flat=True).first() or ""
    rights = sorted(f"{grant.role.code}@{grant.scope}" for grant in policy.grants(actor))
    narrowed = sorted(getattr(actor, "narrowed", None) or ("everything that these hold",))
    key = "glance:" + hashlib.sha256(repr((last, rights, narrowed, collection)).encode()).hexdigest()
    found: Glance | None = cache.get(key)
    if found is None:
        found = _count(Current.objects.filter(seen_by(actor), collection=collection, standing="counted"))
        cache.set(key, found, KEPT_SECONDS)
    return found


def _count(rows: QuerySet[Current]) -> Glance:
    found = Glance()
    for row in _sums(rows):
        year = int(row["y"] or 0)
        found.years.setdefault(year, Totals()).add(row)
        found.places.setdefault((year, row["country"]), Totals()).add(row)
    found.held = _held(rows)
    return found


def _sums(rows: QuerySet[Current]) -> Iterable[dict[str, Any]]:
    sums = {f"sum_{code}": Sum(code) for code in COUNTED}
    counts = {"n": Count("pk"), "p": Sum("persons"), "u": Count("pk", filter=Q(persons=None))}
    year = Substr("occurred", 1, 4)
    return rows.values("country", y=year).annotate(**counts, **sums).order_by("y", "country")


def _held(rows: QuerySet[Current]) -> dict[str, int]:
    """An unknown number counts as one at least."""
    still = Harm.objects.filter(revision__in=rows.order_by().values("revision"), fate="held")
    asked = still.values(c=F("revision__country")).annotate(n=Sum(Coalesce("n", Value(1)))).order_by()
    return {row["c"] or "": row["n"] for row in asked}
