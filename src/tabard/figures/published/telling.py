"""What a finding says, in the reader's language: its sentence, what to do, and what would be right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tabard.rules.checks.finding import Finding, Suggestion
from tabard.vocab.catalogue import message, next_step
from tabard.vocab.words import label

# Numbers of a finding that are codes of a list of words.
CODES = {"declared": "unit", "cause": "cause", "named": "cause"}
# Arithmetic is read from left to right in every language: in Arabic it would else be drawn as its mirror image.
LEFT_TO_RIGHT, END = "\u2066", "\u2069"


@dataclass(frozen=True, slots=True)
class Told:
    """A finding in words."""

    finding: Finding
    sentence: str
    next_step: str
    suggestions: tuple[str, ...]


def tell(finding: Finding, language: str = "en") -> Told:
    """The sentences of the catalogue, filled with the arithmetic."""
    numbers = {name: _word(name, value, language) for name, value in finding.numbers.items()}
    return Told(
        finding,
        message(finding.rule, language, **numbers),
        next_step(finding.rule, language, **numbers),
        tuple(_suggested(each, language) for each in finding.suggestions),
    )


def _word(name: str, value: str | int, language: str) -> str | int:
    codes = CODES.get(name)
    if codes is None:
        return f"{LEFT_TO_RIGHT}{value}{END}" if language == "ar" and isinstance(value, str) else value
    return ", ".join(label(codes, code, language) for code in str(value).split(", "))


def _suggested(one: Suggestion, language: str) -> str:
    said: Mapping[str, str] = {"printed": one.printed, "should_be": one.should_be}
    return f"{message('check_suggested', language, **said)} {message(f'why_{one.why}', language)}"
