"""One row of an organisation's own log as facts, through the mapping it saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tabard.formats import columns, days, persons
from tabard.formats.cells import Cells, near
from tabard.formats.columns import Layout, fold
from tabard.formats.log.mapping import SCOPES, TRUTH, WORDS, LogMapping, known_words
from tabard.formats.reading import Coded, Country
from tabard.rules import dates
from tabard.rules.facts import OUTCOMES, Harm, Incident, Margin, Position, SourceClaim, Texts

SPLITS: Mapping[persons.Dimension, tuple[str, ...]] = {
    "recruitment": ("local", "international"),
    "gender": ("female", "male"),
}
PERSON_WORDS = ("scope", "org_type", "recruitment", "gender", "function", "contract")
INCIDENT_WORDS = tuple(name for name in WORDS if name not in (*PERSON_WORDS, "outcome"))


class Log:
    """The format: a saved mapping makes it."""

    name = "log"

    def __init__(self, mapping: LogMapping) -> None:
        self.mapping = mapping
        self.words = {name: dict(known_words(name)) for name in WORDS}
        for column, table in mapping.values.items():
            known = self.words.get(mapping.columns.get(column, ""))
            if known is not None:
                known |= {fold(said): code for said, code in table.items()}
        # in a column without a list of words: what a cell says, said otherwise
        self.said = {
            name: {fold(said): means for said, means in mapping.values.get(column, {}).items()}
            for column, name in mapping.columns.items()
            if name not in WORDS and mapping.values.get(column)
        }

    def match(self, header: Sequence[str], tags: Sequence[str]) -> Layout | None:
        wanted = {fold(column): name for column, name in self.mapping.columns.items()}
        where: dict[str, int] = {}
        for at, column in enumerate(header):
            name = wanted.get(fold(column))
            if name is not None:
                where.setdefault(name, at)
        if not {"date", "year"} & set(where) or len(where) * 2 < len(wanted):
            return None
        return columns.layout("log", header, where, tagged=bool(tags))

    def code(self, layout: Layout, cells: Sequence[str], country: Country) -> Coded:
        row = Cells(layout, self._otherwise(layout, cells))
        incident = self._incident(row, country)
        harm, margins, claims = self._people(row)
        return Coded(
            row.key(),
            replace(incident, harm=harm, margins=margins),
            self._position(row, incident.country),
            Texts(row.prose("details"), row.prose("actor_name")),
            SourceClaim("focal_point", certainty=incident.certainty, claims=claims),
            tuple(row.held),
            tuple(row.notes),
            tuple(row.lost),
        )

    def _otherwise(self, layout: Layout, cells: Sequence[str]) -> Sequence[str]:
        if not self.said:
            return cells
        told = list(cells)
        for name, table in self.said.items():
            if (at := layout.where.get(name)) is not None:
                told[at] = table.get(fold(told[at]), told[at])
        return told

    def _incident(self, row: Cells, country: Country) -> Incident:
        when = self._span(row)
        return Incident(
            first_day=when.first,
            last_day=when.last,
            date_precision=when.precision,
            days_off=when.days_off,
            country=self._country(row, country),
            **{name: self._word(row, name) for name in INCIDENT_WORDS},  # type: ignore[arg-type]
        )

    def _word(self, row: Cells, name: str) -> str | None:
        return row.word(name, self.words[name]) or self.mapping.defaults.get(name)

    def _country(self, row: Cells, country: Country) -> str | None:
        if not row.text("country") and not row.text("country_code") and "country" in self.mapping.defaults:
            default = self.mapping.defaults["country"]
            return country(default, default)
        return row.country(country)

    def _span(self, row: Cells) -> dates.Span:
        if not row.has("date"):
            return row.span("year", "month", "day")
        first = self._day(row, "date")
        if not row.text("date_end"):
            return first
        last = self._day(row, "date_end")
        if first.first is None or last.last is None or last.last < first.first:
            row.hold("bad_date", row.name("date_end"))
            return dates.UNKNOWN
        return first if first == last else dates.Span(first.first, last.last, "days")

    def _day(self, row: Cells, name: str) -> dates.Span:
        try:
            return days.parse(row.text(name), self.mapping.date_order)
        except (ValueError, OverflowError):
            row.hold("bad_date", row.name(name))
            return dates.UNKNOWN

    def _position(self, row: Cells, country: str | None) -> Position:
        lat, lon = row.coordinates()
        names = row.place_name("admin1"), row.place_name("admin2"), row.place_name("locality")
        precision = "near" if lat is not None else near(names[2], names[1], names[0], country)
        return Position(lat, lon, precision, *names)

    def _people(self, row: Cells) -> tuple[tuple[Harm, ...], tuple[Margin, ...], dict[str, int | None]]:
        total = self._number(row, "n")
        common = self._common(row)
        stated = {outcome: row.count(outcome) for outcome in OUTCOMES if row.has(outcome)}
        groups = [replace(common, n=n, outcomes=persons.outcomes(o)) for o, n in stated.items() if n]
        if not groups:
            groups = self._worded(row, common, total)
        margins = _total_margin(groups, total)
        groups, beside = _splits(row, groups)
        if not row.text("scope"):
            groups = [replace(group, scope=group.scope or _scope(group)) for group in groups]
        return tuple(groups), (*margins, *beside), {"affected": total, **stated}

    def _number(self, row: Cells, name: str) -> int | None:
        default = self.mapping.defaults.get(name, "")
        return row.count(name) if row.text(name) or not default.isdecimal() else int(default[:6])

    def _common(self, row: Cells) -> Harm:
        said = fold(row.text("on_duty") or self.mapping.defaults.get("on_duty", ""))
        if said and said not in TRUTH:
            row.note("unknown_label", row.name("on_duty"))
            row.lose("on_duty")
        words = {name: self._word(row, name) for name in PERSON_WORDS}
        return Harm(None, on_duty=TRUTH.get(said), **words)  # type: ignore[arg-type]

    def _worded(self, row: Cells, common: Harm, total: int | None) -> list[Harm]:
        """Persons by a word for what happened to them; an unknown word is for a person to map."""
        said = fold(row.text("outcome")) or self.mapping.defaults.get("outcome", "")
        code = self.words["outcome"].get(said)
        if said and code is None:
            row.hold("unknown_word", row.name("outcome"))
        if not code or total == 0:
            return []
        basis = "unknown" if total is None else "stated"
        return [replace(common, n=total, n_basis=basis, outcomes=persons.outcomes(code))]


def _scope(group: Harm) -> str | None:
    """What the kind of organisation tells of the scope; after the splits, as recruitment has a say."""
    return SCOPES.get(group.org_type or "") or SCOPES.get(f"{group.org_type}:{group.recruitment}")


def _total_margin(groups: Sequence[Harm], total: int | None) -> tuple[Margin, ...]:
    """Who is counted under two outcomes is not said; so the total is the stated one, or unknown."""
    if total is not None and total != persons.total(groups):
        return (Margin(total, "total", ""),)
    if total is None and len(groups) > 1:
        return (Margin(None, "total", "", n_basis="unknown"),)
    return ()


def _splits(row: Cells, groups: list[Harm]) -> tuple[list[Harm], tuple[Margin, ...]]:
    margins: tuple[Margin, ...] = ()
    for dimension, values in SPLITS.items():
        parts = {value: row.count(value) for value in values}
        if not any(n is not None for n in parts.values()):
            continue
        whole = persons.with_rest(persons.total(groups), parts)
        if whole is None:
            row.note("split_exceeds_total", row.name(values[0]), persons.total(groups))
        groups, placed = persons.place(groups, dimension, whole) if whole else (groups, False)
        if not placed:
            margins += persons.margins(dimension, parts, zeros=whole is None)
    return groups, margins
