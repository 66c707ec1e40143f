"""Reads the code lists of `data/<list>.csv` and their labels in `labels/<language>/<list>.csv`.

A word is never deleted and its code never used again: it is retired by `valid_to`."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

HERE = Path(__file__).parent
LANGUAGES = ("ar", "zh", "en", "fr", "ru", "es")
# These share the folder and are tables of another shape, not lists of words.
NOT_LISTS = frozenset({"errors", "findings", "resolution_terms"})


@dataclass(frozen=True, slots=True)
class Word:
    """One word of one list. `extra` holds the columns that only this list has."""

    code: str
    label: str
    definition: str
    provenance: str
    parent: str
    valid_from: date | None
    valid_to: date | None
    extra: Mapping[str, str]

    def valid(self, on: date) -> bool:
        """Whether the word may be used for something recorded on that day (the ends included)."""
        return (self.valid_from or on) <= on <= (self.valid_to or on)


COLUMNS = tuple(field.name for field in fields(Word) if field.name != "extra")


def records(path: Path) -> Iterator[dict[str, str]]:
    """The rows of one of our own tables; every cell is text, a blank stays a blank."""
    with path.open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream, strict=True)


@cache
def lists() -> tuple[str, ...]:
    """The code of every list, in alphabetical order."""
    return tuple(sorted({path.stem for path in (HERE / "data").glob("*.csv")} - NOT_LISTS))


@cache
def words(list_code: str) -> Mapping[str, Word]:
    """The words of a list by code, in the order in which pages and forms show them."""
    if list_code not in lists():
        raise KeyError("no such list of words")
    found = (_word(record) for record in records(HERE / "data" / f"{list_code}.csv"))
    return MappingProxyType({word.code: word for word in found})


def label(list_code: str, code: str, language: str = "en") -> str:
    """What people read: in their language, else in English, else the code itself."""
    for tongue in (language, "en"):
        if text := _labels(list_code, tongue).get(code):
            return text
    return code


def is_word(list_code: str, code: str, on: date | None = None) -> bool:
    """Whether the list holds the code; with a day, whether it was valid on that day."""
    word = words(list_code).get(code)
    return word is not None and (on is None or word.valid(on))


def ancestors(list_code: str, code: str) -> tuple[str, ...]:
    """The coarser words above a word, nearest first; empty where there are none."""
    found: list[str] = []
    word = words(list_code).get(code)
    while word is not None and word.parent and word.parent not in found:
        found.append(word.parent)
        word = words(list_code).get(word.parent)
    return tuple(found)


def column(list_code: str, name: str) -> Mapping[str, str]:
    """One column of a list by code, blanks left out: `column("cause", "branch")`."""
    return {code: word.extra[name] for code, word in words(list_code).items() if word.extra.get(name)}


@cache
def _labels(list_code: str, language: str) -> Mapping[str, str]:
    if language not in LANGUAGES or list_code not in lists():
        return {}
    path = HERE / "labels" / language / f"{list_code}.csv"
    return {record["code"]: record["label"] for record in records(path)}


def _word(record: dict[str, str]) -> Word:
    return Word(
        code=record["code"],
        label=record["label"],
        definition=record["definition"],
        provenance=record["provenance"],
        parent=record["parent"],
        valid_from=_day(record["valid_from"]),
        valid_to=_day(record["valid_to"]),
        extra=MappingProxyType({name: text for name, text in record.items() if name not in COLUMNS}),
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
