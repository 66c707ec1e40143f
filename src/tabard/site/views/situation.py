"""The situation: the register of one collection and year at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.access.policy import may_somewhere
from tabard.incidents.models import Collection
from tabard.incidents.queries import Filters, page
from tabard.places import worldmap
from tabard.site.collection_choice import chosen, collections_of
from tabard.site.components import overview
from tabard.site.components.bars import Bar, bars
from tabard.site.components.lines import lines
from tabard.site.components.worlddots import dots
from tabard.site.templatetags.words import word
from tabard.site.views.digits import YEAR, whole

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
    seen = overview.glance(user, collection.code)
    year = _year(request.GET.get("year", ""), sorted(seen.years))
    shown = _frame(collections, collection, seen, year) | _where(seen, year)
    shown |= {"totals": seen.years.get(year, overview.Totals()), "trends": _trends(seen.years, year)}
    shown["may_figures"] = may_somewhere(user, Permission.TABLE_READ)
    shown["newest"] = lines(page(user, _filters(collection, year), size=NEWEST).rows)
    return render(request, "situation.html", shown)


def _year(asked: str, years: Sequence[int]) -> int:
    """The year asked for if there is such a year, else the newest."""
    year = whole(asked, "year", YEAR) if asked else 0
    return year if year in years else max(years, default=0)


def _filters(collection: Collection, year: int) -> Filters:
    return Filters(collection=collection.code, first_year=year or None, last_year=year or None)


def _frame(
    collections: Sequence[Collection], collection: Collection, seen: overview.Glance, year: int
) -> dict[str, Any]:
    dated = sorted((each for each in seen.years if each), reverse=True)
    return {
        "collections": collections,
        "collection": collection,
        "years": dated,
        "year": year,
        "now": datetime.now(UTC),
        "table": [(each, seen.years[each]) for each in dated],
        "list_link": f"{reverse('incidents')}?collection={collection.code}&first_year={year}&last_year={year}",
    }


def _where(seen: overview.Glance, year: int) -> dict[str, Any]:
    """The map of the year, and who is held now, whatever year they were taken."""
    counted = seen.countries(year)
    return {
        "countries": [(iso3, totals, seen.held.get(iso3, 0)) for iso3, totals in counted.items()],
        "dots": dots({iso3: totals.incidents for iso3, totals in counted.items()}, seen.held.keys()),
        "held": sum(seen.held.values()),
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
        Trend(code, word("outcome", code), bars([(y, years.get(y, blank).by[code]) for y in span], year))
        for code in SHOWN
    ]
