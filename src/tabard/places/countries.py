"""Countries and territories: codes, names in six languages, a point for the map, and how a file's own
way of writing one is recognised. The facts are `data/countries.csv`, the spellings `data/aliases.csv`.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

DATA = Path(__file__).parent / "data"
LANGUAGES = ("en", "fr", "es", "ru", "zh", "ar")


@dataclass(frozen=True, slots=True)
class Country:
    """`iso3` XKX is Kosovo, the only code that ISO leaves to its users; it has no M49 code."""

    iso3: str
    iso2: str
    m49: str
    names: Mapping[str, str]
    region: str
    subregion: str
    lat: float
    lon: float


def country(iso3: str) -> Country | None:
    """The country with this ISO alpha-3 code."""
    return countries().get(iso3)


@lru_cache(maxsize=1)
def countries() -> Mapping[str, Country]:
    """All of them by ISO alpha-3 code, in the order of the codes."""
    return MappingProxyType({row["iso3"]: _country(row) for row in _rows("countries.csv")})


def name(iso3: str, language: str) -> str:
    """The name in a language, else in English; a code we do not know stands for itself."""
    found = country(iso3)
    return found.names.get(language, found.names["en"]) if found else iso3


def find(text: str, code: str | None = None) -> str | None:
    """The ISO alpha-3 code of what a file says, by its code (ISO alpha-2 or -3, M49) or else by name.

    None is unknown: nothing was said, or nothing that one country alone answers to. `NA` is Namibia
    where it stands as a code, and nothing where it stands as a name.
    """
    return _codes().get(_folded(code or "")) or _spellings().get(_folded(text))


def _rows(file: str) -> Iterator[dict[str, str]]:
    with (DATA / file).open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _country(row: dict[str, str]) -> Country:
    names = MappingProxyType({language: row[f"name_{language}"] for language in LANGUAGES})
    place = float(row["lat"]), float(row["lon"])
    return Country(
        row["iso3"], row["iso2"], row["m49"], names, row["region_code"], row["subregion_code"], *place
    )


@lru_cache(maxsize=1)
def _codes() -> Mapping[str, str]:
    pairs = ((code, found.iso3) for found in countries().values() for code in _codes_of(found))
    return {_folded(code): iso3 for code, iso3 in pairs if code}


def _codes_of(found: Country) -> tuple[str, ...]:
    return found.iso2, found.iso3, found.m49, found.m49.lstrip("0")


@lru_cache(maxsize=1)
def _spellings() -> Mapping[str, str]:
    """Folded names in every language, ISO alpha-3 codes, and aliases."""
    known = {_folded(iso3): iso3 for iso3 in countries()}
    known |= {_folded(text): found.iso3 for found in countries().values() for text in found.names.values()}
    return known | {_folded(row["alias"]): row["iso3"] for row in _rows("aliases.csv")}


def _folded(text: str) -> str:
    """Letters and digits only, without case and accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if c.isalnum())
