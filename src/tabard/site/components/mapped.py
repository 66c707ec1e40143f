"""The form of a column mapping: each column with its cells, the field that it is, and what its words mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tabard.formats.columns import fold
from tabard.formats.log.mapping import FIELDS, WORDS, LogMapping, known_words, suggest
from tabard.rules.facts import OUTCOMES
from tabard.rules.refusals import Refused
from tabard.site.templatetags.words import vocabulary_language, word
from tabard.vocab import words

MOST_COLUMNS = 80
MOST_WORDS = 12  # of one column; the others are mapped while held rows are mended
LONGEST = 120
NAMED = {
    "key": _("Identifier"),
    "date": _("Date"),
    "date_end": _("Last day"),
    "year": _("Year"),
    "month": _("Month"),
    "day": _("Day"),
    "country_code": _("Country code"),
    "admin1": _("Region"),
    "admin2": _("District"),
    "locality": _("Place"),
    "lat": _("Latitude"),
    "lon": _("Longitude"),
    "details": _("Details"),
    "outcome": _("Outcome, in words"),
    "n": _("Number of persons"),
    "actor_name": _("Actor as named"),
}


@dataclass(frozen=True)
class Said:
    """A word of a column, and the code that it means."""

    text: str
    code: str


@dataclass(frozen=True)
class Column:
    """One column of the form."""

    name: str
    field: str
    samples: tuple[str, ...]
    said: tuple[Said, ...]
    codes: tuple[tuple[str, str], ...]


def field_name(name: str) -> str:
    """A field as people call it."""
    if name in NAMED:
        return str(NAMED[name])
    if name in OUTCOMES:
        return gettext("Persons: %(outcome)s") % {"outcome": word("outcome", name)}
    if name in words.words("recruitment") or name in words.words("gender"):
        of = "recruitment" if name in words.words("recruitment") else "gender"
        return gettext("Persons: %(outcome)s") % {"outcome": word(of, name)}
    return word("fact", name)


def fields() -> list[tuple[str, str]]:
    """Every field, by its name."""
    return sorted(((name, field_name(name)) for name in FIELDS), key=lambda each: each[1])


def from_file(rows: Sequence[Sequence[str]]) -> tuple[LogMapping, list[Column]]:
    """A first guess from a file's header and first rows."""
    header = [cell.strip() for cell in rows[0]][:MOST_COLUMNS]
    guess = suggest(header, rows[1:])
    found = []
    for at, name in enumerate(header):
        if name:
            cells = list(
                dict.fromkeys(row[at].strip() for row in rows[1:] if at < len(row) and row[at].strip())
            )
            found.append(column(name, guess.columns.get(name, ""), cells, {}))
    return guess, found


def from_saved(mapping: Mapping[str, Any]) -> list[Column]:
    """The columns that a saved mapping knows."""
    values = mapping.get("values", {})
    known = [(name, field, values.get(name, {})) for name, field in mapping["columns"].items()]
    return [column(name, field, list(codes), codes) for name, field, codes in known]


def column(name: str, field: str, cells: Sequence[str], codes: Mapping[str, str]) -> Column:
    """A column with its words, where its field is one of a list; a word of the list needs no mapping."""
    samples = tuple(cell[:LONGEST] for cell in cells[:MOST_WORDS])
    if field not in WORDS:
        return Column(name, field, samples, (), ())
    known = known_words(field)
    said = tuple(Said(cell, codes.get(cell, "")) for cell in samples if fold(cell) not in known)
    return Column(name, field, samples, said, choices(field))


def choices(field: str) -> tuple[tuple[str, str], ...]:
    """The words that a column of a field can mean."""
    language = vocabulary_language()
    return tuple((code, words.label(field, code, language)) for code in words.words(field))


def read(asked: Mapping[str, str]) -> list[Column]:
    """The columns as the form sends them back."""
    found = []
    for at in range(MOST_COLUMNS):
        name, field = asked.get(f"column-{at}", ""), asked.get(f"field-{at}", "")
        if not name:
            continue
        if field and field not in FIELDS:
            raise Refused("unknown_word", field="field")
        cells = [asked[f"cell-{at}-{n}"] for n in range(MOST_WORDS) if asked.get(f"cell-{at}-{n}")]
        codes = {cell: asked.get(f"code-{at}-{n}", "") for n, cell in enumerate(cells)}
        found.append(column(name, field, cells, codes))
    return found


def as_json(columns: Sequence[Column], date_order: str, before: Mapping[str, Any]) -> dict[str, Any]:
    """The mapping that the form says, as it is saved; what the form did not show stays as it was."""
    fields = {c.name: c.field for c in columns if c.field}
    values = {c.name: _codes(c, before) for c in columns if c.field}
    return {
        "columns": fields,
        "values": {name: table for name, table in values.items() if table},
        "date_order": date_order or None,
        "defaults": before.get("defaults", {}),
    }


def _codes(one: Column, before: Mapping[str, Any]) -> dict[str, str]:
    same = before.get("columns", {}).get(one.name) == one.field
    kept = before.get("values", {}).get(one.name, {}) if same else {}
    shown = {said.text: said.code for said in one.said}
    return {text: code for text, code in {**kept, **shown}.items() if code}
