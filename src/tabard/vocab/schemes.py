"""Loads the counting schemes of `data/schemes/<code>.toml` into the frozen values that rules project with."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from tabard.rules.schemes import FACTS, Condition, Rule, Scheme
from tabard.vocab.words import HERE, column

FOLDER = HERE / "data" / "schemes"


@cache
def schemes() -> Mapping[str, Scheme]:
    """Every scheme we ship, by code, in alphabetical order."""
    found = (_scheme(tomllib.loads(path.read_text("utf-8"))) for path in sorted(FOLDER.glob("*.toml")))
    return MappingProxyType({each.code: each for each in found})


def scheme(code: str) -> Scheme:
    """One scheme; a code that nobody ships is a fault of the program."""
    return schemes()[code]


def _scheme(data: Mapping[str, Any]) -> Scheme:
    return Scheme(
        code=data["code"],
        version=data["version"],
        label=data["label"],
        provenance=data["provenance"],
        valid_from=data.get("valid_from"),
        day_from=data["day_from"],
        single=data["single"],
        counts_rowless=data["counts_rowless"],
        categories=_rules(data["category"]),
        outside=_rules(data["outside"]),
        reasons=_rules(data["reason"]),
        carries=frozenset(data["carries"]),
        branches=MappingProxyType(column("cause", "branch")),
        captors=MappingProxyType(column("actor", "captor")),
    )


def _rules(tables: Iterable[Mapping[str, Any]]) -> tuple[Rule, ...]:
    return tuple(
        Rule(
            code=table["code"],
            when=tuple(_condition(each) for each in table["when"]),
            unit=table.get("unit", "persons"),
            outcomes=tuple(table.get("outcomes", ())),
        )
        for table in tables
    )


def _condition(table: Mapping[str, list[str]]) -> Condition:
    """A misspelt fact would never hold, and silently count nobody: refuse it while loading."""
    if unknown := set(table) - FACTS:
        raise ValueError(f"conditions on unknown facts: {sorted(unknown)}")
    return MappingProxyType({name: frozenset(values) for name, values in table.items()})
