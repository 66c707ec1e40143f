"""A reader at work: how uncertain each withheld cell is, and the cheapest way to make one more uncertain.

A cell is uncertain enough when two worlds are known, in whole numbers and consistent with everything told, in which
its values lie `width` apart. Such worlds are kept: most of them serve many cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import highspy
import numpy as np
import numpy.typing as npt

from tabard.rules.disclosure.cells import Key
from tabard.rules.disclosure.programs import Movement, Program, Relations, columns_of, whole
from tabard.rules.disclosure.systems import System

INFINITE = highspy.kHighsInf
REWARD = 1e6  # for each step of uncertainty: more than any way to it can cost
FREE = 1e-3  # what is withheld already costs next to nothing, but no walk in circles


class Reader:
    """One system with its worlds. `open` cells may move: they are withheld or were never asked for."""

    def __init__(self, system: System, width: int, weights: Mapping[Key, int]) -> None:
        self.system, self.width = system, width
        self.place = {key: index for index, key in enumerate(system.keys)}
        size = len(system.keys)
        self.down = np.array(system.down, dtype=np.int64)
        self.targets = {self.place[key] for key in system.targets}
        self.open = {self.place[key] for key in system.unknown}
        self.weights = {self.place[key]: weight for key, weight in weights.items() if self._movable(key)}
        self._relations = Relations(system.rows)
        self.remember([])
        columns, slacks = columns_of(system.rows, size), [slack for _, slack in system.rows]
        none = np.zeros(size)
        self._audit = Program(columns, slacks, none, none)
        against = [{row: -sign for row, sign in column.items()} for column in columns]
        self._repair = Program([*columns, *against], slacks, np.zeros(2 * size), np.zeros(2 * size))
        for cell in {*self.open, *self.weights}:
            self._repair_bounds(cell)
        for cell in self.open:
            self._move(cell)

    def _movable(self, key: Key) -> bool:
        return key in self.place and key not in self.system.pinned

    def withhold(self, keys: Iterable[Key]) -> None:
        """These cells are withheld now: they may move, and must stay uncertain."""
        for key in keys:
            if self._movable(key):
                cell = self.place[key]
                self.targets.add(cell)
                self.open.add(cell)
                self._move(cell)

    def tell(self, key: Key) -> None:
        """This cell is told after all: the worlds in which it moves are gone."""
        if self._movable(key):
            cell = self.place[key]
            self.targets.discard(cell)
            self.open.discard(cell)
            self._audit.bound(cell, 0, 0)
            self._repair_costs(cell)
            self.remember([world for world in self.worlds if not world[cell]])

    def _move(self, cell: int) -> None:
        self._audit.bound(cell, -float(self.down[cell]), INFINITE)
        self._repair_costs(cell)

    def _repair_bounds(self, cell: int) -> None:
        self._repair.bound(cell, 0, INFINITE)
        self._repair.bound(len(self.place) + cell, 0, float(self.down[cell]))
        self._repair_costs(cell)

    def _repair_costs(self, cell: int) -> None:
        cost = FREE if cell in self.open else float(self.weights.get(cell, FREE))
        self._repair.cost(cell, cost)
        self._repair.cost(len(self.place) + cell, cost)

    # How uncertain

    def remember(self, worlds: list[Movement]) -> None:
        """These worlds are known, beside the true one."""
        self.worlds = worlds
        none = np.zeros((1, len(self.place)), dtype=np.int64)
        every = np.vstack([none, *worlds])
        self.low, self.high = every.min(axis=0), every.max(axis=0)

    def room(self, cell: int) -> int:
        """The distance between the lowest and the highest value known to be possible."""
        return int(self.high[cell] - self.low[cell])

    def unproven(self) -> list[int]:
        return sorted(cell for cell in self.targets if self.room(cell) < self.width)

    def violated(self, first: bool = False, but: frozenset[int] = frozenset()) -> list[int]:
        """The targets that this reader works out too nearly; only the `first` one where that is enough."""
        found: list[int] = []
        self._search_together(set(self.unproven()) - but)
        for cell in self.unproven():
            if cell in but or self._proven(cell):
                continue
            found.append(cell)
            if first:
                break
        return found

    def is_violated(self, cell: int) -> bool:
        """Whether this reader still works out this target too nearly."""
        return cell in self.targets and not self._proven(cell)

    def still_withheld(self) -> frozenset[Key]:
        return frozenset(self.system.keys[cell] for cell in self.targets)

    def _search_together(self, cells: set[int]) -> None:
        """One world often serves many targets."""
        if len(cells) > 1:
            for sign in (1, -1):
                self._search(sorted(cells), sign)

    def _proven(self, cell: int) -> bool:
        for exact in (False, True):
            fractional = False
            for sign in (1, -1):
                if self.room(cell) < self.width:
                    fractional |= not self._search([cell], sign, exact)
            if self.room(cell) >= self.width:
                return True
            if not fractional:
                return False
        return False

    def _search(self, cells: list[int], sign: int, exact: bool = False) -> bool:
        """Push these cells up (or down) as far as counts; whether a world in whole numbers came of it."""
        for cell in cells:
            self._audit.bound(cell, -float(min(self.down[cell], self.width)), float(self.width))
            self._audit.cost(cell, -float(sign))
        try:
            return self._keep(self._solved(exact))
        finally:
            for cell in cells:
                self._audit.bound(cell, -float(self.down[cell]), INFINITE)
                self._audit.cost(cell, 0.0)

    def _solved(self, exact: bool) -> npt.NDArray[np.float64] | None:
        if not exact:
            return self._audit.solve()
        with self._audit.in_whole_numbers():
            return self._audit.solve()

    def _keep(self, point: npt.NDArray[np.float64] | None) -> bool:
        movement = None if point is None else whole(point)
        if movement is None or not self._possible(movement):
            return False
        self.worlds.append(movement)
        self.low, self.high = np.minimum(self.low, movement), np.maximum(self.high, movement)
        return True

    def _possible(self, movement: Movement) -> bool:
        still = np.ones(len(movement), dtype=bool)
        still[list(self.open)] = False
        return bool(
            np.all(movement >= -self.down) and not np.any(movement[still]) and self._relations.hold(movement)
        )

    # How to make one more uncertain

    def cheapest(self, cell: int, exact: bool = False) -> frozenset[Key] | None:
        """The cells to withhold with this one, by the least weight. None where nothing that may be withheld helps."""
        ways = [self._ways(cell, signs, exact) for signs in ((1, -1), (-1, 1))]
        found = [way for way in ways if way is not None]
        return min(found, key=lambda way: (self._weight(way), sorted(way)), default=None)

    def _ways(self, cell: int, signs: tuple[int, int], exact: bool) -> frozenset[Key] | None:
        """First as far as needed one way, then the rest the other way."""
        opened: set[int] = set()
        lowest, highest = int(self.low[cell]), int(self.high[cell])
        for sign in signs:
            need = self.width - (highest - lowest) + (highest if sign > 0 else -lowest)
            if highest - lowest >= self.width or need <= 0:
                break
            moved, movement = self._walk(cell, sign, need, exact)
            opened |= movement
            lowest, highest = (lowest, max(highest, moved)) if sign > 0 else (min(lowest, -moved), highest)
        keys = frozenset(self.system.keys[each] for each in opened - self.open)
        return keys if highest - lowest >= self.width else None

    def _walk(self, cell: int, sign: int, steps: int, exact: bool) -> tuple[int, set[int]]:
        """The cheapest movement of one cell by up to so many steps: how many were possible, and what moves."""
        size = len(self.place)
        ahead, back = (cell, size + cell) if sign > 0 else (size + cell, cell)
        limit = float(steps if sign > 0 else min(steps, int(self.down[cell])))
        self._repair.bound(ahead, 0, limit)
        self._repair.bound(back, 0, 0)
        self._repair.cost(ahead, -REWARD)
        point = self._walked(exact)
        self._repair_bounds(cell)
        if point is None:
            return 0, set()
        movement = point[:size] - point[size:]
        moving = {int(each) for each in np.flatnonzero(np.abs(movement) > 1e-6)}
        return int(np.floor(abs(movement[cell]) + 1e-6)), moving

    def _walked(self, exact: bool) -> npt.NDArray[np.float64] | None:
        if not exact:
            return self._repair.solve()
        with self._repair.in_whole_numbers():
            return self._repair.solve()

    def frees(self, cell: int, keys: Iterable[Key]) -> bool:
        """Whether the cell could be kept uncertain if these pinned cells were not told."""
        pinned = [self.place[key] for key in keys if key in self.place and key in self.system.pinned]
        for each in pinned:
            self._repair_bounds(each)
        way = self.cheapest(cell)
        for each in pinned:
            self._repair.bound(each, 0, 0)
            self._repair.bound(len(self.place) + each, 0, 0)
        return way is not None

    def _weight(self, keys: frozenset[Key]) -> int:
        return sum(self.weights.get(self.place[key], 0) for key in keys)
