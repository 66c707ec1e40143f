"""A JSON array of flat objects as a table, read object by object; numbers stay as they are written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import BinaryIO, TextIO

from tabard.formats.csvfile import decoded
from tabard.formats.reading import Limits, Note
from tabard.formats.tables import Raw
from tabard.rules.refusals import Refused

_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
_GAP = re.compile(r"[\s,]*")
_LONE = re.compile("[\ud800-\udfff]")  # half of a character: no file or register can keep it
CHUNK = 1 << 16


def _refused() -> Refused:
    return Refused("unreadable_file", format="JSON")


def text_of(value: object) -> str:
    """A JSON value as the text of a cell: null is blank, a nested value is its JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    try:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    except RecursionError:
        raise _refused() from None
    return _LONE.sub("\ufffd", text)


def elements(text: TextIO, limits: Limits) -> Iterator[tuple[object, str]]:
    """Each element of the array, with its raw text; never more than one element in memory."""
    window = text.read(CHUNK).lstrip()
    if not window.startswith("["):
        raise _refused()
    at = 1
    while True:
        at += len(gap[0]) if (gap := _GAP.match(window, at)) else 0
        if window.startswith("]", at):
            return
        found = _element(window, at)
        if found is not None:
            value, end = found
            yield value, _LONE.sub("\ufffd", window[at:end])
            at = end
            continue
        more = text.read(CHUNK)
        window, at = window[at:] + more, 0
        if not more:
            raise _refused()
        if len(window) > limits.chars_per_row + CHUNK:
            raise Refused("row_too_long", row=0)


def _element(window: str, at: int) -> tuple[object, int] | None:
    """The element that starts there and where it ends; None where the window ends before it surely does."""
    try:
        value, end = _DECODER.raw_decode(window, at)
    except json.JSONDecodeError:
        return None
    except (RecursionError, ValueError):
        raise _refused() from None
    return (value, end) if end < len(window) else None


def records(stream: BinaryIO, limits: Limits) -> Iterator[Raw]:
    """The names of the first object as the header, then a row for each object."""
    names: tuple[str, ...] = ()
    with decoded(stream) as text:
        for number, (value, raw) in enumerate(elements(text, limits), start=1):
            if not names and isinstance(value, dict):
                names = tuple(text_of(name) for name in value)
                yield Raw(0, names, json.dumps(names, ensure_ascii=False))
            yield _record(number, value, raw, names)


def _record(number: int, value: object, raw: str, names: tuple[str, ...]) -> Raw:
    if not names:
        raise _refused()
    if not isinstance(value, dict):
        return Raw(number, (), raw, (Note("not_a_record"),), broken=True)
    extra = (Note("unknown_column"),) if set(value) - set(names) else ()
    return Raw(number, tuple(text_of(value.get(name)) for name in names), raw, extra)
