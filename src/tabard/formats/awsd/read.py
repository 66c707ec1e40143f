"""One row of the Aid Worker Security Database as facts.

Its scheme gives each person one outcome and counts a hostage who was killed as killed: such a person
is read as abducted, died and died in captivity, so that any other scheme can count them its own way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tabard.formats import columns, persons
from tabard.formats.cells import Cells, near, sums_to
from tabard.formats.columns import Layout, fold
from tabard.formats.reading import Coded, Country
from tabard.rules.facts import Harm, Incident, Margin, Position, SourceClaim, Texts

SCHEME = columns.load(Path(__file__).with_name("columns.toml"))
OUTCOMES = ("died", "injured", "abducted", "detained")
RECRUITMENT = ("local", "international")
GENDERS = ("female", "male", "undisclosed")
ORGANISATIONS = ("un", "ingo", "lngo_nrcs", "icrc", "nrcs_ifrc", "ifrc", "nngo", "other")

Counts = dict[str, int | None]


class Statement:
    """The numbers of one row: recruitment by outcome, the totals of that, and two dimensions beside it."""

    def __init__(self, row: Cells) -> None:
        self.table = {r: {o: row.count(f"{r}:{o}") for o in OUTCOMES} for r in RECRUITMENT}
        self.outcomes: Counts = {o: row.count(o) for o in OUTCOMES}
        self.recruitment: Counts = {r: row.count(r) for r in RECRUITMENT}
        self.affected = row.count("affected")
        self.genders: Counts = {g: row.count(g) for g in GENDERS}
        self.organisations: Counts = {o: row.count(f"org:{o}") for o in ORGANISATIONS}

    def column(self, outcome: str) -> list[int | None]:
        return [self.table[r][outcome] for r in RECRUITMENT]

    def cells(self) -> list[tuple[str, str, int]]:
        return [(r, o, n) for r in RECRUITMENT for o, n in self.table[r].items() if n]

    def agreed(self) -> list[tuple[str, str, int]]:
        """The cells that no total of their row or column contradicts."""
        return [
            (r, o, n)
            for r, o, n in self.cells()
            if sums_to(self.recruitment[r], list(self.table[r].values()))
            and sums_to(self.outcomes[o], self.column(o))
        ]

    def coherent(self) -> bool:
        """Whether the table and every total of it say the same."""
        return (
            all(sums_to(self.outcomes[o], self.column(o)) for o in OUTCOMES)
            and all(sums_to(self.recruitment[r], list(self.table[r].values())) for r in RECRUITMENT)
            and sums_to(self.affected, [n for _, _, n in self.cells()])
        )


def _check(row: Cells, stated: Statement) -> None:
    """Note what does not add up. Nothing is held for it: the numbers are kept as stated."""
    for outcome in OUTCOMES:
        _compare(row, "cells_not_total", outcome, stated.outcomes[outcome], stated.column(outcome))
    for recruitment in RECRUITMENT:
        cells = list(stated.table[recruitment].values())
        _compare(row, "cells_not_total", recruitment, stated.recruitment[recruitment], cells)
    beside = {
        "outcomes_not_affected": stated.outcomes,
        "recruitment_not_affected": stated.recruitment,
        "gender_not_affected": stated.genders,
        "organisations_not_affected": stated.organisations,
    }
    for code, parts in beside.items():
        if any(n is not None for n in parts.values()):
            _compare(row, code, "affected", stated.affected, list(parts.values()))


def _compare(row: Cells, code: str, field: str, stated: int | None, parts: Sequence[int | None]) -> None:
    if not sums_to(stated, parts):
        row.note(code, row.name(field), stated or 0, sum(n or 0 for n in parts))


def _harm(cells: Sequence[tuple[str, str, int]], kidnap_killing: bool) -> list[Harm]:
    facts = {outcome: persons.outcomes(outcome) for outcome in OUTCOMES}
    if kidnap_killing:
        facts["died"] = persons.outcomes("died", "died_in_captivity", "abducted")
    return [Harm(n, outcomes=facts[o], scope="humanitarian", recruitment=r) for r, o, n in cells]


def people(stated: Statement, kidnap_killing: bool) -> tuple[tuple[Harm, ...], tuple[Margin, ...]]:
    """What the row states jointly, and what it states by one dimension only."""
    if not stated.coherent():
        return _contradictory(stated, kidnap_killing)
    harm = _harm(stated.cells(), kidnap_killing)
    margins: tuple[Margin, ...] = ()
    if stated.affected == 0:
        margins = (Margin(0, "total", ""),)
    harm, placed = persons.place(harm, "org_type", stated.organisations)
    if not placed:
        margins += persons.margins("org_type", stated.organisations, zeros=_off(harm, stated.organisations))
    by_gender = {None if g == "undisclosed" else g: n for g, n in stated.genders.items()}
    harm, placed = persons.place(harm, "gender", by_gender)
    if not placed:
        margins += persons.margins("gender", stated.genders, zeros=_off(harm, stated.genders))
    return tuple(harm), margins


def _off(harm: Sequence[Harm], parts: Counts) -> bool:
    return not sums_to(persons.total(harm), list(parts.values()))


def _contradictory(stated: Statement, kidnap_killing: bool) -> tuple[tuple[Harm, ...], tuple[Margin, ...]]:
    """Every number as stated; only the persons that no total contradicts are taken as such."""
    harm = _harm(stated.agreed(), kidnap_killing)
    if stated.affected is not None and persons.total(harm) > stated.affected:
        harm = []
    margins = (
        *persons.margins("total", {"": stated.affected}, zeros=True),
        *persons.margins("outcome", stated.outcomes, zeros=True),
        *persons.margins("recruitment", stated.recruitment, zeros=True),
        *persons.margins("org_type", stated.organisations, zeros=True),
        *persons.margins("gender", stated.genders, zeros=True),
    )
    for recruitment in RECRUITMENT:
        cells = stated.table[recruitment]
        margins += persons.crossed("recruitment", recruitment, "outcome", cells, zeros=True)
    return tuple(harm), margins


class Awsd:
    """The format: how it knows its header, and what it makes of a row."""

    name = "awsd"

    def match(self, header: Sequence[str], tags: Sequence[str]) -> Layout | None:
        return columns.match(SCHEME, header, tags)

    def code(self, layout: Layout, cells: Sequence[str], country: Country) -> Coded:
        row = Cells(layout, cells)
        incident, stated = self._incident(row, country), Statement(row)
        _check(row, stated)
        harm, margins = people(stated, incident.means == "kidnap_killing")
        return Coded(
            row.key(),
            replace(incident, harm=harm, margins=margins),
            self._position(row, incident.country),
            Texts(row.prose("details"), row.prose("actor_name"), "en"),
            self._claim(row, stated, incident.certainty),
            tuple(row.held),
            tuple(row.notes),
            tuple(row.lost),
        )

    def _incident(self, row: Cells, country: Country) -> Incident:
        span = row.span("year", "month", "day")
        return Incident(
            first_day=span.first,
            last_day=span.last,
            date_precision=span.precision,
            country=self._country(row, country),
            cause="violence_unknown",
            means=row.word("means", SCHEME.words["means"]),
            context=row.word("context", SCHEME.words["context"]),
            setting=row.word("setting", SCHEME.words["setting"]),
            actor=row.word("actor", SCHEME.words["actor"]),
            motive=row.word("motive", SCHEME.words["motive"]),
            certainty=row.word("verified", SCHEME.words["verified"]),
        )

    def _country(self, row: Cells, country: Country) -> str | None:
        if fold(row.text("country")) not in SCHEME.words["territory"] or row.text("country_code"):
            return row.country(country)
        row.note("country_not_one", row.name("country"))
        row.lose("country")
        return None

    def _position(self, row: Cells, country: str | None) -> Position:
        lat, lon = row.coordinates()
        names = row.place_name("admin1"), row.place_name("admin2"), row.place_name("locality")
        return Position(lat, lon, near(names[2], names[1], names[0], country), *names)

    def _claim(self, row: Cells, stated: Statement, certainty: str | None) -> SourceClaim:
        kind = row.word("source", SCHEME.words["source"]) or "database"
        claims = {"affected": stated.affected, **stated.outcomes}
        said = {what: n for what, n in claims.items() if n is not None}
        return SourceClaim(kind, certainty=certainty, claims=said)
