"""`docs/operating.md`: its limits are the code's own, and the settings that it names are read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| `([\w/]+)\.py` ([\w.]+) \|$", re.MULTILINE)
LIMITS = ROW.findall(PAGE)
TIMES = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}
SIZES = {"MB": 1_000_000}


def found(module: str, path: str) -> Any:
    """What a constant is: attributes, keys and places, one after the other."""
    value: Any = import_module("tabard." + module.replace("/", "."))
    for part in path.split("."):
        if part.isdigit():
            value = value[int(part)]
        else:
            value = value[part] if isinstance(value, Mapping) else getattr(value, part)
    return value.total_seconds() if isinstance(value, timedelta) else value


def meant(text: str) -> float | str:
    """What a cell says: a number of something, or a rate as it is written."""
    number, _, unit = text.partition(" ")
    return float(number.replace(",", "")) * (TIMES | SIZES).get(unit, 1) if unit else text


@pytest.mark.parametrize(("what", "text", "module", "path"), LIMITS, ids=lambda cell: str(cell))
def test_a_limit_is_the_codes_own(what: str, text: str, module: str, path: str) -> None:
    assert found(module, path) == meant(text)


def test_every_row_of_the_table_is_compared() -> None:
    section = PAGE.partition("\n## Limits\n")[2].partition("\n## ")[0]
    assert len(LIMITS) == section.count("\n| ") - 1 > 20


def test_the_settings_that_it_names_are_read() -> None:
    code = "".join(
        (ROOT / "src" / "tabard" / "site" / name).read_text() for name in ("settings.py", "environment.py")
    )
    named = {name.removeprefix("TABARD_OIDC_") for name in re.findall(r"\bTABARD_[A-Z_]+\b", PAGE)}
    assert {name for name in named - {"ISSUER"} if name not in code} == set()
