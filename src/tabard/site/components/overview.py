"""The register at a glance: incidents and persons by year and country, of one collection, as the reader may see it.

An overview of facts, not a published table: one person may stand under two outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce, Substr

from tabard.incidents.models import Current, Harm, Margin

OUTCOMES = ("died", "injured", "abducted", "detained")
RECRUITMENT = ("local", "international")


@dataclass
class Totals:
    """One year. `uncounted`: incidents whose number of persons nobody knows."""

    incidents: int = 0
    persons: int = 0
    uncounted: int = 0
    by: dict[str, int] = field(default_factory=dict)

    @property
    def recruitment_unstated(self) -> int:
        return max(0, self.persons - sum(self.by.get(code, 0) for code in RECRUITMENT))


def by_year(rows: QuerySet[Current]) -> dict[int, Totals]:
    """All years of these incidents, oldest first; incidents without a date are under year 0."""
    year = Substr("occurred", 1, 4)
    asked = rows.values(y=year).annotate(n=Count("pk"), p=Sum("persons"), u=Count("pk", filter=Q(persons=None)))
    found = {_year(row["y"]): Totals(row["n"], row["p"] or 0, row["u"]) for row in asked.order_by("y")}
    _add(found, rows, "outcome", OUTCOMES, {code: Q(**{code: 1}) for code in OUTCOMES})
    _add(found, rows, "recruitment", RECRUITMENT, {code: Q(recruitment=code) for code in RECRUITMENT})
    return found


def by_country(rows: QuerySet[Current]) -> dict[str, tuple[int, int]]:
    """Incidents and known persons by country, most incidents first; unknown is the empty code."""
    asked = rows.values("country").annotate(n=Count("pk"), p=Coalesce(Sum("persons"), Value(0)))
    return {row["country"]: (row["n"], row["p"]) for row in asked.order_by("-n", "country")}


def held(rows: QuerySet[Current]) -> dict[str, int]:
    """Persons still held, by country; an unknown number counts as one at least."""
    still = _harm(rows).filter(fate="held").values(c=F("revision__country"))
    asked = still.annotate(n=Sum(Coalesce("n", Value(1)))).order_by()
    return {row["c"] or "": row["n"] for row in asked}


def _year(text: str) -> int:
    return int(text) if text else 0


def _harm(rows: QuerySet[Current]) -> QuerySet[Harm]:
    return Harm.objects.filter(revision__in=rows.order_by().values("revision"))


def _add(
    found: dict[int, Totals], rows: QuerySet[Current], dimension: str, codes: Sequence[str], when: dict[str, Q]
) -> None:
    """What a source states of a dimension alone goes before what the harm adds up to."""
    year = Substr("revision__incident__current__occurred", 1, 4)
    margins = Margin.objects.filter(dimension=dimension, dimension2="")
    alone = Exists(margins.filter(revision=OuterRef("revision")))
    sums = {code: Sum(Case(When(test, then="n"))) for code, test in when.items()}
    _merge(found, codes, _harm(rows).exclude(alone).values(y=year).annotate(**sums).order_by())
    stated = {code: Sum(Case(When(value=code, then="n"))) for code in codes}
    of_rows = margins.filter(revision__in=rows.order_by().values("revision"))
    _merge(found, codes, of_rows.values(y=year).annotate(**stated).order_by())


def _merge(found: dict[int, Totals], codes: Sequence[str], asked: QuerySet[Harm] | QuerySet[Margin]) -> None:
    for row in asked:
        by = found[_year(row["y"])].by
        for code in codes:
            by[code] = by.get(code, 0) + (row[code] or 0)
