"""Logs that hold no value somebody typed: exceptions are logged by type and place only,
refused requests by their status and the pattern of their address."""

from __future__ import annotations

import logging
import traceback


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
    match = getattr(getattr(record, "request", None), "resolver_match", None)
    parts = (getattr(record, "status_code", "refused"), getattr(match, "route", ""))
    return " ".join(str(part) for part in parts if part)
