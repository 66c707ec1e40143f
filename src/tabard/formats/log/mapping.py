"""The saved mapping of a log: which column is which field, which word which code; and a first guess."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import Any

from tabard.formats.columns import fold
from tabard.formats.days import ORDERS, parse
from tabard.rules.facts import OUTCOMES
from tabard.rules.refusals import Refused
from tabard.vocab.words import LANGUAGES, label, words

_TOML = tomllib.loads(Path(__file__).with_name("fields.toml").read_text(encoding="utf-8"))
NAMES = {name: tuple(map(fold, known)) for name, known in _TOML["field"].items()}
TRUTH = {fold(label): code == "yes" for code, labels in _TOML["truth"].items() for label in labels}
SCOPES: Mapping[str, str] = _TOML["scope"]  # org_type, or org_type:recruitment -> scope
FIELDS = frozenset(NAMES) | frozenset(OUTCOMES)
WORDS = (
    "outcome", "cause", "means", "context", "setting", "actor", "motive", "targeting", "certainty",
    "severity", "org_type", "scope", "recruitment", "gender", "function", "contract",
)  # fmt: skip
CLOSE_ENOUGH = 0.86


@dataclass(frozen=True, slots=True)
class LogMapping:
    """What an organisation saves for its log. Columns go by their names as written."""

    columns: Mapping[str, str] = field(default_factory=dict)  # column -> field
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # column -> its word -> code
    date_order: str | None = None  # dmy, mdy, ymd
    defaults: Mapping[str, str] = field(default_factory=dict)  # field -> code or number for every row


def _texts(data: object, name: str) -> dict[str, str]:
    if not isinstance(data, dict) or not all(isinstance(x, str) for pair in data.items() for x in pair):
        raise Refused("bad_value", field=name)
    return data


def from_json(data: Mapping[str, Any]) -> LogMapping:
    """A mapping as it was saved, checked: known fields, each once, codes that are words of their list."""
    if not isinstance(data, Mapping):
        raise Refused("bad_value", field="mapping")
    columns = _texts(data.get("columns", {}), "columns")
    defaults = _texts(data.get("defaults", {}), "defaults")
    told = data.get("values", {})
    if not isinstance(told, dict):
        raise Refused("bad_value", field="values")
    values = {column: _texts(table, "values") for column, table in told.items()}
    order = data.get("date_order")
    if order not in (None, *ORDERS):
        raise Refused("bad_value", field="date_order")
    mapping = LogMapping(columns, values, order, defaults)
    _check(mapping)
    return mapping


def to_json(mapping: LogMapping) -> dict[str, Any]:
    """The mapping as it is saved."""
    return {
        "columns": dict(mapping.columns),
        "values": {column: dict(table) for column, table in mapping.values.items()},
        "date_order": mapping.date_order,
        "defaults": dict(mapping.defaults),
    }


def _check(mapping: LogMapping) -> None:
    fields = list(mapping.columns.values())
    for told, names in (("columns", fields), ("defaults", mapping.defaults)):
        if not FIELDS.issuperset(names):
            raise Refused("unknown_field", field=told, allowed=", ".join(sorted(FIELDS)))
    if len(set(fields)) < len(fields):
        raise Refused("bad_value", field="columns")
    if not {"date", "year"} & set(fields):
        raise Refused("mapping_incomplete", field="date")
    for column, table in mapping.values.items():
        _check_codes(mapping.columns.get(column, ""), table.values())
    for name, code in mapping.defaults.items():
        _check_codes(name, [code])


def _check_codes(name: str, codes: Iterable[str]) -> None:
    if name in WORDS and any(code and code not in words(name) for code in codes):
        raise Refused("unknown_word", field=name)


@cache
def known_words(name: str) -> dict[str, str]:
    """Folded label, in any language, or code of a list -> code."""
    labels = {fold(label(name, code, language)): code for code in words(name) for language in LANGUAGES}
    return labels | {fold(code): code for code in words(name)}


def _likeness(name: str, known: Sequence[str]) -> float:
    if name in known:
        return 1.0
    near = (other for other in known if len(other) > 3 and abs(len(other) - len(name)) < 4)
    return max((SequenceMatcher(None, name, other).ratio() for other in near), default=0.0)


def suggest(header: Sequence[str], rows: Sequence[Sequence[str]] = ()) -> LogMapping:
    """A first guess from the names of the columns, best likeness first; the order of dates from the rows."""
    pairs = [(column, name, known) for column in header for name, known in NAMES.items()]
    scores = [(_likeness(fold(column)[:80], known), column, name) for column, name, known in pairs]
    columns: dict[str, str] = {}
    for score, column, name in sorted(scores, key=lambda found: -found[0]):
        if score >= CLOSE_ENOUGH and column not in columns and name not in columns.values():
            columns[column] = name
    return LogMapping(columns=columns, date_order=_order(header, rows, columns))


def _order(header: Sequence[str], rows: Sequence[Sequence[str]], columns: Mapping[str, str]) -> str | None:
    """The order in which every sample is a date; none where two orders fit them all."""
    at = [at for at, column in enumerate(header) if columns.get(column) in ("date", "date_end")]
    samples = [row[i] for row in rows for i in at if i < len(row) and row[i].strip()]
    fitting = [order for order in ORDERS if samples and all(_fits(text, order) for text in samples)]
    return fitting[0] if len(fitting) == 1 else None


def _fits(text: str, order: str) -> bool:
    try:
        parse(text, order)
    except ValueError:
        return False
    return True
