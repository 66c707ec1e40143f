"""What the register adds up to, from `data/plan.toml`, and what each kind of incident looks like."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
YEARS = (2018, 2019, 2020)
# In this order; robbery is filled up last where the number of persons affected is given.
ROWS = (
    "killed_violence",
    "killed_safety",
    "injured_violence",
    "injured_safety",
    "abducted",
    "arrested_detained",
    "intimidation_harassment",
    "sexual_assault",
    "aggravated_assault",
    "residence_break_in",
    "burglary",
    "other",
    "robbery",
)
CASES = "intimidation_harassment"
FILLER = "robbery"


@dataclass(frozen=True)
class Plan:
    """One year of one scope."""

    year: int
    scope: str
    rows: Mapping[str, int]
    affected: int | None = None
    premises: int = 0
    vehicles: int = 0
    repeats: int = 0
    both: Mapping[str, int] = field(default_factory=dict)
    local: Mapping[str, int] = field(default_factory=dict)
    causes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What its incidents are named after."""
        return f"{self.year}-{self.scope}"

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day of its year."""
        return date(self.year, 1, 1), date(self.year, 12, 31)


@dataclass(frozen=True)
class Area:
    """Where the invented incidents happen: how often, whether there is fighting, how far from the middle."""

    iso3: str
    weight: int
    conflict: bool
    spread: float
    language: str


@cache
def plans() -> tuple[Plan, ...]:
    """Every year of every scope."""
    years = tomllib.loads((DATA / "plan.toml").read_text("utf-8"))
    return tuple(_plan(int(year), scope, said) for year in years for scope, said in years[year].items())


def _plan(year: int, scope: str, said: Mapping[str, Any]) -> Plan:
    rows = {row: said[row] for row in ROWS if row in said}
    return Plan(year, scope, rows, **{name: value for name, value in said.items() if name not in ROWS})


@cache
def profiles() -> Mapping[str, Any]:
    """The weights of `data/profiles.toml`."""
    return tomllib.loads((DATA / "profiles.toml").read_text("utf-8"))


@cache
def areas() -> Mapping[str, Area]:
    """The countries of the example by code."""
    return {area.iso3: area for area in _areas()}


def _areas() -> Iterator[Area]:
    with (DATA / "places.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            weight, conflict, spread = int(row["weight"]), row["conflict"] == "1", float(row["spread"])
            yield Area(row["iso3"], weight, conflict, spread, row["language"])
