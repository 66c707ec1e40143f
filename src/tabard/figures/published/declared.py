"""The declared structure of printed tables, read from the TOML files beside: an editor changes it without code."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from tabard.rules.checks.figure import Figure
from tabard.rules.checks.structure import Structure, structure

FOLDER = Path(__file__).parent


@cache
def declared() -> Structure:
    """What all files declare together."""
    return structure(
        tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml"))
    )


def bound(key: str, printed: Any) -> Figure:
    """What was entered or stored of a printed figure, with the measure that its place stands for."""
    names = ("table", "row", "column", "source", "year", "unit", "printed")
    return declared().bound(key, {name: getattr(printed, name) for name in names})
