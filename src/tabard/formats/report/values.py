"""The facts as JSON, one model for each value of `rules.facts`: the same names, the same meaning.

A field left out is *not stated*; it is never zero and never "no"."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from tabard.formats.report import shapes
from tabard.formats.report.shapes import Code, Count, Country, Day, Key, Name, Prose, Shape
from tabard.rules import facts


class Counted(Shape):
    """A number with its basis. Without a basis: `stated` where there is a number, else `unknown`."""

    n: Count | None = None
    n_basis: Code | None = None

    @property
    def basis(self) -> str:
        return self.n_basis or ("unknown" if self.n is None else "stated")


class Outcome(Shape):
    """Whether it happened, and on which day where the source gives one of its own."""

    holds: bool
    on: Day | None = None


class Harm(Counted):
    """`n` persons who share everything stated here jointly."""

    outcomes: Annotated[dict[Code, Outcome], Field(max_length=len(facts.OUTCOMES))] = Field(
        default_factory=dict
    )
    scope: Code | None = None
    org_type: Code | None = None
    organisation: Key | None = None
    recruitment: Code | None = None
    gender: Code | None = None
    function: Code | None = None
    contract: Code | None = None
    on_duty: bool | None = None
    family_member: bool | None = None
    cause: Code | None = None
    care: bool | None = None
    serious: bool | None = None
    held_24h: bool | None = None
    captor: Code | None = None
    fate: Code | None = None
    subject: Key | None = None

    def plain(self) -> facts.Harm:
        same = {name: getattr(self, name) for name in _HARM}
        outcomes = {code: facts.Outcome(said.holds, said.on) for code, said in self.outcomes.items()}
        return facts.Harm(n=self.n, n_basis=self.basis, outcomes=outcomes, **same)


_HARM = tuple(name for name in Harm.model_fields if name not in ("n", "n_basis", "outcomes"))


class Margin(Counted):
    """A count given by one or two dimensions only; never spread over harm."""

    dimension: Code
    value: Code = ""
    dimension2: Code = ""
    value2: Code = ""

    def plain(self) -> facts.Margin:
        return facts.Margin(
            self.n, self.dimension, self.value, self.dimension2, self.value2, n_basis=self.basis
        )


class ObjectHarm(Counted):
    """`n` things of one kind, with what was done to them."""

    kind: Code
    effects: Annotated[tuple[Code, ...], Field(max_length=20)] = ()

    def plain(self) -> facts.ObjectHarm:
        return facts.ObjectHarm(self.n, self.kind, self.effects, n_basis=self.basis)


class Facts(Shape):
    """What is held to be so about one incident: codes, days and counts; no name, no free text, no place."""

    first_day: Day | None = None
    last_day: Day | None = None
    date_precision: Code | None = None
    days_off: Annotated[int, Field(ge=0, le=shapes.MOST_DAYS_OFF)] = 0
    country: Country | None = None
    cause: Code | None = None
    means: Code | None = None
    context: Code | None = None
    setting: Code | None = None
    actor: Code | None = None
    motive: Code | None = None
    motive_confidence: Code | None = None
    targeting: Code | None = None
    targeting_confidence: Code | None = None
    complexity: Code | None = None
    certainty: Code | None = None
    severity: Code | None = None
    near_miss: bool | None = None
    tags: Annotated[tuple[tuple[Code, Code], ...], Field(max_length=shapes.MOST_TAGS)] = ()
    harm: Annotated[tuple[Harm, ...], Field(max_length=shapes.MOST_HARM)] = ()
    margins: Annotated[tuple[Margin, ...], Field(max_length=shapes.MOST_MARGINS)] = ()
    objects: Annotated[tuple[ObjectHarm, ...], Field(max_length=shapes.MOST_OBJECTS)] = ()

    def plain(self) -> facts.Incident:
        """The plain value. One day alone is that day exactly; a day named twice over keeps its own precision."""
        first, last = self.first_day or self.last_day, self.last_day or self.first_day
        return facts.Incident(
            first_day=first,
            last_day=last,
            date_precision=self.date_precision or _precision(first, last),
            tags=self.tags,
            harm=tuple(part.plain() for part in self.harm),
            margins=tuple(part.plain() for part in self.margins),
            objects=tuple(part.plain() for part in self.objects),
            **{name: getattr(self, name) for name in _COPIED},
        )


_MADE = {"first_day", "last_day", "date_precision", "tags", "harm", "margins", "objects"}
_COPIED = tuple(name for name in Facts.model_fields if name not in _MADE)


def _precision(first: object, last: object) -> str:
    if first is None:
        return "unknown"
    return "exact" if first == last else "days"


class Position(Shape):
    """Where, as precisely as the source supports. Both coordinates, or neither."""

    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    precision: Code = "unknown"
    admin1: Name = ""
    admin2: Name = ""
    locality: Name = ""

    @model_validator(mode="after")
    def _both_or_neither(self) -> Position:
        if (self.lat is None) != (self.lon is None):
            raise ValueError("half a position")
        return self

    def plain(self) -> facts.Position:
        return facts.Position(**self.model_dump())


class Texts(Shape):
    """The words that go with the facts: free text and names. They can be erased."""

    details: Prose = ""
    actor_name: Prose = ""
    language: Annotated[str, Field(max_length=12, pattern=r"^[A-Za-z0-9-]*$")] = ""

    def plain(self) -> facts.Texts:
        return facts.Texts(**self.model_dump())


class Source(Shape):
    """Who says so, graded; `claims` is the source's own count of each outcome, or of all affected."""

    kind: Code
    reliability: Literal["A", "B", "C", "D", "E", "F"] = "F"
    credibility: Annotated[int, Field(ge=1, le=6)] = 6
    certainty: Code | None = None
    tlp: Code = "TLP:AMBER"
    consent: bool | None = None
    claims: Annotated[dict[Code, Count | None], Field(max_length=len(facts.OUTCOMES) + 1)] = Field(
        default_factory=dict
    )

    def plain(self) -> facts.SourceClaim:
        return facts.SourceClaim(**self.model_dump())
