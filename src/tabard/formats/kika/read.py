"""One event of the KIKA file as facts.

Its four columns overlap: who was killed in captivity stands inside *killed* and, as a rule, again in
*kidnapped* or *arrested*. Such persons are read once, with all that happened to them; so the scheme
`kika-file` gives back each column's sum, and no total of persons is claimed that the file does not state.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from tabard.formats import columns, days, persons
from tabard.formats.cells import Cells, within
from tabard.formats.columns import Layout, fold
from tabard.formats.reading import Coded, Country
from tabard.rules import dates
from tabard.rules.facts import Harm, Incident, Margin, Position, SourceClaim, Texts

_TOML = Path(__file__).with_name("columns.toml")
SCHEME = columns.load(_TOML)
CAPTOR: Mapping[str, str] = tomllib.loads(_TOML.read_text(encoding="utf-8"))["captor"]
OUTCOMES = ("died", "injured", "abducted", "detained")
TAKEN = ("abducted", "detained")
SPLITS: Mapping[persons.Dimension, tuple[str, ...]] = {
    "recruitment": ("local", "international"),
    "gender": ("female", "male"),
}
PRECISIONS = {"1": "near", "2": "km25", "3": "admin2", "4": "admin1", "5": "linear", "6": "country"}

Counts = Mapping[str, int | None]


def captivity(row: Cells, stated: Counts) -> str | None:
    """Which column counts those killed in captivity again; None where that is not to be known."""
    captive = stated["captive"] or 0
    if not captive:
        return None
    again = [o for o in TAKEN if (stated[o] or 0) >= captive]
    if len(again) == 1 and captive <= (stated["died"] or 0):
        return again[0]
    row.note("captivity_unplaced", row.name("captive"), captive)
    return None


def _check_repeats(row: Cells, stated: Counts) -> None:
    """Some vintages give the event's totals twice, under one name; the first is taken."""
    for outcome in OUTCOMES:
        again = row.count(f"{outcome}:again")
        if again is not None and again != stated[outcome]:
            row.note("repeated_column_disagrees", row.name(outcome), stated[outcome] or 0, again)


def _groups(stated: Counts, again: str | None) -> list[tuple[tuple[str, ...], int]]:
    """Groups of persons by all that the event states of them."""
    inside = (stated["captive"] or 0) if again else 0
    groups: list[tuple[tuple[str, ...], int]] = [(("died", "died_in_captivity", again or ""), inside)]
    for outcome in OUTCOMES:
        groups.append(((outcome,), (stated[outcome] or 0) - (inside if outcome in ("died", again) else 0)))
    return [(codes, n) for codes, n in groups if n]


def people(row: Cells, common: Harm) -> tuple[tuple[Harm, ...], tuple[Margin, ...]]:
    """Harm by outcome, with recruitment and gender where they are certain; the rest as margins."""
    stated = {outcome: row.count(outcome) for outcome in (*OUTCOMES, "captive")}
    _check_repeats(row, stated)
    again = captivity(row, stated)
    groups = _groups(stated, again)
    harm: list[Harm] = []
    margins: tuple[Margin, ...] = ()
    for codes, n in groups:
        placed, beside = _split(row, replace(common, n=n, outcomes=persons.outcomes(*codes)), bool(again))
        harm += placed
        margins += beside
    if len(groups) > 1:
        row.note("persons_overlap", row.name("died"), *(n for _, n in groups))
        margins += (Margin(None, "total", "", n_basis="unknown"),)
    if again:
        margins += _captive_margins(row)
    elif stated["captive"]:
        margins += (Margin(stated["captive"], "outcome", "died_in_captivity"),)
    return tuple(harm), margins


def _split(row: Cells, group: Harm, captive: bool) -> tuple[list[Harm], tuple[Margin, ...]]:
    """One group by recruitment and gender. Of a row with captivity the columns overlap: nothing is placed."""
    rows = [group]
    margins: tuple[Margin, ...] = ()
    outcome = next(iter(group.outcomes))
    for dimension, values in SPLITS.items():
        parts = {value: row.count(f"{outcome}:{value}") for value in values}
        if captive:
            continue
        whole = persons.with_rest(group.n or 0, parts)
        if whole is None:
            row.note("split_exceeds_total", row.name(outcome), group.n or 0)
        rows, placed = persons.place(rows, dimension, whole) if whole else (rows, False)
        if not placed:
            margins += persons.crossed("outcome", outcome, dimension, parts, zeros=whole is None)
    return rows, margins


def _captive_margins(row: Cells) -> tuple[Margin, ...]:
    """The splits of every column as stated, where the columns overlap."""
    names = {**{o: o for o in OUTCOMES}, "captive": "died_in_captivity"}
    margins: tuple[Margin, ...] = ()
    for column, outcome in names.items():
        for dimension, values in SPLITS.items():
            parts = {value: row.count(f"{column}:{value}") for value in values}
            margins += persons.crossed("outcome", outcome, dimension, parts)
    return margins


def _day(row: Cells) -> date | None:
    try:
        found = days.parse(row.text("date"))
    except ValueError:
        return None
    return found.first if found.precision == "exact" else None


def span(row: Cells) -> dates.Span:
    """The days in which it happened, from a date and its precision; cut at the year it is counted in."""
    day = _day(row)
    if day is None:
        row.hold("bad_date", row.name("date"))
        return dates.UNKNOWN
    precision = row.word("time_precision", SCHEME.words["time_precision"]) or "exact"
    if precision == "days":
        found = dates.around(day, 6)
    elif precision == "week":
        monday = day - timedelta(day.weekday())
        found = dates.Span(monday, monday + timedelta(6), "week")
    elif precision == "exact":
        found = dates.span(day.year, day.month, day.day)
    else:
        found = dates.span(day.year, day.month if precision == "month" else None)
    inside = within(found, day)
    if inside != found:
        row.note("span_cut_at_year", row.name("date"))
    return inside


def organisation(row: Cells) -> str | None:
    """The type of the organisation, where the event names one only."""
    named = {fold(name) for name in row.text("organisation").split(",") if name.strip()}
    if len(named) > 1:
        row.note("several_organisations", row.name("organisation"))
        row.lose("organisation")
        return None
    return row.word("organisation", SCHEME.words["organisation"])


def means(row: Cells) -> str | None:
    """How people were harmed. A firearm says so only where somebody was killed or injured."""
    weapon = fold(row.text("weapon"))
    if weapon in SCHEME.words["casualty_weapon"]:
        if (row.count("died") or 0) + (row.count("injured") or 0):
            return SCHEME.words["casualty_weapon"][weapon]
        row.lose("weapon")
        return None
    return row.word("weapon", SCHEME.words["weapon"])


class Kika:
    """The format: how it knows its header, and what it makes of a row."""

    name = "kika"

    def match(self, header: Sequence[str], tags: Sequence[str]) -> Layout | None:
        return columns.match(SCHEME, header, tags)

    def code(self, layout: Layout, cells: Sequence[str], country: Country) -> Coded:
        row = Cells(layout, cells)
        incident = self._incident(row, country)
        harm, margins = people(row, Harm(None, scope="humanitarian", org_type=organisation(row)))
        harm = tuple(self._taken(row, part, incident.actor) for part in harm)
        return Coded(
            row.key(),
            replace(incident, harm=harm, margins=margins),
            self._position(row),
            Texts(row.untouched("details"), row.untouched("actor_name"), "en"),
            self._claim(row),
            tuple(row.held),
            tuple(row.notes),
            tuple(row.lost),
        )

    def _incident(self, row: Cells, country: Country) -> Incident:
        when = span(row)
        if row.text("focus"):
            row.lose("focus")
        return Incident(
            first_day=when.first,
            last_day=when.last,
            date_precision=when.precision,
            days_off=when.days_off,
            country=row.country(country),
            cause="violence_unknown",
            means=means(row),
            setting=row.word("setting", SCHEME.words["setting"]),
            actor=row.word("actor", SCHEME.words["actor"]),
        )

    def _taken(self, row: Cells, harm: Harm, actor: str | None) -> Harm:
        """Who took them, and what became of them where that is said of one person or of the dead."""
        if not any(outcome in harm.outcomes for outcome in TAKEN):
            return harm
        captor = CAPTOR.get(actor or "")
        if "died" in harm.outcomes:
            return replace(harm, captor=captor, fate="died")
        fate = SCHEME.words["fate"].get(fold(row.text("fate")))
        if harm.n != 1 or fate == "died":
            if fate not in (None, "unknown"):
                row.lose("fate")
            fate = None
        return replace(harm, captor=captor, fate=fate)

    def _position(self, row: Cells) -> Position:
        lat, lon = row.coordinates()
        said = re.search(r"\((\d)\)", row.text("precision"))
        precision = PRECISIONS.get(said[1], "unknown") if said else "unknown"
        return Position(lat, lon, precision, admin1=row.place_name("admin1"))

    def _claim(self, row: Cells) -> SourceClaim:
        claims = {o: row.count(o) for o in OUTCOMES} | {"died_in_captivity": row.count("captive")}
        return SourceClaim("database", claims={o: n for o, n in claims.items() if n is not None})
