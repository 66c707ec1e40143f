"""Header tables and word lists of a format, from its `columns.toml`: which column is which field, which
label is which code. Names are compared without case, blanks, accents and full-width forms."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tabard.formats.reading import Header


@dataclass(frozen=True, slots=True)
class Column:
    """A field, the names it goes by, and its HXL tag. `nth` tells repeated names apart by their order."""

    field: str
    names: tuple[str, ...]
    hxl: str = ""
    nth: int = 1


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each field stands in the rows of one file."""

    header: Header
    where: Mapping[str, int]
    beside: tuple[int, ...] = ()  # the columns that no field takes


@dataclass(frozen=True, slots=True)
class Scheme:
    """Everything that a format's `columns.toml` declares."""

    columns: tuple[Column, ...]
    needed: tuple[str, ...]
    generations: Mapping[str, tuple[str, ...]]  # name -> fields that it has; the first match wins
    words: Mapping[str, Mapping[str, str]]  # list -> folded label -> code ("": no code carries it)
    lost: Mapping[str, str]  # field or column -> why the facts cannot carry it


def fold(text: str) -> str:
    """A name or label as it is compared: letters and digits of any script, no accents, no case."""
    plain = text.replace("&nbsp;", " ")
    if not plain.isascii():
        marked = unicodedata.normalize("NFKD", plain)
        plain = "".join(letter for letter in marked if not unicodedata.combining(letter))
    plain = plain.casefold()
    return " ".join(re.findall(r"[^\W_]+", plain))


def is_tags(cells: Sequence[str]) -> bool:
    """A row of HXL tags: every cell that says anything is a tag."""
    said = [cell.strip() for cell in cells if cell.strip()]
    return bool(said) and all(re.match(r"#[a-zA-Z]", cell) for cell in said)


def load(path: Path) -> Scheme:
    """The scheme written in a `columns.toml`."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    columns = tuple(
        Column(entry["field"], tuple(map(fold, entry["names"])), entry.get("hxl", ""), entry.get("nth", 1))
        for entry in data["column"]
    )
    words = {
        name: {fold(said): code for said, code in table.items()} for name, table in data["words"].items()
    }
    generations = {entry["name"]: tuple(entry["has"]) for entry in data["generation"]}
    return Scheme(columns, tuple(data["needed"]), generations, words, data.get("lost", {}))


def _positions(header: Sequence[str]) -> dict[tuple[str, int], int]:
    """(folded name, 1 for its first occurrence, 2 for its second …) -> position."""
    seen: dict[str, int] = {}
    found = {}
    for at, name in enumerate(map(fold, header)):
        seen[name] = seen.get(name, 0) + 1
        found[name, seen[name]] = at
    return found


def _tag(text: str) -> str:
    """An HXL tag with its attributes in a fixed order and without blanks."""
    head, *attributes = re.sub(r"\s", "", text.lower()).split("+")
    return "+".join([head, *sorted(attributes)])


def match(scheme: Scheme, header: Sequence[str], tags: Sequence[str] = ()) -> Layout | None:
    """Which column is which field: by name, else by tag. None where a needed field is missing."""
    positions = _positions(header)
    tagged = {_tag(tag): at for at, tag in reversed(list(enumerate(tags))) if tag.strip()}
    where: dict[str, int] = {}
    for column in scheme.columns:
        found = (positions.get((name, column.nth)) for name in column.names)
        at = next((at for at in found if at is not None), None)
        if at is None and column.hxl:
            at = tagged.get(_tag(column.hxl))
        if at is not None and at not in where.values():
            where[column.field] = at
    if any(field not in where for field in scheme.needed):
        return None
    generation = next(name for name, has in scheme.generations.items() if where.keys() >= set(has))
    return layout(generation, header, where, tagged=bool(tags))


def layout(generation: str, header: Sequence[str], where: Mapping[str, int], *, tagged: bool) -> Layout:
    """The layout of a header of which each field's place is known."""
    taken = set(where.values())
    beside = tuple(at for at, name in enumerate(header) if at not in taken and name.strip())
    unknown = tuple(header[at] for at in beside)
    return Layout(Header(generation, tuple(header), unknown, tagged), where, beside)
