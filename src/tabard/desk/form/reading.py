"""What was typed, read into facts. Nothing is made up: a blank is not stated, and what cannot be read is a problem."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from tabard.desk.form.days import read_span
from tabard.desk.form.typed import NEW, Typed, group, many, numbers, one
from tabard.desk.form.values import Problem, Reader
from tabard.formats.report.told import Told
from tabard.incidents import checks
from tabard.rules import facts
from tabard.vocab.words import words

# The lists are those that every entry is checked against; days and counts are asked for in ways of their own.
CODED = {name: of for name, of in checks.INCIDENT.items() if name != "date_precision"}
PEOPLE = {name: of for name, of in checks.HARM.items() if name != "n_basis"}
FLAGS = ("on_duty", "family_member", "care", "serious", "held_24h")
KEYS = ("organisation", "subject")  # restricted: who may not read them neither sees nor loses them
TAGS = checks.TAG_LISTS
DIMENSIONS = ("outcome", "recruitment", "gender", "org_type")
PROSE = 32_000
UNGRADED = facts.SourceClaim(kind="other")


@dataclass(frozen=True, slots=True)
class Said:
    """What the form says, and what is wrong with it."""

    told: Told
    problems: tuple[Problem, ...]


def read(form: Typed, *, today: date | None = None) -> Said:
    """The facts, place, words and sources of a form."""
    plain = Reader(form)
    span = read_span(plain)
    if today and span.first is not None and span.first > today:
        plain.wrong("first_day", "future_date")
    people = tuple(filter(None, (_harm(form, number, plain) for number in numbers(form, "h"))))
    told = facts.Incident(
        first_day=span.first,
        last_day=span.last,
        date_precision=span.precision,
        days_off=span.days_off,
        country=plain.country("country"),
        near_miss=plain.flag("near_miss"),
        tags=tuple((name, code) for name in TAGS for code in plain.several(name, words(name))),
        harm=people,
        margins=tuple(filter(None, (_margin(form, number, plain) for number in numbers(form, "m")))),
        objects=tuple(filter(None, (_thing(form, number, plain) for number in numbers(form, "o")))),
        **{name: plain.word(name, of) for name, of in CODED.items()},
    )
    place, texts = _place(plain), _texts(plain)
    sources = tuple(filter(None, (_source(form, number, people, plain) for number in numbers(form, "s"))))
    return Said(Told(told, place, texts, sources), tuple(plain.problems))


def with_a_source(told: Told) -> Told:
    """A report has somebody who says so: one of whom nothing is known where the form names none."""
    if told.sources:
        return told
    return replace(told, sources=(replace(UNGRADED, claims=claimed(told.facts.harm)),))


def _harm(form: Typed, number: int, whole: Reader) -> facts.Harm | None:
    part = Reader(group(form, "h", number), f"h{number}.", whole.problems)
    if not part.form.keys() - {"was"}:
        return None
    n, basis = _number(part)
    return facts.Harm(
        n=n,
        n_basis=basis,
        outcomes=_outcomes(part),
        organisation=part.key("organisation"),
        subject=part.key("subject"),
        **{name: part.word(name, of) for name, of in PEOPLE.items()},  # type: ignore[arg-type]
        **{name: part.flag(name) for name in FLAGS},  # type: ignore[arg-type]
    )


def _number(part: Reader) -> tuple[int | None, str]:
    """A number with its basis; a blank number is not known, whatever else is said of these."""
    n, basis = part.count("n"), part.word("n_basis", "n_basis")
    if n is not None and basis == "unknown":
        part.wrong("n_basis", "number_and_unknown")
    return n, basis or ("unknown" if n is None else "stated")


def _outcomes(part: Reader) -> Mapping[str, facts.Outcome]:
    """Yes, no, and the days of their own; a day alone says that it happened."""
    yes, no = part.several("outcomes", facts.OUTCOMES), part.several("not", facts.OUTCOMES)
    days = {code: part.day(f"on.{code}") for code in facts.OUTCOMES}
    if set(yes) & set(no):
        part.wrong("not", "yes_and_no")
    told = {*yes, *no, *(code for code, day in days.items() if day)}
    return {
        code: facts.Outcome(code not in no or code in yes, days[code])
        for code in facts.OUTCOMES
        if code in told
    }


def _margin(form: Typed, number: int, whole: Reader) -> facts.Margin | None:
    part = Reader(group(form, "m", number), f"m{number}.", whole.problems)
    if not part.form.keys() - {"was"}:
        return None
    n, basis = _number(part)
    (dimension, value), (dimension2, value2) = (_dimension(part, name) for name in ("of", "by"))
    if not dimension:
        part.wrong("of", "missing_field")
    return facts.Margin(n, dimension, value, dimension2, value2, basis)


def _dimension(part: Reader, name: str) -> tuple[str, str]:
    dimension, _, value = one(part.form, name).partition(":")
    if dimension in ("", "total") and not value:
        return dimension, ""
    if dimension not in DIMENSIONS or value not in words(dimension):
        part.wrong(name, "unknown_word")
        return "", ""
    return dimension, value


def _thing(form: Typed, number: int, whole: Reader) -> facts.ObjectHarm | None:
    part = Reader(group(form, "o", number), f"o{number}.", whole.problems)
    if not part.form.keys() - {"was"}:
        return None
    n, basis = _number(part)
    kind = part.word("kind", "object_kind")
    if kind is None:
        part.wrong("kind", "missing_field")
    return facts.ObjectHarm(n, kind or "", part.several("effects", words("object_effect")), basis)


def _source(
    form: Typed, number: int, people: tuple[facts.Harm, ...], whole: Reader
) -> facts.SourceClaim | None:
    part = Reader(group(form, "s", number), f"s{number}.", whole.problems)
    if not part.form.keys() - {"was"}:
        return None
    stated = one(part.form, "claims")
    return facts.SourceClaim(
        kind=part.word("kind", "source_kind") or UNGRADED.kind,
        reliability=part.word("reliability", "source_reliability") or UNGRADED.reliability,
        credibility=int(part.word("credibility", "info_credibility") or UNGRADED.credibility),
        certainty=part.word("certainty", "certainty"),
        tlp=part.word("tlp", "tlp") or UNGRADED.tlp,
        consent=part.flag("consent"),
        claims=_claims(part, stated) if stated else claimed(people),
    )


NOTHING = "-"  # a source that claims no number


def _claims(part: Reader, stated: str) -> dict[str, int | None]:
    """`died:2 injured:?`: what an earlier source claimed goes through the form unchanged."""
    found: dict[str, int | None] = {}
    for pair in stated.split() if stated != NOTHING else ():
        code, _, count = pair.partition(":")
        known = code in facts.OUTCOMES or code == "affected"
        if not known or not (count == "?" or (count.isdecimal() and len(count) < 8)):
            part.wrong("claims", "bad_value")
            continue
        found[code] = None if count == "?" else int(count)
    return found


def claimed(people: tuple[facts.Harm, ...]) -> dict[str, int | None]:
    """The count of each outcome that these facts make: what the one who reports them claims."""
    found: dict[str, int | None] = {}
    for harm in people:
        for code, said in harm.outcomes.items():
            if said.holds:
                so_far = found.get(code, 0)
                found[code] = None if so_far is None or harm.n is None else so_far + harm.n
    return found


def _place(form: Reader) -> facts.Position | None:
    lat, lon = form.coordinate("lat", 90), form.coordinate("lon", 180)
    for name, other in (("lat", "lon"), ("lon", "lat")):
        if not one(form.form, name) and one(form.form, other):
            form.wrong(name, "missing_field")
    found = facts.Position(
        lat,
        lon,
        form.word("precision", "place_precision") or "unknown",
        form.text("admin1"),
        form.text("admin2"),
        form.text("locality"),
    )
    return found if found != facts.Position() else None


def _texts(form: Reader) -> facts.Texts:
    language = form.text("language", 12)
    if not re.fullmatch(r"[A-Za-z0-9-]*", language):
        form.wrong("language", "unknown_word")
    return facts.Texts(form.text("details", PROSE), form.text("actor_name", 2_000), language)


def origin(form: Typed, number: int) -> int | None:
    """Which group of the stored people this one was, if any."""
    was = one(form, f"h{number}.was")
    return int(was) if was.isdecimal() and was != NEW and len(was) < 4 else None


__all__ = ["CODED", "PEOPLE", "Said", "claimed", "many", "origin", "read", "with_a_source"]
