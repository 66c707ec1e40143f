"""Made files and a country finder for the tests of formats: nothing here is anybody's record."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from tabard.formats.reading import Reading, ReadRow
from tabard.formats.registry import FORMATS
from tabard.rules.facts import Incident

COUNTRIES = {"namibia": "NAM", "somalia": "SOM", "chad": "TCD", "na": "NAM", "so": "SOM", "td": "TCD"}
COUNTRIES |= {"nam": "NAM", "som": "SOM", "tcd": "TCD"}

AWSD_44 = (
    "Incident ID,Year,Month,Day,Country Code,Country,Region,District,City,"
    "UN,INGO,ICRC,NRCS and IFRC,NNGO,Other,"
    "Nationals killed,Nationals wounded,Nationals kidnapped,Nationals detained,Total nationals,"
    "Internationals killed,Internationals wounded,Internationals kidnapped,Internationals detained,"
    "Total internationals,Total killed,Total wounded,Total kidnapped,Total detained,Total affected,"
    "Gender Male,Gender Female,Gender Unknown,Means of attack,Attack context,Location,Latitude,Longitude,"
    "Motive,Actor type,Actor name,Details,Verified,Source"
).split(",")
DETAINED = ("Nationals detained", "Internationals detained", "Total detained")
AWSD_41 = [name for name in AWSD_44 if name not in DETAINED]
AWSD_35 = (
    "Incident ID,Year,Month,Day,Country,Region,District,City,UN,INGO,LNGO/NRCS,ICRC,IFRC,Other,"
    "Nationals killed,Nationals wounded,Nationals kidnapped,Total nationals,Internationals killed,"
    "Internationals wounded,Internationals kidnapped,Total internationals,Total killed,Total wounded,"
    "Total kidnapped,Total affected,Gender Male,Gender Female,Gender Unknown,Means of attack,Attack context,"
    "Location,Latitude,Longitude,Details"
).split(",")
AWSD_39 = [*AWSD_35[:-1], "Actor type", "Actor name", "Details", "Verified", "Source"]
GENERATIONS = {"awsd-35": AWSD_35, "awsd-39": AWSD_39, "awsd-41": AWSD_41, "awsd-44": AWSD_44}

ONE_KILLED = {
    "Incident ID": "7", "Year": "2019", "Month": "5", "Day": "4", "Country": "Somalia", "INGO": "1",
    "Nationals killed": "1", "Total nationals": "1", "Total killed": "1", "Total affected": "1",
    "Gender Female": "1", "Means of attack": "Shooting", "Location": "Road",
}  # fmt: skip


def country(name: str, code: str | None) -> str | None:
    """A finder that knows three countries."""
    return COUNTRIES.get((code or "").strip().lower()) or COUNTRIES.get(name.strip().lower())


def sheet(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """CSV, as bytes."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([header, *rows])
    return out.getvalue().encode()


def awsd(header: Sequence[str], *rows: Mapping[str, str], tags: Sequence[str] | None = None) -> bytes:
    """An AWSD file: counts not named are 0, other cells blank."""
    lines = [[row.get(name, _default(name)) for name in header] for row in rows]
    return sheet(header, [tags, *lines] if tags else lines)


def _default(name: str) -> str:
    counts = (
        "Nationals",
        "Internationals",
        "Total",
        "Gender",
        "UN",
        "INGO",
        "LNGO",
        "ICRC",
        "IFRC",
        "N",
        "Other",
    )
    return "0" if name.startswith(counts) else ""


def read(name: str, source: bytes, **options: object) -> Reading:
    """Start a reading with the made country finder."""
    return FORMATS[name].read(source, country=country, **options)  # type: ignore[arg-type]


def rows(name: str, source: bytes, **options: object) -> list[ReadRow]:
    """All rows of a file."""
    return list(read(name, source, **options))


def codes(row: ReadRow) -> set[str]:
    """The codes of a row's notes."""
    return {note.code for note in row.notes}


def facts_of(row: ReadRow) -> Incident:
    """The facts of an accepted row."""
    assert row.state == "accepted", row.notes
    assert row.facts is not None
    return row.facts


def stated(incident: Incident, dimension: str, value: str) -> int | None:
    """The number that facts state for a value of a dimension: its margins where there are any, else harm."""
    margins = [m for m in incident.margins if m.dimension == dimension and not m.dimension2]
    if margins:
        numbers = [m.n for m in margins if m.value == value]
        return None if None in numbers else sum(n for n in numbers if n is not None)
    return sum(h.n or 0 for h in incident.harm if _is(h, dimension, value))


def _is(harm: object, dimension: str, value: str) -> bool:
    if dimension == "total":
        return True
    if dimension == "outcome":
        held = harm.outcomes  # type: ignore[attr-defined]
        # one person, one outcome, as the database counts: the dead first
        first = next((o for o in ("died", "injured", "abducted", "detained") if o in held), "")
        return first == value
    return (getattr(harm, dimension) or "undisclosed") == value
