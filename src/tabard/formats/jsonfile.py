"""A JSON array of flat objects as a table, read object by object; numbers stay as they are written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import BinaryIO

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
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return _LONE.sub("\ufffd", text)


def elements(stream: BinaryIO, limits: Limits) -> Iterator[tuple[object, str]]:
    """Each element of the array, with its raw text; never more than one element in memory."""
    text = decoded(stream)
    window = text.read(CHUNK).lstrip()
    if not window.startswith("["):
        raise _refused()
    at = 1
    while True:
        at = _GAP.match(window, at).end()  # type: ignore[union-attr]  # it matches nothing at all, too
        if window.startswith("]", at):
            return
        try:
            value, end = _DECODER.raw_decode(window, at)
            complete = end < len(window)
        except json.JSONDecodeError:
            complete = False
        except (RecursionError, ValueError):
            raise _refused() from None
        if complete:
            yield value, _LONE.sub("\ufffd", window[at:end])
            at = end
            continue
        more = text.read(CHUNK)
        window, at = window[at:] + more, 0
        if not more:
            raise _refused()
        if len(window) > limits.chars_per_row + CHUNK:
            raise Refused("row_too_long", row=0)


def records(stream: BinaryIO, limits: Limits) -> Iterator[Raw]:
    """The names of the first object as the header, then a row for each object."""
    names: tuple[str, ...] = ()
    try:
        for number, (value, raw) in enumerate(elements(stream, limits), start=1):
            if not names and isinstance(value, dict):
                names = tuple(text_of(name) for name in value)
                yield Raw(0, names, json.dumps(names, ensure_ascii=False))
            yield _record(number, value, raw, names)
    except RecursionError:
        raise _refused() from None


def _record(number: int, value: object, raw: str, names: tuple[str, ...]) -> Raw:
    if not names:
        raise _refused()
    if not isinstance(value, dict):
        return Raw(number, (), raw, (Note("not_a_record"),), broken=True)
    extra = (Note("unknown_column"),) if set(value) - set(names) else ()
    return Raw(number, tuple(text_of(value.get(name)) for name in names), raw, extra)
