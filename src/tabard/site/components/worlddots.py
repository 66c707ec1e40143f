"""Dots of the world map: one a country, its area by the number of incidents."""

from __future__ import annotations

import math
from collections.abc import Mapping, Set
from dataclasses import dataclass

from tabard.places import countries, worldmap

LARGEST = 17.0


@dataclass(frozen=True)
class Dot:
    """One country on the map."""

    iso3: str
    incidents: int
    now: bool  # somebody is in danger there now
    x: float
    y: float
    r: float


def dots(incidents: Mapping[str, int], danger: Set[str] = frozenset()) -> list[Dot]:
    """Largest first, so that small ones stay on top; an unknown country has no dot."""
    top = max(incidents.values(), default=1)
    placed = [_dot(iso3, n, top, iso3 in danger) for iso3, n in incidents.items() if countries.country(iso3)]
    return sorted(placed, key=lambda dot: -dot.r)


def _dot(iso3: str, n: int, top: int, now: bool) -> Dot:
    found = countries.countries()[iso3]
    x, y = worldmap.project(found.lat, found.lon)
    return Dot(iso3, n, now, round(x, 1), round(y, 1), round(max(2.4, LARGEST * math.sqrt(n / top)), 1))
