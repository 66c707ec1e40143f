"""A report read from JSON or refused with one code and the name of the field; and written back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Self, TypeVar

from pydantic import AwareDatetime, Field, ValidationError

from tabard.formats.report import shapes, values
from tabard.formats.report.faults import refusal
from tabard.formats.report.shapes import Code, Collection, Owner, Shape, Ulid
from tabard.formats.report.told import Told
from tabard.rules import facts
from tabard.rules.canonical import canonical
from tabard.rules.refusals import Refused
from tabard.vocab.words import is_word

LARGEST = 262_144  # bytes of one report
CLAIMED = frozenset((*facts.OUTCOMES, "affected"))


class Telling(Shape):
    """What a report and a later revision have in common: everything that is told."""

    known_at: AwareDatetime | None = None
    facts: values.Facts
    position: values.Position | None = None
    texts: values.Texts | None = None
    sources: Annotated[tuple[values.Source, ...], Field(max_length=shapes.MOST_SOURCES)] = ()

    def told(self) -> Told:
        """The same as plain values."""
        return Told(
            facts=self.facts.plain(),
            position=self.position.plain() if self.position else None,
            texts=self.texts.plain() if self.texts else facts.Texts(),
            sources=tuple(source.plain() for source in self.sources),
        )

    @classmethod
    def from_facts(cls, told: Told, **head: Any) -> Self:
        """The report that says this; `head` names the collection and whatever else stands at its top."""
        stated = {name: json.loads(canonical(getattr(told, name))) for name in Told.__slots__}
        body = {name: part for name, part in stated.items() if part or name == "facts"}
        return cls.model_validate_json(json.dumps(head | body, default=_iso))

    def written(self) -> bytes:
        """As JSON, without what is left at its default."""
        return self.model_dump_json(exclude_defaults=True).encode()


class ReportIn(Telling):
    """One report. The same `id`, made where it was written, is the same report however often it comes."""

    id: Ulid | None = None
    collection: Collection
    owner: Owner = ""
    sensitivity: Code = "internal"


class RevisionIn(Telling):
    """What is held to be so from now on, and why it changed."""

    reason: Code = "correction"


T = TypeVar("T", bound=Telling)


def read(data: bytes) -> ReportIn:
    """The report of these bytes, or `Refused` with the code of the first fault and its field."""
    return _read(ReportIn, data)


def read_revision(data: bytes) -> RevisionIn:
    """The revision of these bytes, or `Refused`."""
    return _read(RevisionIn, data)


def _read(kind: type[T], data: bytes) -> T:
    if len(data) > LARGEST:
        raise Refused("too_large", limit=LARGEST)
    try:
        found = kind.model_validate_json(data)
    except ValidationError as error:
        fault = refusal(kind, error)
    else:
        check(found)
        return found
    raise fault  # not inside the handler: the error there quotes what was typed


def check(told: Telling) -> None:
    """Words that the register does not check itself: those of the head, the place, outcomes and sources."""
    for field in _unknown(told):
        raise Refused("unknown_word", field=field)
    known = told.known_at
    if known is not None and not shapes.FIRST.year <= known.year <= shapes.LAST.year:
        raise Refused("out_of_range", field="known_at")


def _unknown(told: Telling) -> Iterator[str]:
    if isinstance(told, ReportIn) and not is_word("sensitivity", told.sensitivity):
        yield "sensitivity"
    if told.position and not is_word("place_precision", told.position.precision):
        yield "position.precision"
    for at, harm in enumerate(told.facts.harm):
        if not set(facts.OUTCOMES) >= harm.outcomes.keys():
            yield f"facts.harm.{at}.outcomes"
    for at, source in enumerate(told.sources):
        yield from (f"sources.{at}.{field}" for field in _unknown_of(source))


def _unknown_of(source: values.Source) -> Iterator[str]:
    lists: Mapping[str, str | None] = {
        "source_kind": source.kind,
        "certainty": source.certainty,
        "tlp": source.tlp,
    }
    for name, code in lists.items():
        if code is not None and not is_word(name, code):
            yield name.removeprefix("source_")
    if not source.claims.keys() <= CLAIMED:
        yield "claims"


def _iso(value: Any) -> str:
    return str(value.isoformat())
