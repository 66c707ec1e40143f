"""Every coded value must be a word of its list; what a revision may not say is refused here, before it is stored."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from tabard.places.countries import country
from tabard.rules import facts
from tabard.rules.refusals import Refused
from tabard.vocab.words import is_word

INCIDENT = {
    "date_precision": "date_precision",
    "cause": "cause",
    "means": "means",
    "context": "context",
    "setting": "setting",
    "actor": "actor",
    "motive": "motive",
    "motive_confidence": "confidence",
    "targeting": "targeting",
    "targeting_confidence": "confidence",
    "complexity": "complexity",
    "certainty": "certainty",
    "severity": "severity",
}
HARM = {
    "n_basis": "n_basis",
    "scope": "scope",
    "org_type": "org_type",
    "recruitment": "recruitment",
    "gender": "gender",
    "function": "function",
    "contract": "contract",
    "cause": "cause",
    "captor": "captor",
    "fate": "fate",
}
TAG_LISTS = ("medical", "programme", "breach")
LOCAL = "local"  # names words of an organisation's own; `local.py` lets only known ones through
OWN = re.compile(r"[0-9A-Z]{16}")
MOST = 1_000_000  # persons or things in one row, as in files
MOST_DAYS_OFF = 3_660
DIMENSIONS = ("outcome", "recruitment", "gender", "org_type", "total", "")


def check(told: facts.Incident) -> None:
    """Raise `Refused("unknown_word" …)` for the first value that no list holds, naming its field only."""
    for field in _unknown(told):
        raise Refused("unknown_word", field=field)
    for field in _impossible(told):
        raise Refused("bad_value", field=field)


def _unknown(told: facts.Incident) -> Iterator[str]:
    yield from _not_words(told, INCIDENT)
    if told.country is not None and country(told.country) is None:
        yield "country"
    for harm in told.harm:
        yield from _not_words(harm, HARM)
        yield from ("outcomes" for code in harm.outcomes if code not in facts.OUTCOMES)
    for thing in told.objects:
        if not is_word("object_kind", thing.kind):
            yield "kind"
        yield from ("effects" for effect in thing.effects if not is_word("object_effect", effect))
    yield from ("tags" for name, code in told.tags if not _is_tag(name, code))
    yield from _margins(told)


def _is_tag(name: str, code: str) -> bool:
    return is_word(name, code) if name in TAG_LISTS else name == LOCAL and OWN.fullmatch(code) is not None


def _not_words(value: facts.Incident | facts.Harm, lists: dict[str, str]) -> Iterator[str]:
    for field, name in lists.items():
        code = getattr(value, field)
        if code is not None and not is_word(name, code):
            yield field


def _margins(told: facts.Incident) -> Iterator[str]:
    for margin in told.margins:
        for dimension, code in ((margin.dimension, margin.value), (margin.dimension2, margin.value2)):
            if dimension not in DIMENSIONS or (
                dimension not in ("", "total") and not is_word(dimension, code)
            ):
                yield "margins"


def _impossible(told: facts.Incident) -> Iterator[str]:
    counts = [h.n for h in told.harm] + [m.n for m in told.margins] + [o.n for o in told.objects]
    yield from ("n" for n in counts if n is not None and not 0 <= n <= MOST)
    if not 0 <= told.days_off <= MOST_DAYS_OFF:
        yield "days_off"
    yield from ("n" for harm in told.harm if (harm.n is None) != (harm.n_basis == "unknown"))
    yield from ("subject" for harm in told.harm if harm.subject and harm.n != 1)
    if not _in_order(told.first_day, told.last_day):
        yield "last_day"


def _in_order(first: date | None, last: date | None) -> bool:
    if first is None or last is None:
        return first is None and last is None
    return first <= last
