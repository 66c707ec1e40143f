"""Plain text: UTF-8, nothing that a terminal obeys, nothing that a browser would run if somebody renamed it."""

from __future__ import annotations

import re

from tabard.rules.refusals import Refused

OBEYED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
RUNS = re.compile(
    r"<\s*[!?/]?\s*(?:doctype|html|svg|script|iframe|object|embed|form|img|body|meta|link|xml|php|math|style)\b"
    r"|\A\s*(?:#!|\{\\rtf|%!PS|MZ|@echo\b)",
    re.IGNORECASE,
)


def clean(data: bytes, kind: str) -> bytes:
    """The text with plain line ends."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("wrong_encoding") from None
    if OBEYED.search(text):
        raise Refused("damaged_file")
    if RUNS.search(text):
        raise Refused("active_content")
    return text.replace("\r\n", "\n").encode()
