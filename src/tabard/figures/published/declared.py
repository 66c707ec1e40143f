"""The declared structure of printed tables, read from the TOML files beside: an editor changes it without code."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from tabard.rules.checks.structure import Structure, structure

FOLDER = Path(__file__).parent


@cache
def declared() -> Structure:
    """What all files declare together."""
    return structure(
        tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml"))
    )
