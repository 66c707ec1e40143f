"""Facts put into words of the reader's language: what happened, to whom, and what only margins state."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext

from tabard.rules.facts import OUTCOMES, Harm, Incident, Margin, ObjectHarm
from tabard.rules.tally import Count as Count
from tabard.rules.tally import held_now as held_now
from tabard.rules.tally import holds
from tabard.rules.tally import tally as tally
from tabard.site.templatetags import words as say

# The facts of an incident with the list that names their codes, in the order of the page.
CODED = (
    ("cause", "cause"),
    ("means", "means"),
    ("context", "context"),
    ("setting", "setting"),
    ("actor", "actor"),
    ("motive", "motive"),
    ("targeting", "targeting"),
    ("complexity", "complexity"),
    ("certainty", "certainty"),
    ("severity", "severity"),
)
# What is said of the persons in a harm, likewise.
PERSONS = (
    ("scope", "scope"),
    ("org_type", "org_type"),
    ("recruitment", "recruitment"),
    ("gender", "gender"),
    ("function", "function"),
    ("contract", "contract"),
)
FATE = (("cause", "cause"), ("captor", "captor"), ("fate", "fate"))
LOCAL = "local"  # tags that name an organisation's own words: not among the shipped ones
FLAGS = ("on_duty", "family_member", "care", "serious", "held_24h")
DIMENSIONS = {"outcome": "outcome", "recruitment": "recruitment", "gender": "gender", "org_type": "org_type"}


@dataclass(frozen=True)
class Said:
    """One fact: its name and its value in words."""

    name: str
    value: str


def what(told: Incident) -> str:
    """One line for a list: the means, else the cause, and the setting."""
    means = told.means if told.means not in (None, "unknown", "other") else None
    first = say.word("means", means) if means else say.word("cause", told.cause) if told.cause else ""
    setting = say.word("setting", told.setting) if told.setting not in (None, "unknown") else ""
    return " · ".join(filter(None, (first, setting))) or gettext("What happened is not stated")


def stated(told: Incident) -> list[Said]:
    """The coded facts that somebody stated."""
    found = [Said(say.word("fact", name), _coded(told, name, code)) for name, code in CODED]
    if told.near_miss:
        found.append(Said(say.word("fact", "near_miss"), gettext("yes")))
    shipped = [(name, code) for name, code in told.tags if name != LOCAL]
    found += [Said(say.word("fact", "tags"), say.word(list_code, code)) for list_code, code in shipped]
    return [fact for fact in found if fact.value]


def unstated(told: Incident) -> list[str]:
    """The names of the coded facts that nobody stated."""
    return [say.word("fact", name) for name, _ in CODED if getattr(told, name) is None]


def _coded(told: Incident, name: str, list_code: str) -> str:
    code = getattr(told, name)
    if code is None:
        return ""
    confidence = getattr(told, f"{name}_confidence", None)
    text = say.word(list_code, code)
    if not confidence:
        return text
    return gettext("%(fact)s (confidence: %(level)s)") % {
        "fact": text,
        "level": say.inword("confidence", confidence),
    }


def outcomes(harm: Harm) -> list[str]:
    """The outcomes of these persons, each with its own date where it has one."""
    held = [(code, harm.outcomes[code]) for code in OUTCOMES if holds(harm, code)]
    return [say.word("outcome", code) + (f" ({say.day(o.on)})" if o.on else "") for code, o in held]


def people(harm: Harm) -> list[str]:
    """Who these persons are, as far as the source states it."""
    return [say.word(code, getattr(harm, name)) for name, code in PERSONS if getattr(harm, name)]


def more(harm: Harm) -> list[str]:
    """What else is stated of them."""
    coded = [
        f"{say.word('fact', name)}: {say.word(code, getattr(harm, name))}"
        for name, code in FATE
        if getattr(harm, name) and getattr(harm, name) != "held"
    ]
    flags = [(name, getattr(harm, name)) for name in FLAGS if getattr(harm, name) is not None]
    answer = {True: gettext("yes"), False: gettext("no")}
    return coded + [f"{say.word('fact', name)}: {answer[value]}" for name, value in flags]


def harm_line(harm: Harm) -> str:
    """`Persons: 2 · Died`: a harm on one line, in no need of a plural."""
    count = f"{say.word('unit', 'persons')}: {say.persons(harm.n, harm.n_basis)}"
    return " · ".join([count, *outcomes(harm), *people(harm), *more(harm), *_held(harm)])


def _held(harm: Harm) -> list[str]:
    return [say.word("fate", "held")] if harm.fate == "held" else []


def margin_line(margin: Margin) -> str:
    """`Recruitment: recruited locally 3`, or with two dimensions both."""
    if margin.dimension == "total":
        affected = gettext("People affected")
        return f"{affected}: {say.persons(margin.n, margin.n_basis)}"
    second = _value(margin.dimension2, margin.value2) if margin.dimension2 else ""
    name = " · ".join(filter(None, (_value(margin.dimension, margin.value), second)))
    return f"{name}: {say.persons(margin.n, margin.n_basis)}"


def _value(dimension: str, value: str) -> str:
    return say.word(DIMENSIONS[dimension], value) if dimension in DIMENSIONS else value


def object_line(thing: ObjectHarm) -> str:
    """`Vehicle: 2 · looted`."""
    effects = [say.word("object_effect", effect) for effect in thing.effects]
    return " · ".join(
        [f"{say.word('object_kind', thing.kind)}: {say.persons(thing.n, thing.n_basis)}", *effects]
    )
