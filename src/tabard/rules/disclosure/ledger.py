"""The ledger of told cells: every cell that was ever told or withheld, in which edition, to whom, on which day.

It holds withheld values as well, because later releases must not give them away: as confidential as the register."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from tabard.rules.disclosure.cells import Cell, Key, Reason, Relation, Release
from tabard.rules.refusals import Refused

PUBLIC = "public"  # what everybody reads


@dataclass(frozen=True, slots=True)
class Telling:
    """One cell of one release: told where `reason` is None, else why not."""

    cell: Cell
    edition: str
    audience: str
    on: date
    reason: Reason | None = None
    exempt_by: str = ""
    exempt_why: str = ""

    @property
    def key(self) -> Key:
        return self.cell.key

    @property
    def told(self) -> bool:
        return self.reason is None


@dataclass(frozen=True, slots=True)
class Ledger:
    """All tellings so far, and the relations that each edition's cells fulfil. A plain value: it only grows."""

    tellings: tuple[Telling, ...] = ()
    relations: tuple[tuple[str, Relation], ...] = ()  # (edition, relation)

    @property
    def audiences(self) -> frozenset[str]:
        return frozenset(telling.audience for telling in self.tellings)

    def told_to(self, readers: frozenset[str], edition: str = "") -> frozenset[Key]:
        """What these readers have been told, in any edition or in one."""
        return frozenset(
            telling.key
            for telling in self.tellings
            if telling.told and telling.audience in readers and edition in ("", telling.edition)
        )

    def values(self) -> Mapping[tuple[str, Key], int]:
        """The register's value of each cell as each edition had it. One edition has one value of a cell."""
        found: dict[tuple[str, Key], int] = {}
        for telling in self.tellings:
            here = (telling.edition, telling.key)
            if found.setdefault(here, telling.cell.value) != telling.cell.value:
                raise Refused("bad_value", field="edition")
        return found

    def before(self, readers: frozenset[str], edition: str) -> Mapping[Key, frozenset[int]]:
        """The values that other editions told these readers."""
        found: dict[Key, set[int]] = {}
        for telling in self.tellings:
            if telling.told and telling.edition != edition and telling.audience in readers:
                found.setdefault(telling.key, set()).add(telling.cell.value)
        return {key: frozenset(values) for key, values in found.items()}

    def grown(self, release: Release, reasons: Mapping[Key, Reason]) -> Ledger:
        """The ledger after that release, of which `reasons` were withheld."""
        exempt = {exemption.key: exemption for exemption in release.exemptions}
        new = tuple(
            Telling(
                cell,
                release.edition,
                release.audience,
                release.on,
                reasons.get(cell.key),
                exempt[cell.key].by if cell.key in exempt else "",
                exempt[cell.key].why if cell.key in exempt else "",
            )
            for cell in release.cells
        )
        known = set(self.relations)
        fresh = ((release.edition, relation) for relation in release.relations)
        return Ledger(
            self.tellings + new, self.relations + tuple(each for each in fresh if each not in known)
        )


def footing(values: Mapping[tuple[str, Key], int], relations: Iterable[tuple[str, Relation]]) -> None:
    """Refused where a relation does not hold in its edition, or names a cell without a value there."""
    for edition, relation in relations:
        if any((edition, key) not in values for key in relation):
            raise Refused("bad_value", field="relations")
        parts, total = sum(values[edition, key] for key in relation.parts), values[edition, relation.total]
        if parts > total or (relation.exact and parts != total):
            raise Refused("cells_not_total", field=relation.total.name)
