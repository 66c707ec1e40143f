"""All that one report says, as the plain values of `rules.facts`."""

from __future__ import annotations

from dataclasses import dataclass, field

from tabard.rules.facts import Incident, Position, SourceClaim, Texts


@dataclass(frozen=True, slots=True)
class Told:
    """The facts, with the erasable place and words that go with them, and who says so."""

    facts: Incident
    position: Position | None = None
    texts: Texts = field(default_factory=Texts)
    sources: tuple[SourceClaim, ...] = ()
