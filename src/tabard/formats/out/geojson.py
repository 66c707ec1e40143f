"""GeoJSON (RFC 7946): a feature for each row, without a geometry where no position is known.

How precise the position is stands with it: a centroid is no place where something happened."""

from __future__ import annotations

import json
from typing import Any, TextIO

from tabard.formats.out.columns import INCIDENTS, OutColumn, Picker, Row, Rows

_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=str).encode


def _geometry(row: Row) -> dict[str, Any] | None:
    lat, lon = row.get("lat"), row.get("lon")
    return None if lat is None or lon is None else {"type": "Point", "coordinates": [lon, lat]}


def write(rows: Rows, stream: TextIO, columns: tuple[OutColumn, ...] = INCIDENTS) -> None:
    """A feature collection, streamed."""
    pick = Picker(tuple(column for column in columns if column.kind != "place"))
    stream.write('{"type":"FeatureCollection","features":[')
    gap = "\n"
    for row in rows:
        properties = dict(zip(pick.names, pick(row), strict=True))
        stream.write(gap + _ENCODE({"type": "Feature", "geometry": _geometry(row), "properties": properties}))
        gap = ",\n"
    stream.write("\n]}\n")
