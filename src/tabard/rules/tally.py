"""Persons by outcome, as a reader is told them: what the source states by outcome alone, else the sum of the harm."""

from __future__ import annotations

from dataclasses import dataclass

from tabard.rules.facts import OUTCOMES, Harm, Incident


@dataclass(frozen=True)
class Count:
    """Some persons with one outcome."""

    code: str
    n: int | None
    basis: str = "stated"


def tally(told: Incident) -> list[Count]:
    """Persons by outcome: what the source states by outcome alone, else the sum of the harm."""
    margins = [m for m in told.margins if m.dimension == "outcome" and not m.dimension2]
    if margins:
        return [Count(m.value, m.n, m.n_basis) for m in margins if m.n != 0]
    return [_sum(code, told.harm) for code in OUTCOMES if any(holds(h, code) for h in told.harm)]


def holds(harm: Harm, code: str) -> bool:
    """Whether these persons had that outcome."""
    return code in harm.outcomes and harm.outcomes[code].holds


def held_now(told: Incident) -> bool:
    """Whether somebody is still held, as far as is known."""
    return any(harm.fate == "held" for harm in told.harm)


def _sum(code: str, harm: tuple[Harm, ...]) -> Count:
    rows = [h for h in harm if holds(h, code)]
    known = [h.n for h in rows if h.n is not None]
    if not known:
        return Count(code, None, "unknown")
    bases = {h.n_basis for h in rows}
    if len(known) < len(rows) or "at_least" in bases:
        return Count(code, sum(known), "at_least")
    return Count(code, sum(known), "estimate" if "estimate" in bases else "stated")
