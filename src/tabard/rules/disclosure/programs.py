"""Linear and integer programs over movements, solved by HiGHS: one thread, a fixed seed, no clock, so that the same
release gives the same answer. Nothing is believed that was not checked in whole numbers afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import highspy
import numpy as np
import numpy.typing as npt

# The class below Highs, which would start callbacks and print a banner to the standard output.
from highspy._core import _Highs as Highs

from tabard.rules.disclosure.systems import Row

Movement = npt.NDArray[np.int64]
NEAR = 1e-6


class Program:
    """A model that is kept warm: bounds and costs change, the rows stay. Costs are minimised."""

    def __init__(
        self,
        columns: Iterable[dict[int, int]],
        slacks: Iterable[int | None],
        lower: npt.NDArray[np.float64],
        upper: npt.NDArray[np.float64],
    ) -> None:
        self.size = len(lower)
        self.whole = False
        self._highs = Highs()
        for name, value in (("output_flag", False), ("threads", 1), ("random_seed", 0), ("presolve", "off")):
            self._highs.setOptionValue(name, value)
        self._highs.passModel(_model(list(columns), list(slacks), lower, upper))

    def bound(self, column: int, lower: float, upper: float) -> None:
        self._highs.changeColBounds(column, lower, upper)

    def cost(self, column: int, cost: float) -> None:
        self._highs.changeColCost(column, cost)

    def solve(self) -> npt.NDArray[np.float64] | None:
        """The cheapest point, None where there is none."""
        self._highs.run()
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return np.asarray(self._highs.getSolution().col_value, dtype=np.float64)

    @contextmanager
    def in_whole_numbers(self) -> Iterator[None]:
        """The same program over whole numbers only."""
        self._integrality(highspy.HighsVarType.kInteger)
        self._highs.setOptionValue("presolve", "on")
        try:
            yield
        finally:
            self._integrality(highspy.HighsVarType.kContinuous)
            self._highs.setOptionValue("presolve", "off")

    def _integrality(self, kind: highspy.HighsVarType) -> None:
        every = np.arange(self.size, dtype=np.int32)
        self._highs.changeColsIntegrality(self.size, every, np.full(self.size, int(kind), dtype=np.uint8))


def _model(
    columns: list[dict[int, int]],
    slacks: list[int | None],
    lower: npt.NDArray[np.float64],
    upper: npt.NDArray[np.float64],
) -> highspy.HighsLp:
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(columns), len(slacks)
    model.col_cost_ = np.zeros(len(columns))
    model.col_lower_, model.col_upper_ = lower, upper
    model.row_lower_ = np.array([0.0 if slack is None else -highspy.kHighsInf for slack in slacks])
    model.row_upper_ = np.array([float(slack or 0) for slack in slacks])
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = np.cumsum([0, *(len(column) for column in columns)])
    model.a_matrix_.index_ = np.array([row for column in columns for row in column], dtype=np.int32)
    model.a_matrix_.value_ = np.array([sign for column in columns for sign in column.values()], dtype=float)
    return model


def columns_of(rows: tuple[Row, ...], size: int) -> list[dict[int, int]]:
    """The matrix by columns: of each cell, its row and sign."""
    columns: list[dict[int, int]] = [{} for _ in range(size)]
    for number, (cells, _) in enumerate(rows):
        for cell, sign in cells:
            columns[cell][number] = columns[cell].get(number, 0) + sign
    return columns


def whole(point: npt.NDArray[np.float64]) -> Movement | None:
    """The point in whole numbers, None where it is not near one."""
    rounded = np.rint(point)
    return rounded.astype(np.int64) if bool(np.all(np.abs(point - rounded) < NEAR)) else None


class Relations:
    """All rows as flat arrays, to check a movement in whole numbers and without tolerance."""

    def __init__(self, rows: tuple[Row, ...]) -> None:
        flat = [(number, cell, sign) for number, (cells, _) in enumerate(rows) for cell, sign in cells]
        self._row, self._cell, self._sign = np.array(flat, dtype=np.int64).reshape(-1, 3).T
        self._least = np.array(
            [0 if slack is None else np.iinfo(np.int64).min for _, slack in rows], dtype=np.int64
        )
        self._most = np.array([slack or 0 for _, slack in rows], dtype=np.int64)

    def hold(self, movement: Movement) -> bool:
        """Whether every relation still holds after the movement."""
        moved = np.zeros(len(self._most), dtype=np.int64)
        np.add.at(moved, self._row, self._sign * movement[self._cell])
        return bool(np.all(moved >= self._least) and np.all(moved <= self._most))
