"""Instants out of a form: day and time of one clock, UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from tabard.rules.refusals import Refused
from tabard.site.views.digits import is_whole

TYPED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?", re.ASCII)
MOST_HOURS = 24 * 366


def instant(text: str, field: str) -> datetime | None:
    """The instant that somebody typed; None where nothing is typed."""
    if not text.strip():
        return None
    try:
        found = datetime.fromisoformat(text.strip()) if TYPED.fullmatch(text.strip()) else None
    except ValueError:
        found = None
    if found is None:
        raise Refused("bad_value", field=field)
    return found.replace(tzinfo=UTC)


def hours_from_now(text: str, field: str) -> datetime | None:
    """So many hours from now; None where nothing was chosen."""
    if not text.strip():
        return None
    if not is_whole(text, 4) or not 0 < int(text) <= MOST_HOURS:
        raise Refused("bad_value", field=field)
    return datetime.now(UTC) + timedelta(hours=int(text))
