"""The world as SVG: land, borders and one shape a country, in an equal-area projection.

The shapes come from `data/world.json` or from a file of the operator's own, drawn with the same
projection. Dots are placed by `project`, so that they fall where the shapes are.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from tabard.rules.refusals import Refused

SHIPPED = Path(__file__).parent / "data" / "world.json"
WIDTH = 1000
HEIGHT = 440
VIEW_BOX = f"0 0 {WIDTH} {HEIGHT}"

DISCLAIMER_KEY = "map_disclaimer"
DISCLAIMER = (
    "The borders and names on this map, and the way they are drawn, take no position on the status of any "
    "country, territory, city or area, and imply no official endorsement or acceptance. Dotted lines are "
    "borders that are not settled."
)

# Equal Earth (Šavrič, Patterson, Jenny 2018). The seam lies at 168.5° W, in the Bering Strait, so that
# it cuts no land: the usual seam at 180° cuts the Russian Federation and Fiji in two.
_A1, _A2, _A3, _A4 = 1.340264, -0.081106, 0.000893, 0.003796
_ROOT3 = math.sqrt(3)
_CENTRE = 11.5
_TOP = 84.0  # degrees north at the upper edge: the northern tip of Greenland and a little sea
_PATH = re.compile(r"[MmLlHhVvAaZz\d\s,.+-]*")


def _equal_earth(lat: float, turn: float) -> tuple[float, float]:
    """The projection on a unit sphere; `turn` is degrees east of the central meridian."""
    theta = math.asin(_ROOT3 / 2 * math.sin(math.radians(lat)))
    t2 = theta * theta
    t6 = t2**3
    slope = _A1 + 3 * _A2 * t2 + t6 * (7 * _A3 + 9 * _A4 * t2)
    x = 2 * _ROOT3 / 3 * math.radians(turn) * math.cos(theta) / slope
    return x, theta * (_A1 + _A2 * t2 + t6 * (_A3 + _A4 * t2))


_SCALE = WIDTH / 2 / _equal_earth(0, 180)[0]
_TOP_Y = _equal_earth(_TOP, 0)[1]


def turn_from_centre(lon: float) -> float:
    """Degrees east of the central meridian, in [-180, 180)."""
    return (lon - _CENTRE + 180) % 360 - 180


def place(lat: float, turn: float) -> tuple[float, float]:
    """Map units of a point given by its turn; one just past the seam stays on the side it came from."""
    x, y = _equal_earth(lat, turn)
    return WIDTH / 2 + x * _SCALE, (_TOP_Y - y) * _SCALE


def project(lat: float, lon: float) -> tuple[float, float]:
    """Where on the map (x to the right, y down, in units of `VIEW_BOX`) a point of the earth falls."""
    if not (math.isfinite(lon) and -90 <= lat <= 90):
        raise Refused("position_off_globe")
    return place(lat, turn_from_centre(lon))


@dataclass(frozen=True, slots=True)
class World:
    """Path data (`d`). `borders` and `unsettled` are open lines, each drawn once; `land` needs no stroke."""

    land: str
    borders: str
    unsettled: str
    countries: Mapping[str, str]


@lru_cache(maxsize=4)
def load(path: Path | None = None) -> World:
    """The shipped world, or the operator's own file: the same projection and view box, the same keys.

    Only `viewBox` and `paths` must be there; without `land` the countries together are the land.
    """
    try:
        raw = json.loads((path or SHIPPED).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        raise Refused("world_file_unreadable") from None
    if not isinstance(raw, dict) or raw.get("viewBox") != VIEW_BOX:
        raise Refused("world_file_other_view", view_box=VIEW_BOX)
    paths = _paths(raw.get("paths"))
    lines = {key: raw.get(key, "") for key in ("land", "borders", "unsettled")}
    _paths(lines)
    return World(lines["land"] or "".join(paths.values()), lines["borders"], lines["unsettled"], paths)


def _paths(raw: object) -> Mapping[str, str]:
    """Path data goes into pages as it is: anything but path commands and numbers is refused."""
    if not isinstance(raw, dict):
        raise Refused("world_file_unreadable")
    for value in raw.values():
        if not (isinstance(value, str) and _PATH.fullmatch(value)):
            raise Refused("world_file_unreadable")
    return MappingProxyType(raw)


def land_path(path: Path | None = None) -> str:
    """All land as one `d`: the lightest map."""
    return load(path).land


def borders_path(path: Path | None = None) -> str:
    """The borders between countries as one `d` of open lines: stroke, no fill."""
    return load(path).borders


def unsettled_path(path: Path | None = None) -> str:
    """The borders that are not settled: stroke them dotted."""
    return load(path).unsettled


def country_paths(path: Path | None = None) -> Mapping[str, str]:
    """One `d` a country, for shading; draw them over the land, which also covers what no country has."""
    return load(path).countries
