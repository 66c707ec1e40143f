"""What stands in a form, as the browser sends it: names with their values. A blank is the same as nothing.

`h0.gender` is a field of the first group of people, `h0.on.died` the day of one of its outcomes. Groups: `h` people,
`m` numbers by one kind only, `o` things, `s` sources."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from tabard.rules.refusals import Refused

Typed = Mapping[str, tuple[str, ...]]

GROUPS = "hmos"
NAME = re.compile(r"([hmos])(\d{1,3})\.([a-z_0-9]+(?:\.[a-z_]+)?)", re.ASCII)
PLAIN = frozenset(
    "key expected base collection owner sensitivity known_on cause first_day last_day date_precision days_off "
    "country locality admin1 admin2 lat lon precision details actor_name language means context setting actor "
    "motive motive_confidence targeting targeting_confidence complexity certainty severity near_miss medical "
    "programme breach reason caller.is caller.name caller.number caller.language caller.safe_when caller.consent "
    "caller.call_back_by".split()
)
PER_GROUP = frozenset(
    "was n n_basis outcomes not scope org_type organisation recruitment gender function contract on_duty "
    "family_member cause care serious held_24h captor fate subject kind of by effects reliability credibility "
    "certainty tlp consent claims".split()
)
MOST_FIELDS, MOST_CHARACTERS, MOST_GROUPS = 4_000, 200_000, 200
NEW = "new"  # the mark of a group that was added in the form


def typed(pairs: Iterable[tuple[str, str]]) -> Typed:
    """The fields of the form among what was sent, blanks left out."""
    found: dict[str, list[str]] = {}
    count = size = 0
    for name, value in pairs:
        text = value.replace("\r\n", "\n")
        if text.strip() and is_field(name):
            found.setdefault(name, []).append(text)
            count, size = count + 1, size + len(text)
    if count > MOST_FIELDS or size > MOST_CHARACTERS:
        raise Refused("too_large", limit=MOST_CHARACTERS)
    return {name: tuple(values) for name, values in found.items()}


def is_field(name: str) -> bool:
    """Whether the form has a field of this name."""
    if name in PLAIN:
        return True
    found = NAME.fullmatch(name)
    if found is None or int(found[2]) >= MOST_GROUPS:
        return False
    return found[3] in PER_GROUP or (found[1] == "h" and found[3].startswith("on."))


def one(form: Typed, name: str) -> str:
    """The value of a field, without blanks around it; empty where there is none."""
    return form.get(name, ("",))[0].strip()


def many(form: Typed, name: str) -> tuple[str, ...]:
    """The values of a field that takes several, each once."""
    return tuple(dict.fromkeys(form.get(name, ())))


def numbers(form: Typed, letter: str) -> list[int]:
    """Which groups of a family the form holds, in order."""
    found = (NAME.fullmatch(name) for name in form)
    return sorted({int(each[2]) for each in found if each and each[1] == letter})


def group(form: Typed, letter: str, number: int) -> Typed:
    """The fields of one group by their own names."""
    start = f"{letter}{number}."
    return {name.removeprefix(start): values for name, values in form.items() if name.startswith(start)}


def with_group(form: Typed, letter: str) -> Typed:
    """The form with one more, empty group of a family."""
    number = max(numbers(form, letter), default=-1) + 1
    return {**form, f"{letter}{number}.was": (NEW,)}


def without_group(form: Typed, letter: str, number: int) -> Typed:
    """The form without one group."""
    start = f"{letter}{number}."
    return {name: values for name, values in form.items() if not name.startswith(start)}


def stored(form: Typed) -> str:
    """The form as text, for a draft."""
    return json.dumps({name: list(values) for name, values in form.items()}, ensure_ascii=False)


def from_stored(text: str) -> Typed:
    """The form of a draft."""
    return {name: tuple(values) for name, values in json.loads(text).items() if is_field(name)}
