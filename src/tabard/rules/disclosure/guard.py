"""The guard: given everything ever told and a new release, which cells are withheld so that none can be worked out.

Small cells first; then, for each that a reader would still work out, the cheapest further cells by a linear program
(Kelly, Golden and Assad 1992; Fischetti and Salazar 2001); last, every further cell that turned out not to be needed
is told after all. The same ledger and release give the same verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import log2

from tabard.rules.disclosure.cells import Cell, Key, Policy, Reason, Release
from tabard.rules.disclosure.ledger import PUBLIC, Ledger, footing
from tabard.rules.disclosure.readers import Reader
from tabard.rules.disclosure.systems import Who, across, within

EXEMPT, TOLD_BEFORE = "exempt", "told_before"


@dataclass(frozen=True, slots=True, order=True)
class Exposure:
    """A cell that no withholding can keep from these readers, because of what is exempt or was told before.

    `across`: from a reader who also knows every change between editions; else from a reader of this one alone."""

    key: Key
    readers: tuple[str, ...]
    across: bool
    because: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What of a release is withheld and why, what cannot be protected, and the ledger once the rest is told."""

    release: Release
    reasons: Mapping[Key, Reason]
    exposed: tuple[Exposure, ...]
    ledger: Ledger

    @property
    def told(self) -> tuple[Key, ...]:
        return tuple(cell.key for cell in self.release.cells if cell.key not in self.reasons)

    @property
    def withheld(self) -> Mapping[Key, Reason]:
        """Of the cells that were asked for."""
        return {key: reason for key, reason in self.reasons.items() if reason is not Reason.UNASKED}

    def shares(self, pairs: Iterable[tuple[Key, Key]]) -> Mapping[tuple[Key, Key], Reason | None]:
        """Of each share n/N, why it is withheld: with either of its two cells. None where it may be told."""
        told = set(self.told)
        return {pair: None if set(pair) <= told else Reason.SHARE for pair in pairs}


def guard(ledger: Ledger, release: Release, policy: Policy | None = None) -> Verdict:
    """Which cells of the release to withhold. Refused where its relations do not hold."""
    policy = policy or Policy()
    must = primary(ledger, release, policy)
    may = _choice(ledger, release) - must.keys()
    unasked = {cell.key: Reason.UNASKED for cell in release.cells if not cell.asked}
    trial = ledger.grown(release, unasked | dict.fromkeys(may, Reason.COMPLEMENTARY) | must)
    footing(trial.values(), trial.relations)
    work = _Work(_readers(trial, release, policy, may), frozenset(each.key for each in release.exemptions))
    work.withhold_until_safe()
    work.tell_what_may_be(_by_weight(release, may))
    reasons = unasked | must | dict.fromkeys(sorted(work.withheld), Reason.COMPLEMENTARY)
    return Verdict(release, reasons, tuple(sorted(work.exposures())), ledger.grown(release, reasons))


def primary(ledger: Ledger, release: Release, policy: Policy) -> dict[Key, Reason]:
    """What is withheld for its own sake."""
    choice = _choice(ledger, release)
    audiences = ledger.audiences if release.audience == PUBLIC else {PUBLIC}
    told = ledger.before(frozenset({*audiences, release.audience}), release.edition)
    kept = {
        each.key
        for each in ledger.tellings
        if each.audience == release.audience and each.reason not in (None, Reason.UNASKED)
    } - ledger.told_to(frozenset({PUBLIC, release.audience}))
    found: dict[Key, Reason] = {}
    for cell in release.cells:
        if cell.key not in choice:
            continue
        if policy.small(cell):
            found[cell.key] = Reason.PRIMARY
        elif any(policy.small_change(cell, before) for before in told.get(cell.key, ())):
            found[cell.key] = Reason.CHANGE
        elif cell.key in kept:
            found[cell.key] = Reason.BEFORE
    return found


def _choice(ledger: Ledger, release: Release) -> frozenset[Key]:
    """The cells that can be withheld: asked for, not exempt, and not told to this audience in this very edition."""
    settled = ledger.told_to(frozenset({PUBLIC, release.audience}), release.edition)
    exempt = {exemption.key for exemption in release.exemptions}
    return frozenset(cell.key for cell in release.cells if cell.asked and cell.possible) - exempt - settled


def _readers(trial: Ledger, release: Release, policy: Policy, may: frozenset[Key]) -> tuple[Reader, ...]:
    """Everybody to be stopped, those who know most first. What is public is read by each partner too."""
    weights = {cell.key: _weight(cell) for cell in release.cells if cell.key in may}
    others = sorted(trial.audiences - {PUBLIC, release.audience}) if release.audience == PUBLIC else []
    alone = frozenset({PUBLIC, release.audience})
    whos = [*(Who(release.audience, alone | {other}) for other in others), Who(release.audience, alone)]
    systems = [across(trial, policy, who, may) for who in whos]
    systems += [within(trial, policy, who, may, release.edition) for who in whos]
    seen: list[Reader] = []
    told: set[object] = set()
    for system in systems:
        same = (system.keys, system.down, system.rows, system.pinned, system.targets)
        if same not in told:
            told.add(same)
            seen.append(Reader(system, policy.width, weights))
    return tuple(seen)


def _weight(cell: Cell) -> int:
    """How much is lost with a cell: mostly one cell is one cell; larger ones a little more; a zero last of all."""
    return 40 + round(8 * log2(1 + cell.value)) if cell.value else 240


def _by_weight(release: Release, may: frozenset[Key]) -> tuple[Key, ...]:
    cells = sorted((-_weight(cell), cell.key) for cell in release.cells if cell.key in may)
    return tuple(key for _, key in cells)


@dataclass(slots=True)
class _Work:
    """All readers against one set of withheld cells."""

    readers: tuple[Reader, ...]
    exempt: frozenset[Key]
    withheld: set[Key] = field(default_factory=set)
    lost: dict[int, dict[int, str]] = field(default_factory=dict)  # reader -> cell -> why

    def withhold_until_safe(self) -> None:
        """Withheld cells must be protected themselves, from everybody: go round until nothing new is withheld."""
        again = True
        while again:
            before = len(self.withheld)
            for number, reader in enumerate(self.readers):
                for cell in reader.violated(but=self._lost(number)):
                    self._protect(number, reader, cell)
            again = len(self.withheld) > before

    def _protect(self, number: int, reader: Reader, cell: int) -> None:
        while reader.is_violated(cell):
            more = reader.cheapest(cell) or reader.cheapest(cell, exact=True)
            if not more:
                because = EXEMPT if reader.frees(cell, self.exempt) else TOLD_BEFORE
                self.lost.setdefault(number, {})[cell] = because
                return
            self.withheld |= more
            for each in self.readers:
                each.withhold(more)

    def tell_what_may_be(self, order: tuple[Key, ...]) -> None:
        """One by one, what was withheld for others and is not needed any more: until each that is left is needed."""
        needless = [key for key in order if key in self.withheld and self._can_be_told(key)]
        self.withheld -= set(needless)
        if needless:
            self.tell_what_may_be(order)

    def _can_be_told(self, key: Key) -> bool:
        kept = [list(reader.worlds) for reader in self.readers]
        for reader in self.readers:
            reader.tell(key)
        safe = not any(
            reader.violated(first=True, but=self._lost(number)) for number, reader in enumerate(self.readers)
        )
        if not safe:
            for reader, worlds in zip(self.readers, kept, strict=True):
                reader.withhold([key])
                reader.remember(worlds)
        return safe

    def _lost(self, number: int) -> frozenset[int]:
        return frozenset(self.lost.get(number, ()))

    def exposures(self) -> Iterable[Exposure]:
        for number, cells in self.lost.items():
            system = self.readers[number].system
            for cell, because in cells.items():
                key = system.keys[cell]
                if key in self.readers[number].still_withheld():
                    yield Exposure(key, tuple(sorted(system.readers)), system.across, because)
