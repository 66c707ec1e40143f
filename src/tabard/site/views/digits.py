"""Whole numbers out of an address or a form: plain digits, and no more of them than such a number has."""

from __future__ import annotations

from tabard.rules.refusals import Refused

YEAR = 4
ROW = 9


def is_whole(text: str, longest: int) -> bool:
    """Whether the text is a whole number; digits of other scripts and endless ones are none."""
    return text.isascii() and text.isdigit() and len(text) <= longest


def whole(text: str, field: str, longest: int) -> int:
    """The number, or a refusal that names the field and not what was typed."""
    if not is_whole(text, longest):
        raise Refused("bad_value", field=field)
    return int(text)
