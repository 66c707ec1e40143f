"""What is asked of a snapshot: every published table as its page shows it, and the columns that they name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tabard.figures import cells, cubes, layout
from tabard.figures.declarations import REGISTER, declaration, names
from tabard.figures.engines import Question

YEAR = 2019
TEN = tuple(str(year) for year in range(YEAR, YEAR - 10, -1))


def used(name: str) -> list[str]:
    """The columns of one file that any table's SQL names."""
    named = {column for table in names() for column in cubes.columns(declaration(table).sql, name)}
    scope = {"scope"} & set(layout.KEYS[name])
    return [*sorted(named | scope), *layout.COUNTS[name]]


def questions(folder: Path) -> Iterator[Question]:
    """Every table with the columns in which its page shows it."""
    for name in names():
        said = declaration(name)
        own = REGISTER in said.collections
        collections = tuple("own" if code == REGISTER else code for code in said.collections)
        years = (str(YEAR), str(YEAR - 1), f"{YEAR + 1}-H1") if own else TEN
        yield Question(said, folder, collections, tuple(map(cells.column, years)))
