"""Persons as a row counts them: what it states jointly becomes `Harm`, what it states by itself `Margin`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from tabard.rules.facts import Harm, Margin, Outcome

Dimension = Literal["org_type", "gender", "recruitment"]
# value -> persons; the value None is "not stated"
Parts = Mapping[str | None, int | None] | Mapping[str, int | None]


def outcomes(*codes: str) -> dict[str, Outcome]:
    """Outcome facts that hold."""
    return {code: Outcome(True) for code in codes}


def total(harm: Iterable[Harm]) -> int:
    """How many persons the rows hold."""
    return sum(row.n or 0 for row in harm)


def place(harm: Sequence[Harm], dimension: Dimension, parts: Parts) -> tuple[list[Harm], bool]:
    """Put a dimension onto the rows if that is certain: the parts add up to the rows, and either all
    persons share one value or all stand in one row, which then splits. Says whether it did."""
    stated: dict[str | None, int] = {value: n for value, n in parts.items() if n}
    if sum(stated.values()) != total(harm):
        return list(harm), False
    if len(stated) == 1:
        value = next(iter(stated))
        return [_with(row, dimension, value, row.n) for row in harm], True
    if len(harm) == 1:
        return [_with(harm[0], dimension, value, n) for value, n in stated.items()], True
    return list(harm), not stated


def _with(row: Harm, dimension: Dimension, value: str | None, n: int | None) -> Harm:
    if dimension == "org_type":
        return replace(row, n=n, org_type=value)
    if dimension == "gender":
        return replace(row, n=n, gender=value)
    return replace(row, n=n, recruitment=value)


def with_rest(n: int, parts: Mapping[str, int | None]) -> Parts | None:
    """The parts and the persons left over as not stated; None where the parts exceed the whole."""
    rest = n - sum(part or 0 for part in parts.values())
    whole: dict[str | None, int | None] = dict(parts.items())
    whole[None] = rest
    return whole if rest >= 0 else None


def margins(dimension: str, parts: Mapping[str, int | None], *, zeros: bool) -> tuple[Margin, ...]:
    """The stated numbers of one dimension; zeros are kept where they contradict something."""
    return tuple(Margin(n, dimension, value) for value, n in parts.items() if n or (zeros and n is not None))


def crossed(
    dimension: str, value: str, dimension2: str, parts: Mapping[str, int | None], *, zeros: bool = False
) -> tuple[Margin, ...]:
    """The stated numbers of two dimensions together."""
    return tuple(
        Margin(n, dimension, value, dimension2, value2)
        for value2, n in parts.items()
        if n or (zeros and n is not None)
    )
