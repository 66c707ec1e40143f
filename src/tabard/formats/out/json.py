"""JSON: an array of objects, one a line; what is not stated is null, 0 is 0."""

from __future__ import annotations

import json
from typing import TextIO

from tabard.formats.out.columns import INCIDENTS, OutColumn, Picker, Rows

_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=str).encode


def write(rows: Rows, stream: TextIO, columns: tuple[OutColumn, ...] = INCIDENTS) -> None:
    """Every row as an object with every column."""
    pick = Picker(columns)
    gap = "[\n"
    for row in rows:
        stream.write(gap + _ENCODE(dict(zip(pick.names, pick(row), strict=True))))
        gap = ",\n"
    stream.write("[]\n" if gap == "[\n" else "\n]\n")
