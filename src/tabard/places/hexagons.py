"""Places as hexagons of H3, never finer than what is known of the place."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

import h3  # type: ignore[import-untyped]

from tabard.rules.refusals import Refused

# By code of the list `place_precision`. Edges: 9 is 0.2 km, 7 is 1.4 km, 4 is 26 km, 3 is 69 km.
# None: no hexagon. The middle of a country is not a place where anything happened.
RESOLUTION: Mapping[str, int | None] = MappingProxyType(
    {
        "exact": 9,
        "near": 7,
        "km25": 4,
        "admin2": 4,
        "admin1": 3,
        "linear": 4,
        "country": None,
        "unknown": None,
    }
)


def cell(lat: float, lon: float, resolution: int | None) -> str | None:
    """The hexagon around a point; None where no resolution is known."""
    if not (math.isfinite(lon) and -90 <= lat <= 90 and -180 <= lon <= 180):
        raise Refused("position_off_globe")
    return None if resolution is None else str(h3.latlng_to_cell(lat, lon, resolution))


def coarsen(lat: float, lon: float, precision: str) -> tuple[float, float] | None:
    """The middle of the hexagon that the precision supports. A word we do not know supports none."""
    hexagon = cell(lat, lon, RESOLUTION.get(precision))
    if hexagon is None:
        return None
    middle_lat, middle_lon = h3.cell_to_latlng(hexagon)
    return middle_lat, middle_lon
