"""What a desk would want to know and nobody has stated: a reason to ask back, never a reason to refuse."""

from __future__ import annotations

from collections.abc import Iterator

from tabard.rules.facts import Incident


def missing(told: Incident) -> tuple[str, ...]:
    """The names (list `fact`) of what is not stated, in the order of the page."""
    return tuple(dict.fromkeys(_missing(told)))


def _missing(told: Incident) -> Iterator[str]:
    if told.first_day is None:
        yield "first_day"
    for name in ("country", "cause", "setting", "actor", "certainty"):
        if getattr(told, name) in (None, "unknown"):
            yield name
    if not told.harm and not told.margins and not told.objects:
        yield "outcomes"
    for harm in told.harm:
        if harm.n is None:
            yield "n"
        if not harm.outcomes:
            yield "outcomes"
        if harm.scope is None:
            yield "scope"
