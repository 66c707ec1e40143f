"""The world map: light, in one piece, dots on the land they belong to."""

from __future__ import annotations

import gzip
import json
import math
import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabard.places import worldmap
from tabard.places.countries import countries
from tabard.places.worldmap import HEIGHT, WIDTH, country_paths, land_path, load, project
from tabard.rules.refusals import Refused

Point = tuple[float, float]
NUMBER = re.compile(r"-?(?:\d+\.\d+|\.\d+|\d+)")
WITHOUT_SHAPE = {"ATA", "XKX", "BVT", "HMD", "IOT", "UMI"}  # nobody lives there, or part of another shape


def rings(d: str) -> list[list[Point]]:
    """Absolute corners of each `M x y l dx dy ... z`; a dot (`m` and arcs) gives its middle alone."""
    found = []
    for part in d.split("M")[1:]:
        start, _, steps = part.split("m")[0].partition("l")
        x, y = (float(n) for n in NUMBER.findall(start))
        ring = [(x, y)]
        deltas = [float(n) for n in NUMBER.findall(steps)]
        for dx, dy in zip(deltas[::2], deltas[1::2], strict=True):
            x, y = x + dx, y + dy
            ring.append((x, y))
        found.append(ring)
    return found


def within(x: float, y: float, d: str) -> bool:
    inside = False
    for ring in rings(d):
        for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                inside = not inside
    return inside


def area(d: str) -> float:
    return abs(
        sum(
            x1 * y2 - x2 * y1
            for ring in rings(d)
            for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True)
        )
        / 2
    )


def test_the_map_is_light() -> None:
    for d in (land_path(), "".join(country_paths().values())):
        assert len(d) <= 60_000
        assert len(gzip.compress(d.encode())) <= 22_000
    assert len(gzip.compress(land_path().encode())) <= 12_000


def test_every_corner_lies_on_the_map_and_no_line_runs_across_it() -> None:
    for d in (land_path(), worldmap.borders_path(), worldmap.unsettled_path(), *country_paths().values()):
        for ring in rings(d):
            assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in ring)
            assert all(math.dist(a, b) < 120 for a, b in pairwise(ring))  # the 49th parallel is 80 long


@pytest.mark.parametrize("edge", ["RUS", "FJI", "USA", "NZL"])
def test_a_country_on_the_180th_meridian_is_drawn_on_its_own_side(edge: str) -> None:
    """Whether its point is east or west of 180°, a neighbour 2° away is next to it."""
    for lat in (-17.0, 66.0):
        (x1, y1), (x2, y2) = project(lat, 179), project(lat, -179)
        assert math.dist((x1, y1), (x2, y2)) < 6
    assert edge in country_paths()


def test_every_country_has_a_shape_or_a_dot() -> None:
    assert set(countries()) - set(country_paths()) == WITHOUT_SHAPE
    assert set(country_paths()) <= set(countries())


@pytest.mark.parametrize(
    ("iso3", "lat", "lon"),
    [
        ("SSD", 4.85, 31.58),  # Juba
        ("COD", -4.3, 15.6),  # south of Kinshasa
        ("COD", -1.6, 28.9),  # west of Goma
        ("SDN", 15.5, 32.5),
        ("AFG", 34.5, 69.2),
        ("SOM", 9.5, 45.0),  # Somaliland
        ("UKR", 45.3, 34.2),  # Crimea
        ("SRB", 42.6, 20.9),  # Kosovo
        ("CYP", 35.0, 33.2),
        ("ESH", 24.5, -13.5),
        ("ESH", 27.1, -13.0),  # El Aaiún
        ("MAR", 28.4, -11.1),  # Tan-Tan
        ("RUS", 66.5, 178.0),  # Chukotka, both sides of 180°
        ("RUS", 66.5, -178.0),
        ("GUF", 4.0, -53.0),
        ("USA", 64.8, -147.7),
        ("NAM", -22.6, 17.1),
        ("NZL", -44.0, 170.5),
    ],
)
def test_a_town_falls_into_its_country(iso3: str, lat: float, lon: float) -> None:
    x, y = project(lat, lon)
    assert [code for code, d in country_paths().items() if within(x, y, d)] == [iso3]
    assert within(x, y, land_path())


@pytest.mark.parametrize(
    ("lat", "lon"), [(0, -30), (42, 51), (-30, 80), (65.7, -168.9), (35, 18), (-40, -130)]
)
def test_the_sea_is_no_land(lat: float, lon: float) -> None:
    assert not within(*project(lat, lon), land_path())


def near(x: float, y: float, d: str) -> bool:
    return within(x, y, d) or min(math.dist((x, y), corner) for ring in rings(d) for corner in ring) < 3


def test_a_country_s_own_point_falls_on_its_shape() -> None:
    """Where the shape is large enough to be more than a dot; a coast may have been smoothed a little."""
    large = {code: d for code, d in country_paths().items() if area(d) > 12}
    points = {code: project(countries()[code].lat, countries()[code].lon) for code in large}
    assert len(large) > 130
    assert {code for code, d in large.items() if not near(*points[code], d)} == set()


# Land areas in 1,000 km², from general knowledge of the atlas.
@pytest.mark.parametrize(
    ("iso3", "size"),
    [("RUS", 16_900), ("BRA", 8_460), ("COD", 2_340), ("AFG", 652), ("GRL", 2_166), ("SDN", 1_860)],
)
def test_areas_are_true(iso3: str, size: float) -> None:
    unit = 510_066 / area_of_the_globe()
    assert area(country_paths()[iso3]) * unit == pytest.approx(size, rel=0.06)


def area_of_the_globe() -> float:
    """In map units: the strips between the edges of the map, from pole to pole."""
    ys = [project(lat / 4, 0)[1] for lat in range(-360, 361)]
    widths = [2 * (project(lat / 4, 191.4999)[0] - WIDTH / 2) for lat in range(-360, 361)]
    return sum((a + b) / 2 * (y1 - y2) for a, b, y1, y2 in zip(widths, widths[1:], ys, ys[1:], strict=False))


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_every_point_of_the_earth_has_one_on_the_map(lat: float, lon: float) -> None:
    x, y = project(lat, lon)
    assert -0.001 <= x <= WIDTH + 0.001
    assert project(lat, lon + 360) == pytest.approx((x, y), abs=0.01) or abs((lon + 168.5) % 360) < 1e-6
    assert y == pytest.approx(project(lat, 0)[1])


@pytest.mark.parametrize(("lat", "lon"), [(90.5, 0), (math.nan, 0), (0, math.inf)])
def test_off_the_globe_is_refused(lat: float, lon: float) -> None:
    with pytest.raises(Refused, match="position_off_globe"):
        project(lat, lon)


def test_an_operator_s_own_file_is_used(tmp_path: Path) -> None:
    path = tmp_path / "own.json"
    path.write_text(
        json.dumps({"viewBox": worldmap.VIEW_BOX, "paths": {"KEN": "M1 1l2 0 0 2z", "UGA": "M0 0h1v1z"}})
    )
    assert land_path(path) == "M1 1l2 0 0 2zM0 0h1v1z"
    assert dict(country_paths(path)) == {"KEN": "M1 1l2 0 0 2z", "UGA": "M0 0h1v1z"}
    assert worldmap.borders_path(path) == ""
    assert "SSD" in load().countries


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "\ufffe",
        '{"viewBox": "0 0 1 1", "paths": {}}',
        '{"viewBox": "0 0 1000 440"}',
        '{"viewBox": "0 0 1000 440", "paths": []}',
        '{"viewBox": "0 0 1000 440", "paths": {"KEN": 5}}',
        '{"viewBox": "0 0 1000 440", "paths": {"KEN": "M0 0\\"/><script>"}}',
        '{"viewBox": "0 0 1000 440", "paths": {}, "land": "url(x)"}',
        '{"viewBox": "0 0 1000 440", "paths": {}, "land": null}',
        "[" * 100_000,
    ],
)
def test_a_file_that_is_no_map_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "own.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Refused, match="world_file"):
        load(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="world_file_unreadable"):
        load(tmp_path / "none.json")


def test_the_map_says_what_it_does_not_say() -> None:
    assert json.loads(worldmap.SHIPPED.read_text(encoding="utf-8"))["disclaimer"] == worldmap.DISCLAIMER_KEY
    assert "endorsement" in worldmap.DISCLAIMER
