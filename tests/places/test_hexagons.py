"""Hexagons: never finer than what is known."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabard import vocab
from tabard.places.hexagons import RESOLUTION, cell, coarsen
from tabard.rules.refusals import Refused

LATS = st.floats(-90, 90)
LONS = st.floats(-180, 180)


def _km(a: tuple[float, float], b: tuple[float, float]) -> float:
    (lat1, lon1), (lat2, lon2) = ([math.radians(v) for v in p] for p in (a, b))
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371 * math.asin(min(1, math.sqrt(h)))


def test_a_known_cell() -> None:
    # The example of H3's own documentation.
    assert cell(37.7752702151959, -122.418307270836, 9) == "8928308280fffff"


@pytest.mark.parametrize("precision", ["country", "unknown", "a word of tomorrow"])
def test_the_middle_of_a_country_is_no_place(precision: str) -> None:
    assert coarsen(4.85, 31.6, precision) is None
    assert cell(4.85, 31.6, None) is None


# The farthest corner of a hexagon lies about one edge from its middle; H3's cells vary by up to 40 %.
@pytest.mark.parametrize(
    ("precision", "edge"), [("exact", 0.2), ("near", 1.41), ("km25", 26.1), ("admin1", 69)]
)
@given(lat=LATS, lon=LONS)
def test_coarse_stays_near_and_is_stable(precision: str, edge: float, lat: float, lon: float) -> None:
    middle = coarsen(lat, lon, precision)
    assert middle is not None
    assert _km((lat, lon), middle) < 1.5 * edge
    assert cell(*middle, RESOLUTION[precision]) == cell(lat, lon, RESOLUTION[precision])


@pytest.mark.parametrize(
    ("lat", "lon"), [(90.1, 0), (0, 180.1), (math.nan, 0), (0, math.nan), (math.inf, 0), (0, -math.inf)]
)
def test_off_the_globe_is_refused(lat: float, lon: float) -> None:
    with pytest.raises(Refused, match="position_off_globe"):
        cell(lat, lon, 4)


def test_every_precision_of_the_vocabulary_has_its_resolution() -> None:
    path = Path(str(vocab.__file__)).parent / "data" / "place_precision.csv"
    with path.open(encoding="utf-8", newline="") as file:
        assert {row["code"] for row in csv.DictReader(file)} == set(RESOLUTION)
