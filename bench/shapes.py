"""The kinds of incidents that a made register holds: some thousands, drawn once, each passed through the real rules.

A day and a country stand in each as marks; `made` puts the incident's own in their place."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import ready  # noqa: F401
from django.db.models import Model

from tabard.incidents import standing
from tabard.incidents.facets import all_questions
from tabard.incidents.models import Current, Harm, Margin, ObjectHarm, Source, Tag
from tabard.incidents.writer import COPIED, flag, rows_of
from tabard.rules import facts
from tabard.rules.canonical import canonical
from tabard.rules.counting import said
from tabard.rules.facts import Outcome
from tabard.rules.kin import FREE, WAITS, toll

SHAPES = 4_000
FIRST, LAST, PLACE = date(1000, 1, 1), date(1000, 1, 2), "@@@"
SEED = 2026
CAUSES = "armed_conflict crime terrorism civil_unrest violence_unknown road_traffic occupational natural_hazard".split()
MEANS = "shooting bodily_assault kidnapping roadside_ied detention arson aerial_bombardment unknown".split()
SETTINGS = "road premises project_site residence health_facility public_space convoy unknown".split()
ACTORS = "nsag_unknown criminal host_state police unaffiliated unknown".split()
FUNCTIONS = "driver guard health_worker programme logistician fieldworker other".split()
SCOPES = (
    ("unsms", "un_afp"),
    ("ngo", "ingo"),
    ("ngo", "nngo"),
    ("unrwa_area", "unrwa"),
    ("humanitarian", "ingo"),
)
OUTCOMES = (
    "injured died abducted robbed detained threatened harassed assaulted sexual_violence missing".split()
)
PRECISIONS = {"exact": 900, "month": 70, "year": 20, "unknown": 10}
PARTS: tuple[type[Model], ...] = (Harm, Margin, ObjectHarm, Tag)


@dataclass(frozen=True)
class Shape:
    """One kind of incident with everything that follows from its facts, but for day and country."""

    precision: str
    text: str  # canonical facts with the marks in them
    columns: dict[str, Any]  # of the revision
    parts: tuple[tuple[type[Model], tuple[Any, ...]], ...]  # rows behind the revision's id
    current: dict[str, Any]
    facets: tuple[int, ...]
    kin: str  # what it would owe next of kin in the own register, to whom nobody has said a word


@cache
def shapes() -> tuple[Shape, ...]:
    """All of them; the first are the most frequent."""
    chance = random.Random(SEED)
    return tuple(_shape(_facts(chance)) for _ in range(SHAPES))


def weights() -> list[float]:
    """How often each shape comes: a few are common, most are rare."""
    return [1 / (rank + 20) for rank in range(SHAPES)]


def _one(chance: random.Random, words: list[str], unstated: float = 0.1) -> str | None:
    """An early word more often than a late one; sometimes nothing is stated."""
    if chance.random() < unstated:
        return None
    return words[min(int(chance.expovariate(2 / len(words))), len(words) - 1)]


def _facts(chance: random.Random) -> facts.Incident:
    precision = chance.choices(list(PRECISIONS), list(PRECISIONS.values()))[0]
    dated = precision != "unknown"
    margins = (facts.Margin(chance.randint(1, 6), "total", ""),) if chance.random() < 0.02 else ()
    if chance.random() < 0.01:
        margins += (facts.Margin(2, "gender", "female"),)
    objects = (facts.ObjectHarm(1, "vehicle", ("attacked",)),) if chance.random() < 0.05 else ()
    return facts.Incident(
        first_day=FIRST if dated else None,
        last_day=(FIRST if precision == "exact" else LAST) if dated else None,
        date_precision=precision,
        country=PLACE,
        cause=_one(chance, CAUSES, 0.02),
        means=_one(chance, MEANS),
        setting=_one(chance, SETTINGS, 0),
        actor=_one(chance, ACTORS, 0.3),
        certainty="confirmed",
        tags=(("medical", "health_worker"),) if chance.random() < 0 else (),
        harm=tuple(_harm(chance) for _ in range(chance.choices((1, 2, 3), (78, 18, 4))[0])),
        margins=margins,
        objects=objects,
    )


def _harm(chance: random.Random) -> facts.Harm:
    scope, org_type = chance.choices(SCOPES, (40, 20, 15, 10, 15))[0]
    unknown = chance.random() < 0.01
    held = _one(chance, OUTCOMES, 0.01)
    return facts.Harm(
        n=None if unknown else chance.choices((1, 2, 3, 5), (80, 12, 5, 3))[0],
        n_basis="unknown" if unknown else "stated",
        outcomes={held: Outcome(True)} if held else {},
        scope=scope,
        org_type=org_type,
        recruitment=chance.choices(("local", "international", None), (70, 20, 10))[0],
        gender=chance.choices(("male", "female", None, "undisclosed", "diverse"), (600, 250, 140, 8, 2))[0],
        function=_one(chance, FUNCTIONS, 0.3),
    )


def _shape(told: facts.Incident) -> Shape:
    count, basis = standing.persons(told)
    counts = {value: said(told, dimension, value) for value, dimension in standing.SHOWN.items()}
    return Shape(
        precision=told.date_precision,
        text=canonical(told),
        columns={name: getattr(told, name) for name in COPIED} | {"near_miss": flag(told.near_miss)},
        parts=tuple((model, values(model(**row))) for model, row in rows_of(told)),
        current={"persons": count, "persons_basis": basis, **counts},
        facets=tuple(sorted(all_questions(standing.answers(told)))),
        kin=WAITS if toll(told).persons else FREE,
    )


def columns(model: type[Model], *without: str) -> list[str]:
    """The columns of a table that a generated row fills: all but a number that the database gives."""
    automatic = {"id"} if model in (*PARTS, Source) or model._meta.auto_field else set()
    return [f.column for f in model._meta.concrete_fields if f.column not in automatic | set(without)]


def values(row: Model) -> tuple[Any, ...]:
    """The values of a row that stands behind a revision, in the order of its columns, without that id."""
    return tuple(getattr(row, column) for column in columns(type(row), "revision_id"))


CURRENT = columns(Current, "incident_id", "revision_id")
