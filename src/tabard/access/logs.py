"""Logs that hold no value somebody typed: exceptions are logged by type and place only."""

from __future__ import annotations

import logging
import traceback


class NoValues(logging.Filter):
    """Replaces an exception's message and values by its type and where it was raised."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and record.exc_info[0]:
            kind, _, trace = record.exc_info
            places = [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(trace)[-6:]]
            record.msg, record.args = f"{record.name} {kind.__name__} at {' > '.join(places)}", ()
            record.exc_info = record.exc_text = None
        return True
