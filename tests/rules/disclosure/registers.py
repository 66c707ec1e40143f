"""Made registers of persons, their edits between two editions, and the tables that each edition asks for.

A person is of a kind: region, what happened, sex, half of the year. A cell of a table is a set of kinds. Nothing here
is counted by the code under test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import product

from hypothesis import strategies as st

from rules.disclosure.attack import Members, View
from tabard.rules.disclosure import Cell, Exemption, Key, Policy, Relation, Release

Kind = tuple[str, str, str, int]  # region, what happened, sex, half of the year
ALL = "all"
REGIONS, SEXES = ("north", "south", "east"), ("f", "m")
# A person in `overlapping` may be killed, injured, both (first injured, then killed), or affected in another way.
SEVERAL = {
    "affected": ("killed", "injured", "both", "other"),
    "killed": ("killed", "both"),
    "injured": ("injured", "both"),
}
WINDOWS = {"2024-H1": (1,), "2024-H2": (2,), "2024": (1, 2)}


@dataclass(frozen=True)
class Shape:
    """Which tables are asked for: `crossed` region by outcome, `linked` region by sex beside it, or `overlapping`
    outcomes, each at most the affected."""

    tables: str
    regions: tuple[str, ...]
    outcomes: tuple[str, ...]
    halves: bool  # first the half year is told, then the full one; else the same year twice

    @property
    def kinds(self) -> list[Kind]:
        return list(
            product(
                self.regions,
                self.outcomes,
                SEXES if self.tables == "linked" else ("f",),
                (1, 2)[: 1 + self.halves],
            )
        )

    def cells(self, windows: Iterable[str]) -> dict[Key, frozenset[Kind]]:
        """Each cell's people."""
        columns = (
            SEVERAL
            if self.tables == "overlapping"
            else {o: (o,) for o in self.outcomes} | {ALL: self.outcomes}
        )
        found = {}
        for window, region in product(windows, (*self.regions, ALL)):
            for column, outcomes in columns.items():
                found[key(region, column, window)] = self._members(region, outcomes, SEXES, window)
            for sex in SEXES if self.tables == "linked" else ():
                found[key(region, sex, window)] = self._members(region, self.outcomes, (sex,), window)
        return found

    def _members(
        self, region: str, outcomes: Iterable[str], sexes: Iterable[str], window: str
    ) -> frozenset[Kind]:
        regions = self.regions if region == ALL else (region,)
        return frozenset(product(regions, outcomes, sexes, WINDOWS[window])) & frozenset(self.kinds)

    def relations(self, windows: Iterable[str]) -> tuple[Relation, ...]:
        """Everything that follows from how the cells are made."""
        windows = tuple(windows)
        found = []
        names = {each.name.split("/")[1] for each in self.cells(windows)}
        for window in windows:
            found += [
                Relation(
                    key(ALL, column, window), tuple(key(region, column, window) for region in self.regions)
                )
                for column in sorted(names)
            ]
            found += [
                relation for region in (*self.regions, ALL) for relation in self._across(region, window)
            ]
        if "2024" in windows and "2024-H1" in windows:
            found += [
                Relation(whole, (replace(whole, window="2024-H1"), replace(whole, window="2024-H2")))
                for whole in sorted(self.cells(["2024"]))
            ]
        return tuple(found)

    def _across(self, region: str, window: str) -> Iterable[Relation]:
        if self.tables == "overlapping":
            total = key(region, "affected", window)
            yield Relation(total, (key(region, "killed", window),), exact=False)
            yield Relation(total, (key(region, "injured", window),), exact=False)
            return
        yield Relation(key(region, ALL, window), tuple(key(region, each, window) for each in self.outcomes))
        if self.tables == "linked":
            yield Relation(key(region, ALL, window), tuple(key(region, sex, window) for sex in SEXES))


@dataclass(frozen=True)
class Story:
    """Two editions of one register, and what the second tells."""

    shape: Shape
    first: Mapping[Kind, int]
    second: Mapping[Kind, int]
    asked_again: frozenset[Key]
    policy: Policy
    exempt: bool

    def releases(self) -> tuple[Release, Release]:
        early = ("2024-H1",) if self.shape.halves else ("2024",)
        late = ("2024", "2024-H1", "2024-H2") if self.shape.halves else ("2024",)
        asked = frozenset(self.shape.cells(early))
        return (
            self._release("first", date(2024, 9, 1), self.first, early, asked),
            self._release("second", date(2025, 9, 1), self.second, late, self.asked_again),
        )

    def _release(
        self,
        edition: str,
        on: date,
        counts: Mapping[Kind, int],
        windows: tuple[str, ...],
        asked: frozenset[Key],
    ) -> Release:
        cells = self.shape.cells(windows)
        totals = [each for each in cells if each.name.startswith(f"{ALL}/") and each in asked and self.exempt]
        return Release(
            edition,
            "public",
            on,
            tuple(
                Cell(each, sum(counts[kind] for kind in who), asked=each in asked)
                for each, who in cells.items()
            ),
            self.shape.relations(windows),
            tuple(Exemption(each, "the Under-Secretary-General", "a global total") for each in totals),
        )

    def view(self, release: Release, told: Iterable[Key]) -> View:
        """What is seen of a release of which these cells are told."""
        counts = self.first if release.edition == "first" else self.second
        cells = self.shape.cells(WINDOWS)
        told = frozenset(told)
        withheld = {cell.key for cell in release.cells if cell.asked} - told
        return View(counts, members(cells, told), members(cells, withheld))

    def who(self, cell: Key) -> Members:
        return self.shape.cells([cell.window])[cell]


def members(cells: Mapping[Key, Members], keys: Iterable[Key]) -> frozenset[Members]:
    return frozenset(cells[each] for each in keys)


def key(region: str, column: str, window: str) -> Key:
    return Key(f"{region}/{column}", window)


TWO, THREE = ("killed", "injured"), ("killed", "injured", "abducted")
SHAPES = st.one_of(
    st.builds(Shape, st.just(tables), st.sampled_from(regions), st.sampled_from(outcomes), st.booleans())
    for tables, regions, outcomes in (
        ("crossed", (REGIONS[:2], REGIONS), (TWO, THREE)),
        ("linked", (REGIONS[:2],), (TWO,)),
        ("overlapping", (REGIONS[:2], REGIONS), (SEVERAL["affected"],)),
    )
)
COUNTS = st.one_of(st.integers(0, 5), st.integers(0, 14))


@st.composite
def stories(draw: st.DrawFn, exempt: bool = False) -> Story:
    """A register, then late, reclassified and withdrawn persons, and a later half of the year."""
    shape = draw(SHAPES)
    early = [kind for kind in shape.kinds if kind[3] == 1]
    first = dict.fromkeys(shape.kinds, 0) | {kind: draw(COUNTS) for kind in early}
    second = dict(first)
    for one, other, n, late in draw(st.lists(edits(early), max_size=5)):
        edit(second, one, other, n, late)
    if shape.halves:
        second |= {kind: draw(COUNTS) for kind in shape.kinds if kind[3] == 2}
    possible = sorted(shape.cells(["2024", "2024-H1"] if shape.halves else ["2024"]))
    left_out = draw(st.sets(st.sampled_from(possible), max_size=len(possible) // 2))
    return Story(shape, first, second, frozenset(possible) - left_out, draw(POLICIES), exempt)


POLICIES = st.builds(Policy, st.sampled_from([3, 5]), st.integers(1, 3), st.booleans(), st.booleans())


def edits(early: list[Kind]) -> st.SearchStrategy[tuple[Kind, Kind | None, int, bool]]:
    one = st.sampled_from(early)
    return st.tuples(one, st.one_of(st.none(), one), st.integers(1, 6), st.booleans())


def edit(counts: dict[Kind, int], one: Kind, other: Kind | None, n: int, late: bool) -> None:
    """Some persons come late, are withdrawn, or turn out to be of another kind."""
    if late and other is None:
        counts[one] += n
        return
    n = min(n, counts[one])
    counts[one] -= n
    if other is not None:
        counts[other] += n
