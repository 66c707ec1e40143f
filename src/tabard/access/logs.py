"""Logs that hold no value somebody typed: exceptions are logged by type and place only,
refused requests by their status, the pattern of their address, the refusal's code and the account that asked."""

from __future__ import annotations

import logging
import traceback
from typing import Any

from django.utils.functional import SimpleLazyObject

REFUSAL = "tabard.refusal"  # where a request keeps the code of what it was refused for


class NoValues(logging.Filter):
    """Replaces an exception's message and values by its type and where it was raised."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith(("django.request", "django.security")) and not record.exc_info:
            record.msg, record.args = _answered(record), ()
        if record.exc_info and record.exc_info[0]:
            kind, _, trace = record.exc_info
            places = [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(trace)[-6:]]
            record.msg, record.args = f"{record.name} {kind.__name__} at {' > '.join(places)}", ()
            record.exc_info = record.exc_text = None
        return True


def _answered(record: logging.LogRecord) -> str:
    """Django's own line quotes the address or the header as it was typed."""
    request = getattr(record, "request", None)
    match = getattr(request, "resolver_match", None)
    code = getattr(request, "META", {}).get(REFUSAL, "")
    asker = asked_by(request)
    return line(getattr(record, "status_code", "refused"), getattr(match, "route", ""), code, asker)


def line(status: object, route: str, code: str, asker: str) -> str:
    """One refused request: what was answered, to which kind of address, why, and to whom."""
    who = f"account:{asker}" if asker else ""
    return " ".join(str(part) for part in (status, route, code, who) if part)


def asked_by(request: Any) -> str:
    """The account that asked, where that is known already: writing a line asks no database."""
    known = getattr(request, "__dict__", {})
    user = known.get("_cached_user", known.get("user"))
    return "" if isinstance(user, SimpleLazyObject) else str(getattr(user, "pk", "") or "")
