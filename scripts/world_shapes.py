"""Country shapes out of a TopoJSON of the world, drawn for `tabard.places.worldmap`.

Arcs are projected and simplified once, then chained: neighbours share a border to the point, and a
border is drawn once. What the source cut at the 180th meridian is sewn together again.
"""

from __future__ import annotations

import heapq
import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from tabard.places import worldmap

# Shapes that the source gives no code, and whose they are here. None: land, but no country's.
UNCODED = {
    "Somaliland": "SOM",
    "N. Cyprus": "CYP",
    "Kosovo": "SRB",
    "Siachen Glacier": None,
    "Indian Ocean Ter.": "CXR",
}

# Pieces lying wholly inside (south, west, north, east) move from one owner to another: the source draws
# who holds Crimea, the United Nations count it as Ukraine's; the others have country codes of their own.
MOVED = [
    ("RUS", (44.2, 32.3, 46.4, 36.8), "UKR"),
    ("FRA", (1, -55, 7, -51), "GUF"),
    ("FRA", (15.6, -62, 16.7, -60.8), "GLP"),
    ("FRA", (14.2, -61.4, 15, -60.7), "MTQ"),
    ("FRA", (-22, 55, -20, 56), "REU"),
    ("FRA", (-13.2, 44.8, -12.4, 45.4), "MYT"),
    ("NOR", (74, 5, 82, 36), "SJM"),
    ("NOR", (70.5, -10, 71.5, -7), "SJM"),
    ("NLD", (11.8, -69, 18, -62), "BES"),
]
ANYWHERE = (-90.0, -180.0, 90.0, 180.0)
KASHMIR = (32.0, 73.0, 37.5, 80.5)
# Borders drawn dotted: not settled, or lines of cease-fire and of control.
UNSETTLED = [
    ({"ESH", "MAR"}, ANYWHERE),
    ({"SDN", "SSD"}, ANYWHERE),
    ({"ISR", "PSE"}, ANYWHERE),
    ({"ISR", "SYR"}, ANYWHERE),
    ({"IND", "PAK"}, KASHMIR),
    ({"IND", "CHN"}, KASHMIR),
    ({"IND", ""}, ANYWHERE),
    ({"PAK", ""}, ANYWHERE),
    ({"CHN", ""}, ANYWHERE),
]
NO_DOT = {
    "ATA",
    "XKX",
    "BVT",
    "HMD",
    "ATF",
    "SGS",
    "IOT",
    "UMI",
}  # nobody lives there, or inside another shape
NO_SHAPE = "ATA"

DETAIL = 0.7  # square map units: a corner that spans less is left out
SPECK = 0.55  # square map units: an island smaller than this is left out
SHADED = 1.2  # square map units: the least island that is shaded with its country
DOT = 1.7  # square map units: a country smaller than this gets a dot of 1.5 units across


class Spot(NamedTuple):
    """A point of an arc: on the map, and on the earth."""

    x: float
    y: float
    lon: float
    lat: float

    @property
    def cut(self) -> bool:
        """On the 180th meridian, where the source cuts land in two."""
        return abs(self.lon) > 179.999


S = TypeVar("S")
Line = list[tuple[float, float]]  # degrees: (lon, lat)
Ring = list[Spot]
Arcs = list[int]  # of one ring: index, or ~index for one walked backwards


class Source(NamedTuple):
    """The TopoJSON, decoded: arcs in degrees (lon, lat), and each owner's rings as lists of arcs."""

    arcs: list[Line]
    rings: dict[str, list[Arcs]]


def degrees(ring: Arcs, source: Source) -> Line:
    """The corners of a ring, without the jump where it crosses 180°."""
    spots = [spot for index in ring for spot in _walk(source.arcs, index)[:-1]]
    return list(zip(_unwrapped([lon for lon, _ in spots]), (lat for _, lat in spots), strict=True))


def _unwrapped(turns: list[float]) -> Iterator[float]:
    at = turns[0]
    for turn in turns:
        at += (turn - at + 180) % 360 - 180
        yield at


def area(ring: Iterable[tuple[float, ...]]) -> float:
    spots = list(ring)
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(spots, spots[1:] + spots[:1], strict=True)) / 2


def inside(x: float, y: float, ring: Line) -> bool:
    within = False
    for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            within = not within
    return within


def read(folder: Path, iso3: dict[str, str]) -> Source:
    raw = json.loads((folder / "world-atlas_countries-50m.topo.json").read_text(encoding="utf-8"))
    arcs = [list(_decoded(arc, raw["transform"])) for arc in raw["arcs"]]
    rings: dict[str, list[Arcs]] = defaultdict(list)
    for shape in raw["objects"]["countries"]["geometries"]:
        owner = iso3[shape["id"]] if "id" in shape else UNCODED[shape["properties"]["name"]] or ""
        for polygon in [shape["arcs"]] if shape["type"] == "Polygon" else shape["arcs"]:
            rings[_owner(owner, polygon[0], arcs)] += polygon
    _restore_western_sahara(arcs, rings)
    return Source(arcs, {owner: _merged(found, arcs) for owner, found in rings.items() if owner != NO_SHAPE})


def _restore_western_sahara(arcs: list[Line], rings: dict[str, list[Arcs]]) -> None:
    """The source parts MAR and ESH at the sand wall; the territory's own border is a straight line from where
    both meet DZA to the coast at 27° 40' north. The coast south of it goes over to ESH."""
    north, south = rings["MAR"][0], rings["ESH"][0]
    wall = next(index for index in north if ~index in south)
    coast = north[north.index(wall) + 1]
    corner = min(range(len(arcs[coast])), key=lambda i: math.dist(arcs[coast][i], (-13.17, 27.667)))
    arcs.append(arcs[coast][corner:])
    arcs[coast] = arcs[coast][: corner + 1]
    arcs[wall] = [arcs[wall][0], arcs[coast][-1]]
    north[north.index(coast)] = len(arcs) - 1
    south.insert(south.index(~wall), coast)


def _decoded(arc: list[list[int]], transform: dict[str, Any]) -> Iterator[tuple[float, float]]:
    (sx, sy), (tx, ty) = transform["scale"], transform["translate"]
    x = y = 0
    for dx, dy in arc:
        x, y = x + dx, y + dy
        yield x * sx + tx, y * sy + ty


def _walk(arcs: list[list[S]], index: int) -> list[S]:
    return arcs[index] if index >= 0 else arcs[~index][::-1]


def _owner(owner: str, ring: Arcs, arcs: list[Line]) -> str:
    spots = [spot for index in ring for spot in _walk(arcs, index)]
    for before, box, after in MOVED:
        if owner == before and all(_in_box(spot, box) for spot in spots):
            return after
    return owner


def _in_box(spot: tuple[float, float], box: tuple[float, ...]) -> bool:
    return box[0] <= spot[1] <= box[2] and box[1] <= spot[0] <= box[3]


def _merged(rings: list[Arcs], arcs: list[Line]) -> list[Arcs]:
    """The outline of all rings together: an arc between two of them, walked both ways, falls away."""
    uses = Counter(_plain(index) for ring in rings for index in ring)
    kept = [index for ring in rings for index in ring if uses[_plain(index)] == 1]
    return rings if max(uses.values()) == 1 else list(_chained(kept, arcs))


def _plain(index: int) -> int:
    return index if index >= 0 else ~index


def _chained(indexes: Arcs, arcs: list[Line]) -> Iterator[Arcs]:
    """Closed rings out of loose arcs, each joined to one that starts where it ends."""
    starting: dict[tuple[float, float], Arcs] = defaultdict(list)
    for index in indexes:
        starting[_walk(arcs, index)[0]].append(index)
    for index in indexes:
        first = _walk(arcs, index)[0]
        if index not in starting[first]:
            continue
        ring, end = [], first
        while starting[end]:
            ring.append(starting[end].pop())
            end = _walk(arcs, ring[-1])[-1]
        yield ring


def world(source: Source, points: dict[str, tuple[float, float]]) -> dict[str, Any]:
    arcs = [_simplified(_on_map(arc)) for arc in source.arcs]
    shapes = {owner: _shapes(rings, arcs, SHADED) for owner, rings in source.rings.items()}
    outline = _merged([ring for rings in source.rings.values() for ring in rings], source.arcs)
    tiny = {code for code in points if code not in NO_DOT and _extent(shapes.get(code, [])) < DOT}
    dots = {code: _dot(worldmap.project(*points[code])) for code in tiny}
    land = _shapes(outline, arcs, SPECK)
    at_sea = [dots[code] for code in sorted(tiny) if not _on_land(worldmap.project(*points[code]), land)]
    settled, unsettled = _borders(source, arcs)
    paths = {code: _path(rings) for code, rings in shapes.items() if code and rings}
    return {
        "viewBox": worldmap.VIEW_BOX,
        "disclaimer": worldmap.DISCLAIMER_KEY,
        "land": _path(land) + "".join(at_sea),
        "borders": _path(settled, closed=False),
        "unsettled": _path(unsettled, closed=False),
        "paths": paths | dots,
    }


def _on_map(arc: Line) -> list[Spot]:
    """An arc in map units. One that crosses the seam of the map stays whole, on the side of its middle."""
    turns = list(_unwrapped([worldmap.turn_from_centre(lon) for lon, _ in arc]))
    back = 360 * math.floor((sum(turns) / len(turns) + 180) / 360)
    return [
        Spot(*worldmap.place(lat, turn - back), lon, lat) for (lon, lat), turn in zip(arc, turns, strict=True)
    ]


def _simplified(line: list[Spot]) -> list[Spot]:
    """Visvalingam: the corner that spans least goes first, until every one left spans `DETAIL`."""
    before, after = list(range(-1, len(line) - 1)), list(range(1, len(line) + 1))
    gone = [False] * len(line)
    heap = [
        (_corner(line, i - 1, i, i + 1), i, i - 1, i + 1) for i in range(1, len(line) - 1) if not line[i].cut
    ]
    heapq.heapify(heap)
    while heap and heap[0][0] < DETAIL:
        span, i, left, right = heapq.heappop(heap)
        if gone[i] or (before[i], after[i]) != (left, right):
            continue
        gone[i], after[left], before[right] = True, right, left
        for j in (left, right):
            if 0 < j < len(line) - 1 and not line[j].cut:
                again = max(span, _corner(line, before[j], j, after[j]))
                heapq.heappush(heap, (again, j, before[j], after[j]))
    return [spot for i, spot in enumerate(line) if not gone[i]]


def _corner(line: list[Spot], i: int, j: int, k: int) -> float:
    return abs(area([line[i][:2], line[j][:2], line[k][:2]]))


def _shapes(rings: list[Arcs], arcs: list[list[Spot]], least: float) -> list[Ring]:
    """Rings in map units, sewn together at the 180th meridian, without the specks."""
    drawn = [[spot for index in ring for spot in _walk(arcs, index)[:-1]] for ring in rings]
    return [ring for ring in _sewn([_one_cut(ring) for ring in drawn]) if abs(area(ring)) >= least]


def _one_cut(ring: Ring) -> Ring:
    """Along the cut only its two ends matter."""
    around = zip(ring[-1:] + ring[:-1], ring, ring[1:] + ring[:1], strict=True)
    return [spot for left, spot, right in around if not (left.cut and spot.cut and right.cut)]


def _sewn(rings: list[Ring]) -> list[Ring]:
    """Two rings that share a cut, walked in opposite directions, become one."""
    done: list[Ring] = []
    for ring in rings:
        for other in done:
            seam = _seam(ring, other)
            if seam:
                i, j = seam
                done.remove(other)
                ring = ring[i + 1 :] + ring[: i + 1] + (other[j + 1 :] + other[: j + 1])[1:-1]
                break
        done.append(ring)
    return done


def _seam(one: Ring, two: Ring) -> tuple[int, int] | None:
    """Where `one` walks a cut from a to b and `two` from b to a: the places of both first ends."""
    for i, j in ((i, j) for i in _cuts(one) for j in _cuts(two)):
        a, b = one[i], one[(i + 1) % len(one)]
        if math.dist(a[:2], two[(j + 1) % len(two)][:2]) + math.dist(b[:2], two[j][:2]) < 0.1:
            return i, j
    return None


def _cuts(ring: Ring) -> list[int]:
    return [i for i, spot in enumerate(ring) if spot.cut and ring[(i + 1) % len(ring)].cut]


def _extent(rings: list[Ring]) -> float:
    return max((abs(area(ring)) for ring in rings), default=0)


def _on_land(spot: tuple[float, float], land: list[Ring]) -> bool:
    return any(inside(*spot, [corner[:2] for corner in ring]) for ring in land)


def _borders(source: Source, arcs: list[list[Spot]]) -> tuple[list[Ring], list[Ring]]:
    """The arcs between two owners, each once: the settled ones, and those to be dotted."""
    sides: dict[int, set[str]] = defaultdict(set)
    for owner, rings in source.rings.items():
        for index in (index for ring in rings for index in ring):
            sides[_plain(index)].add(owner)
    settled: list[Ring] = []
    dotted: list[Ring] = []
    for index, owners in sides.items():
        if len(owners) == 2 and _long(arcs[index]):
            for unsettled, piece in _pieces(arcs[index], owners):
                (dotted if unsettled else settled).append(piece)
    return settled, dotted


def _long(line: list[Spot]) -> bool:
    xs, ys = [spot.x for spot in line], [spot.y for spot in line]
    return max(max(xs) - min(xs), max(ys) - min(ys)) >= 1


def _pieces(line: list[Spot], owners: set[str]) -> Iterator[tuple[bool, Ring]]:
    """The line cut where it goes from settled to unsettled or back."""
    for unsettled, steps in groupby(pairwise(line), lambda step: _unsettled(owners, step)):
        run = list(steps)
        yield unsettled, [run[0][0], *(end for _, end in run)]


def _unsettled(owners: set[str], step: tuple[Spot, Spot]) -> bool:
    middle = (step[0].lon + step[1].lon) / 2, (step[0].lat + step[1].lat) / 2
    return any(owners == pair and _in_box(middle, box) for pair, box in UNSETTLED)


# ---- path data: tenths of a unit, relative, no character too many


def _path(rings: Iterable[Iterable[tuple[float, ...]]], closed: bool = True) -> str:
    return "".join(_drawn([(round(p[0] * 10), round(p[1] * 10)) for p in ring], closed) for ring in rings)


def _drawn(spots: list[tuple[int, int]], closed: bool) -> str:
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(spots)]
    steps = [step for step in steps if step != (0, 0)]
    if len(steps) < (2 if closed else 1):
        return ""
    return "M" + _numbers(spots[:1]) + "l" + _numbers(steps) + ("z" if closed else "")


def _numbers(pairs: list[tuple[int, int]]) -> str:
    text = " ".join(_tenth(value) for pair in pairs for value in pair).replace(" -", "-")
    return re.sub(r"(\.\d) (?=\.)", r"\1", text)  # a second point starts a new number by itself


def _tenth(value: int) -> str:
    whole, part = divmod(abs(value), 10)
    digits = f"{whole or ''}.{part}" if part else str(whole)
    return ("-" if value < 0 else "") + digits


def _dot(spot: tuple[float, float]) -> str:
    x, y = round(spot[0] * 10), round(spot[1] * 10)
    return f"M{_numbers([(x, y)])}m-.75 0a.75.75 0 1 0 1.5 0a.75.75 0 1 0-1.5 0z"
