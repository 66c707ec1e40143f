"""Builds `src/tabard/places/data/{countries.csv,world.json}` from the sources in a folder.

    python scripts/build_places.py ../shared/data/places

Sources: the OCHA table of countries and territories (MIT), Natural Earth 1:50m as TopoJSON (public
domain). `aliases.csv` is kept by hand.
"""

from __future__ import annotations

import csv
import gzip
import json
import math
import sys
from pathlib import Path

from world_shapes import Line, Source, area, degrees, inside, read, world

OUT = Path(__file__).resolve().parents[1] / "src" / "tabard" / "places" / "data"
LANGUAGES = {
    "en": "English",
    "fr": "French",
    "es": "Spanish",
    "ru": "Russian",
    "zh": "Chinese",
    "ar": "Arabic",
}

# Names that the table leaves out or leaves unfinished.
NAMES = {
    "XKX": ("Kosovo", "Kosovo", "Kosovo", "Косово", "科索沃", "كوسوفو"),
    "TWN": (
        "Taiwan (Province of China)",
        "Taïwan (Province de Chine)",
        "Taiwán (Provincia de China)",
        "Тайвань (провинция Китая)",
        "中国台湾省",
        "تايوان (مقاطعة صينية)",
    ),
    "NLD": (
        "Netherlands (Kingdom of the)",
        "Pays-Bas (Royaume des)",
        "Países Bajos (Reino de los)",
        "Нидерланды (Королевство)",
        "荷兰王国",
        "مملكة هولندا",
    ),
}
POINTS = {"ATA": (-80.45, 0.0), "UMI": (19.30, 166.63)}  # no longitude in the table


def main(folder: Path) -> None:
    """Writes both files and prints their weight."""
    rows = [row for row in _table(folder) if _code(row)]
    source = read(folder, {row["m49 numerical code"].zfill(3): _code(row) for row in rows})
    points = {_code(row): _point(row, source) for row in rows}
    _write_countries(rows, points)
    drawn = world(source, points)
    text = json.dumps(drawn, ensure_ascii=False, indent=0, sort_keys=True) + "\n"
    (OUT / "world.json").write_text(text, encoding="utf-8")
    for key in ("land", "borders", "unsettled"):
        _weigh(key, drawn[key])
    _weigh("paths", "".join(drawn["paths"].values()))


def _weigh(name: str, text: str) -> None:
    print(f"{name}: {len(text):,} bytes, {len(gzip.compress(text.encode(), 9)):,} compressed")


# ---- the table of countries


def _table(folder: Path) -> list[dict[str, str]]:
    path = folder / "ocha_countries_territories_taxonomy.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row for row in csv.DictReader(file) if row["Deprecated"] != "Y"]


def _code(row: dict[str, str]) -> str:
    """ISO alpha-3; of the codes that users assign themselves only Kosovo's, which our sources count."""
    return row["ISO 3166-1 Alpha 3-Codes"] or ("XKX" if row["x Alpha3 codes"] == "XKX" else "")


def _names(row: dict[str, str]) -> list[str]:
    own = NAMES.get(_code(row))
    if own:
        return list(own)
    first, second = ("{} Short", "M49 {}") if row["Appears in UNTERM list"] == "Y" else ("M49 {}", "{} Short")
    return [row[first.format(name)] or row[second.format(name)] for name in LANGUAGES.values()]


def _write_countries(rows: list[dict[str, str]], points: dict[str, tuple[float, float]]) -> None:
    with (OUT / "countries.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(
            [
                "iso3",
                "iso2",
                "m49",
                *(f"name_{code}" for code in LANGUAGES),
                "region_code",
                "subregion_code",
                "lat",
                "lon",
            ]
        )
        for row in sorted(rows, key=_code):
            iso2 = row["ISO 3166-1 Alpha 2-Codes"] or row["x Alpha2 codes"]
            numbers = [
                row[key] and row[key].zfill(3)
                for key in ("m49 numerical code", "Region Code", "Sub-region Code")
            ]
            lat, lon = points[_code(row)]
            out.writerow(
                [_code(row), iso2, numbers[0], *_names(row), *numbers[1:], f"{lat:.2f}", f"{lon:.2f}"]
            )


def _point(row: dict[str, str], source: Source) -> tuple[float, float]:
    """The table's point where it lies on the country's land, else the middle of its largest piece."""
    code = _code(row)
    rings = [degrees(ring, source) for ring in source.rings.get(code, [])]
    lat, lon = POINTS.get(code) or (float(row["Latitude"]), float(row["Longitude"]))
    if not rings or sum(inside(lon + 360 * k, lat, ring) for ring in rings for k in (-1, 0, 1)) % 2:
        return lat, (lon + 180) % 360 - 180
    lat, lon = _middle(max(rings, key=_size))
    return lat, (lon + 180) % 360 - 180


def _size(ring: Line) -> float:
    return abs(area(ring)) * math.cos(math.radians(ring[0][1]))


def _middle(ring: Line) -> tuple[float, float]:
    """The point of a 24 by 24 grid that lies inside and farthest from the coast."""
    (west, east), (south, north) = ((min(v), max(v)) for v in zip(*ring, strict=True))
    squeeze = math.cos(math.radians((south + north) / 2))
    steps = [(k + 0.5) / 24 for k in range(24)]
    grid = [(west + u * (east - west), south + v * (north - south)) for u in steps for v in steps]
    within = [spot for spot in grid if inside(*spot, ring)] or grid
    lon, lat = max(within, key=lambda s: min(math.hypot((x - s[0]) * squeeze, y - s[1]) for x, y in ring))
    return lat, lon


if __name__ == "__main__":
    main(Path(sys.argv[1]))
