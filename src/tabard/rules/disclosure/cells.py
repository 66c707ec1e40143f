"""What a release would tell: counts of one unit and scope, how they add up, and which are small.

Hundepool and others, *Statistical Disclosure Control* (2012), chapter 4: threshold rule, linear relations,
linked tables. Values are whole numbers that are not negative."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tabard.rules.refusals import Refused


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """What a cell counts, whatever the edition and the table: the same people asked for again have the same key."""

    name: str
    window: str
    unit: str = "persons"
    scope: str = "unsms"
    collection: str = "register"


@dataclass(frozen=True, slots=True)
class Cell:
    """A count as the register has it.

    `asked` is False for what no table prints and a reader could subtract (the second half of a year, a remainder):
    it is protected where it is small. `possible` is False where nobody can stand: everyone knows that zero."""

    key: Key
    value: int
    threshold: int | None = None  # where this cell needs another than the policy's
    asked: bool = True
    possible: bool = True


@dataclass(frozen=True, slots=True)
class Relation:
    """The parts add up to the total; where not `exact`, together they are at most the total.

    Overlapping parts of an annex (each at most the total) are one relation each."""

    total: Key
    parts: tuple[Key, ...]
    exact: bool = True

    def __iter__(self) -> Iterator[Key]:
        yield self.total
        yield from self.parts


@dataclass(frozen=True, slots=True)
class Exemption:
    """A cell that is told though it is small: a decision of somebody, with the reason."""

    key: Key
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class Policy:
    """From `threshold` on a count may be told. Of a withheld cell at least `width` + 1 values stay possible, from the
    lowest to the highest: by default as many as the threshold rule leaves open itself (1, 2, 3 or 4).

    `zero`: nobody is a small number too. `changes`: a cell told before and changed by less than the threshold is
    withheld, since the difference counts the few who came or went."""

    threshold: int = 5
    width: int = 3
    zero: bool = False
    changes: bool = True

    def __post_init__(self) -> None:
        if self.threshold < 2:
            raise Refused("out_of_range", field="threshold")
        if self.width < 1:
            raise Refused("out_of_range", field="width")

    def small(self, cell: Cell) -> bool:
        """Whether the count stands for so few that they could be known."""
        least = 0 if self.zero else 1
        return cell.possible and least <= cell.value < (cell.threshold or self.threshold)

    def small_change(self, cell: Cell, before: int) -> bool:
        """Whether the difference to a value told before stands for so few."""
        return self.changes and 0 < abs(cell.value - before) < (cell.threshold or self.threshold)

    def lowest(self, value: int) -> int:
        """The lowest value a reader must reckon with. Where zeros are told, what is withheld is somebody; a zero that
        is withheld beside a small cell is the exception that nobody can tell apart from outside."""
        return 0 if self.zero or value == 0 else 1


class Reason(StrEnum):
    """Why a cell is withheld. Never printed: the sign in the table is one for all of them."""

    PRIMARY = "primary"  # small
    CHANGE = "change"  # its difference to what was told before is small
    BEFORE = "before"  # an earlier edition withheld it, and whoever knows the changes would have it
    COMPLEMENTARY = "complementary"  # else a withheld one could be worked out
    SHARE = "share"  # a share of which one part is withheld
    UNASKED = "unasked"  # no table asked for it


@dataclass(frozen=True, slots=True)
class Release:
    """Cells that one edition would tell to one audience on a day, with all relations between them that hold."""

    edition: str
    audience: str
    on: date
    cells: tuple[Cell, ...]
    relations: tuple[Relation, ...] = ()
    exemptions: tuple[Exemption, ...] = ()

    def __post_init__(self) -> None:
        keys = {cell.key for cell in self.cells}
        if len(keys) < len(self.cells):
            raise Refused("bad_value", field="cells")
        if any(cell.value < 0 or (cell.value and not cell.possible) for cell in self.cells):
            raise Refused("out_of_range", field="cells")
        if any(len({(key.unit, key.collection) for key in relation}) > 1 for relation in self.relations):
            raise Refused("bad_value", field="relations")
        if not {exemption.key for exemption in self.exemptions} <= keys:
            raise Refused("bad_value", field="exemptions")
        if not all(exemption.by.strip() and exemption.why.strip() for exemption in self.exemptions):
            raise Refused("missing_field", field="exemptions")
