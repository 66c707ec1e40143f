"""The situation: the register of one collection and year at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.access.policy import may_somewhere
from tabard.incidents.models import Collection, Current
from tabard.incidents.queries import Filters, page, seen_by
from tabard.places import worldmap
from tabard.site.collections import chosen, collections_of
from tabard.site.components import overview
from tabard.site.components.bars import Bar, bars
from tabard.site.components.lines import lines
from tabard.site.components.worlddots import dots
from tabard.site.templatetags.words import word

NEWEST = 8
# The part of the map where people live, in the units of `worldmap.VIEW_BOX`: seas cut off on both sides.
INHABITED = "70 6 860 410"
SHOWN = ("died", "injured", "abducted")


@dataclass(frozen=True)
class Trend:
    """One outcome over the years."""

    code: str
    label: str
    bars: Sequence[Bar]


def situation(request: HttpRequest) -> HttpResponse:
    """The page."""
    user: Account = request.user  # type: ignore[assignment]
    collections = collections_of(user)
    collection = chosen(collections, request.GET.get("collection", ""))
    if collection is None:
        may_import = may_somewhere(user, Permission.BATCH_IMPORT)
        return render(request, "situation_empty.html", {"may_import": may_import})
    rows = Current.objects.filter(seen_by(user), collection=collection.code, standing="counted")
    years = overview.by_year(rows)
    year = _year(request.GET.get("year", ""), sorted(years))
    shown = _frame(collections, collection, years, year) | _where(rows, year)
    shown |= {"totals": years.get(year, overview.Totals()), "trends": _trends(years, year)}
    shown["may_figures"] = may_somewhere(user, Permission.TABLE_READ)
    shown["newest"] = lines(page(user, _filters(collection, year), size=NEWEST).rows)
    return render(request, "situation.html", shown)


def _year(asked: str, years: Sequence[int]) -> int:
    """The year asked for if there is such a year, else the newest."""
    if asked.isdigit() and int(asked) in years:
        return int(asked)
    return years[-1] if years else 0


def _filters(collection: Collection, year: int) -> Filters:
    return Filters(collection=collection.code, first_year=year or None, last_year=year or None)


def _frame(
    collections: Sequence[Collection], collection: Collection, years: dict[int, overview.Totals], year: int
) -> dict[str, Any]:
    dated = [each for each in years if each]
    return {
        "collections": collections,
        "collection": collection,
        "years": sorted(dated, reverse=True),
        "year": year,
        "now": datetime.now(UTC),
        "first_year": min(dated, default=0),
        "table": [(each, years[each]) for each in sorted(dated, reverse=True)],
        "list_link": f"{reverse('incidents')}?collection={collection.code}&first_year={year}&last_year={year}",
    }


def _where(rows: QuerySet[Current], year: int) -> dict[str, Any]:
    """The map of the year, and who is held now, whatever year they were taken."""
    held = overview.held(rows)
    counted = overview.by_country(rows.filter(occurred__startswith=f"{year:04d}"))
    return {
        "countries": [(iso3, n, persons, held.get(iso3, 0)) for iso3, (n, persons) in counted.items()],
        "dots": dots({iso3: n for iso3, (n, _) in counted.items()}, held.keys()),
        "held": sum(held.values()),
        "land": worldmap.land_path(),
        "borders": worldmap.borders_path(),
        "unsettled": worldmap.unsettled_path(),
        "view_box": INHABITED,
        "disclaimer": gettext(worldmap.DISCLAIMER),
    }


def _trends(years: dict[int, overview.Totals], year: int) -> list[Trend]:
    dated = [each for each in years if each]
    if not dated:
        return []
    span = range(min(dated), max(dated) + 1)
    blank = overview.Totals()
    return [
        Trend(code, word("outcome", code), bars([(y, years.get(y, blank).by.get(code, 0)) for y in span], year))
        for code in SHOWN
    ]
