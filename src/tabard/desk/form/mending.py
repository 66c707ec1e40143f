"""A report that was refused, filled into the form as far as it can be read; and what a sent form keeps of it.

What fits no place of the form is named and stays: a moment or an own word in the facts, everything in the original."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from tabard.desk.form.filling import fill, settled
from tabard.desk.form.reading import CODED, KEYS, PEOPLE, TAGS, Said, read
from tabard.desk.form.typed import (
    MOST_CHARACTERS,
    MOST_FIELDS,
    MOST_GROUPS,
    NAME,
    Typed,
    is_field,
    numbers,
    one,
)
from tabard.desk.form.values import OWN, Problem
from tabard.formats.report.salvage import Part, Salvaged, salvage
from tabard.formats.report.told import Told
from tabard.incidents.local import TAG, with_own, with_parents
from tabard.people import words as own

FAMILY = {("facts", "harm"): "h", ("facts", "margins"): "m", ("facts", "objects"): "o", ("sources",): "s"}
RENAMED = {"m": {"dimension": "of", "value": "of", "dimension2": "by", "value2": "by"}}
BY_CHOICE = frozenset(
    ("outcomes", "not", "effects", "of", "by", *TAGS)
)  # no control shows a strange word of these
# The most that a browser without scripts can send, which sends blank fields too: how many a group has, by family.
SENT, BROWSER = {"h": 52, "m": 5, "o": 5, "s": 9}, 880
SHORT = 200  # characters; a longer one is no word, number or day


@dataclass(frozen=True)
class Mended:
    """A refused report in the form: its id, what stands in the form, what was said besides, what could not be read."""

    id: str
    form: Typed
    told: Told
    known_at: datetime | None
    parts: tuple[Part, ...]

    @property
    def in_form(self) -> tuple[tuple[str, Part], ...]:
        """What could not be read and has a field in the form, with its name."""
        return tuple((name, part) for part in self.parts if (name := field_of(part)))

    @property
    def beyond(self) -> tuple[Part, ...]:
        """What has no field in the form."""
        return tuple(part for part in self.parts if not field_of(part))


def mended(data: bytes) -> Mended | None:
    """The report in the form; None where the form cannot show it, and it must be put right as it was sent."""
    found = salvage(data)
    if found is None or max(map(len, (found.report.facts.margins, found.report.facts.harm))) > MOST_GROUPS:
        return None
    told, owner = found.report.told(), found.report.owner
    told = replace(told, facts=with_own(told.facts, owner))
    parts = (*found.parts, *_strange_tags(told))
    form = _with_raw({**_shipped(fill(told), owner), **_heads(found)}, told, parts)
    return Mended(found.report.id or "", form, told, found.report.known_at, parts) if _fits(form) else None


def _heads(found: Salvaged) -> dict[str, tuple[str, ...]]:
    known = found.report.known_at
    heads = {
        "collection": found.report.collection or "",
        "owner": found.report.owner,
        "sensitivity": found.report.sensitivity,
        "known_on": known.astimezone(UTC).date().isoformat() if known else "",
    }
    return {name: (value,) for name, value in heads.items() if value}


def _fits(form: Typed) -> bool:
    """Whether a browser can show and send it, with scripts or without."""
    size = sum(len(value) for values in form.values() for value in values)
    groups = sum(SENT[letter] * len(numbers(form, letter)) for letter in SENT)
    return size <= MOST_CHARACTERS and len(form) <= MOST_FIELDS and groups <= BROWSER


def _strange_tags(told: Told) -> Iterator[Part]:
    """Tags of lists that there are not, and words of one's own that nobody has."""
    known = own.by_id(code for name, code in told.facts.tags if name == TAG)
    for name, code in told.facts.tags:
        if name not in TAGS and not (name == TAG and code in known):
            yield Part(("facts", "tags"), "unknown_word", f"{name}: {code}", plain=False)


def _with_raw(form: Typed, told: Told, parts: Iterable[Part]) -> Typed:
    """The form with what was sent where it was refused: there it is refused again until somebody puts it right."""
    raw = {name: (_raw(name, part),) for part in parts if (name := field_of(part)) and _stands(name, part)}
    made = {**form, **raw}
    for name in raw:
        basis = f"{name}_basis"
        if name.endswith(".n") and one(made, basis) == "unknown":
            del made[basis]  # there is a number, only none that can be read
    if "first_day" in raw and told.facts.last_day:
        made["last_day"] = (told.facts.last_day.isoformat(),)
    return made


def _stands(name: str, part: Part) -> bool:
    """Whether the field can hold what was sent without its passing for an answer."""
    if name == "sensitivity":
        return True  # left blank, a browser would choose for whoever mends
    short = len(part.sent) <= SHORT or name in ("details", "actor_name")
    return part.plain and short and part.sent.strip() != "" and _last(name) not in BY_CHOICE


def _raw(name: str, part: Part) -> str:
    return (part.sent.strip() or "?")[:SHORT] if name == "sensitivity" else part.sent


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def field_of(part: Part) -> str:
    """The form's field for a place in a report; empty where it has none."""
    if part.code == "field_not_known":
        return ""
    name = _name(part)
    hidden = NAME.fullmatch(name)
    if not is_field(name) or (hidden and hidden[3] in (*KEYS, "claims", "was")):
        return ""
    return name


def _name(part: Part) -> str:
    for path, letter in FAMILY.items():
        if part.place[: len(path)] == path and len(part.place) > len(path) + 1:
            at, field, *rest = part.place[len(path) :]
            if field == "outcomes" and len(rest) == 2 and rest[1] == "on":
                field = f"on.{rest[0]}"
            return f"{letter}{at}.{RENAMED.get(letter, {}).get(str(field), field)}"
    match part.place:
        case ("known_at",):
            return "known_on"
        case (("collection" | "owner" | "sensitivity") as name,):
            return name
        case (("facts" | "position" | "texts"), str(name)) if name not in ("harm", "margins", "objects"):
            return name
    return ""


def _shipped(form: Typed, owner: str) -> dict[str, tuple[str, ...]]:
    """The form with a word of one's own marked only where there is one: a word of no list is refused in its field."""
    marked = {name: found[1] for name in form if (found := OWN.fullmatch(one(form, name))) and _list(name)}
    there = own.found({(_list(name), code) for name, code in marked.items()}, owner)
    strange = {name: (code,) for name, code in marked.items() if (_list(name), code) not in there}
    plain = {
        name: (values[0].removeprefix("own:"),)
        for name, values in form.items()
        if _list(name) and name not in marked
    }
    return {**form, **plain, **strange}


def _list(name: str) -> str:
    """The list of a field whose word may be one of one's own."""
    found = NAME.fullmatch(name)
    if found is None:
        return CODED.get(name, "")
    return {"h": PEOPLE, "o": {"kind": "object_kind"}}.get(found[1], {}).get(found[3], "")


def problems(held: Mended, form: Typed, *, today: date) -> list[Problem]:
    """All that is wrong with the form as it was filled: what it refuses itself, then what was sent and is not in it."""
    found = list(read(form, today=today).problems)
    there = {problem.field for problem in found}
    for name, part in held.in_form:
        if name not in there:
            there.add(name)
            found.append(Problem(name, part.code, part.limit))
    return found


def said(held: Mended, form: Typed, *, today: date | None = None) -> Said:
    """What the form says, with what an unchanged field keeps of what was sent."""
    found = read(form, today=today)
    told = settled(found.told, held.told, form)
    return Said(replace(told, facts=with_parents(told.facts, one(form, "owner"))), found.problems)


def known_at(held: Mended, form: Typed, stated: datetime | None) -> datetime | None:
    """Since when it is known: to the moment, where the day stayed as it was sent."""
    day = one(form, "known_on")
    if held.known_at and day == held.known_at.astimezone(UTC).date().isoformat():
        return held.known_at
    return stated or (datetime.now(UTC) if day else None)
