"""Reads `tables/<name>.toml` and `<name>.sql`: what a table counts, in which unit, of whom, whose counting."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tabard.figures.lint import check
from tabard.rules.canonical import digest
from tabard.rules.refusals import Refused

FOLDER = Path(__file__).parent / "tables"
REGISTER = "register"  # stands for the own register, or for the example that is read in its place


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `says` is its rule in words; `not_stated` names the row of what no source splits."""

    code: str
    label: str
    unit: str
    rule: str
    says: str
    part_of: str = ""
    not_stated: str = ""
    only_if_any: bool = False


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a table may see and how it reads; the SQL beside it says which facts fall in which cell."""

    code: str
    version: int
    title: str
    scopes: tuple[str, ...]
    collections: tuple[str, ...]
    year_rule: str
    provenance: str
    rows: tuple[Row, ...]
    sql: str
    footnotes: tuple[str, ...] = ()

    @property
    def scope(self) -> str:
        """The scope as one word for a cell."""
        return "+".join(self.scopes)

    @property
    def digest(self) -> str:
        """Changes with every change of the rule."""
        return digest(self.sql, repr((self.version, self.scopes, self.collections, self.rows)))

    def row(self, code: str) -> Row:
        """The row of that code. Refused where there is none."""
        found = next((row for row in self.rows if row.code == code), None)
        if found is None:
            raise Refused("table_unknown")
        return found


def names() -> tuple[str, ...]:
    """The code of every table, in alphabetical order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


@cache
def declaration(name: str) -> Declaration:
    """The table of that code, its SQL checked. Refused where there is none."""
    if name not in names():
        raise Refused("table_unknown")
    said = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return declared(said, (FOLDER / f"{name}.sql").read_text(encoding="utf-8"))


def declared(said: dict[str, Any], sql: str) -> Declaration:
    """A declaration from its two files. Refused where the SQL leaves the subset or its views."""
    if check(sql):
        raise Refused("table_out_of_bounds", table=said["code"])
    parts: dict[str, Any] = dict(said)
    parts |= {name: tuple(said[name]) for name in ("scopes", "collections", "footnotes") if name in said}
    parts |= {"sql": sql, "rows": tuple(Row(**row) for row in said["rows"])}
    return Declaration(**parts)
