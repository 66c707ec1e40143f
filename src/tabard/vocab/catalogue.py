"""The sentences behind every refusal and finding: what is wrong and what to do next.

Refusals stand by code in `data/errors.csv`, what the checks of figures find in `data/findings.csv`.

Fields are put in as plain text; a field that the caller left out shows as an ellipsis."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from string import Formatter
from typing import Any

from tabard.vocab.words import HERE, LANGUAGES, records

FILES = ("errors", "findings")


def codes() -> tuple[str, ...]:
    """Every code of the catalogue, in its order."""
    return tuple(_sentences("en"))


def message(code: str, language: str = "en", **fields: str | int) -> str:
    """What happened, in the reader's language, else in English, else the code itself."""
    return _fill(code, language, "message", fields) or code


def next_step(code: str, language: str = "en", **fields: str | int) -> str:
    """What the reader can do about it."""
    return _fill(code, language, "next_step", fields)


def _fill(code: str, language: str, part: str, fields: Mapping[str, str | int]) -> str:
    for tongue in (language, "en"):
        sentence = _sentences(tongue).get(code, {}).get(part)
        if sentence:
            return _Gaps().vformat(sentence, (), dict(fields))
    return ""


class _Gaps(Formatter):
    """A missing field must never turn a refusal into a crash, nor a field into a format string."""

    def get_field(self, field_name: str, args: Any, kwargs: Mapping[str, Any]) -> tuple[Any, str]:
        return str(kwargs.get(field_name, "…")), field_name


@cache
def _sentences(language: str) -> Mapping[str, Mapping[str, str]]:
    folder = HERE / "data" if language == "en" else HERE / "labels" / language
    paths = [folder / f"{name}.csv" for name in FILES] if language in LANGUAGES else []
    return {record["code"]: record for path in paths if path.exists() for record in records(path)}
