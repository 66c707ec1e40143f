"""Incidents as flat records: one row an incident, the columns that every export shares.

Numbers are what is stated; an empty cell is not stated, and never zero."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tabard.incidents.models import Current
from tabard.incidents.words import Restricted
from tabard.rules import facts
from tabard.rules.canonical import incident_from
from tabard.rules.schemes import project
from tabard.vocab.schemes import scheme

Cell = str | int | float | None
COUNTED = ("died", "injured", "abducted", "detained", "missing", "sexual_violence", "assaulted", "robbed", "harassed")


def record(row: Current, restricted: Restricted | None = None) -> dict[str, Cell]:
    """One incident as a flat record; words and places only where they were read with permission."""
    told = incident_from(row.revision.facts)
    flat: dict[str, Cell] = {
        "reference": row.incident.reference,
        "collection": row.collection,
        "source_key": row.incident.source_key or "",
        "first_day": told.first_day.isoformat() if told.first_day else "",
        "last_day": told.last_day.isoformat() if told.last_day else "",
        "date_precision": told.date_precision,
        "country": told.country or "",
        "setting": told.setting or "",
        "means": told.means or "",
        "context": told.context or "",
        "cause": told.cause or "",
        "actor": told.actor or "",
        "motive": told.motive or "",
        "certainty": told.certainty or "",
        "severity": told.severity or "",
        "categories": " ".join(_categories(told)),
        "affected": row.persons,
    }
    for outcome in COUNTED:
        flat[outcome] = stated(told, outcome)
    flat["local"] = _sum(told, "recruitment", "local")
    flat["international"] = _sum(told, "recruitment", "international")
    flat["female"] = _sum(told, "gender", "female")
    flat["male"] = _sum(told, "gender", "male")
    return flat | _restricted(row, restricted)


def _categories(told: facts.Incident) -> list[str]:
    annex = scheme("annex")
    return sorted({name for harm in told.harm for name in project(annex, told, harm).categories})


def stated(told: facts.Incident, outcome: str) -> int | None:
    """How many people had this outcome, as stated; None where nothing is said of it."""
    margins = [m for m in told.margins if m.dimension == "outcome" and not m.dimension2]
    if margins:
        return _total(m.n for m in margins if m.value == outcome)
    said = [h for h in told.harm if outcome in h.outcomes]
    return _total(h.n for h in said if h.outcomes[outcome].holds)


def _sum(told: facts.Incident, dimension: str, value: str) -> int | None:
    margins = [m for m in told.margins if m.dimension == dimension and not m.dimension2]
    if margins:
        return _total(m.n for m in margins if m.value == value)
    return _total(h.n for h in told.harm if getattr(h, dimension) == value)


def _total(numbers: Iterable[int | None]) -> int | None:
    known = [n for n in numbers if n is not None]
    return sum(known) if known else None


def _restricted(row: Current, restricted: Restricted | None) -> dict[str, Cell]:
    place = restricted.places.get(row.revision.place) if restricted else None
    words = restricted.words.get(row.revision.words) if restricted else None
    return {
        "lat": place.lat if place else None,
        "lon": place.lon if place else None,
        "place_precision": place.precision if place else "",
        "admin1": place.admin1 if place else "",
        "admin2": place.admin2 if place else "",
        "locality": place.locality if place else "",
        "details": words.details if words else "",
        "actor_name": words.actor_name if words else "",
    }


COLUMNS = tuple(
    (
        "reference collection source_key first_day last_day date_precision country setting means context cause "
        "actor motive certainty severity categories affected"
    ).split()
    + list(COUNTED)
    + "local international female male lat lon place_precision admin1 admin2 locality details actor_name".split()
)


def records(rows: Iterable[Current], restricted: Restricted | None) -> Iterator[dict[str, Cell]]:
    """The records of many rows."""
    return (record(row, restricted) for row in rows)
