"""What can be read of a report that was refused: every value that fits its place; each that does not, with its code.

A person puts the rest right. Nothing is guessed: a value of the wrong kind is no value, and is named as what it was."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from tabard.formats.report import values
from tabard.formats.report.faults import LIMITS, code_of, known, named
from tabard.formats.report.read import CLAIMED, LARGEST, Telling
from tabard.formats.report.shapes import Code, Collection, Owner, Ulid
from tabard.rules.facts import OUTCOMES

Place = tuple[str | int, ...]
Tree = dict[str, Any]

DEEPEST = 8  # containers within each other; a report needs six
MOST_PARTS = 200  # more than that is wrong with no report that a person would mend value by value
MOST_ROUNDS = 6  # each cuts out all that is wrong; a few things show only once others are gone
LONGEST_NUMBER = 20  # digits
FAMILIES: Sequence[Place] = (("facts", "harm"), ("facts", "margins"), ("facts", "objects"), ("sources",))
OBJECTS: Sequence[Place] = (("facts",), ("position",), ("texts",))
WITHIN: Mapping[str, Mapping[str, type]] = {
    "harm": {"outcomes": dict},
    "objects": {"effects": list},
    "sources": {"claims": dict},
}
STOPGAP = {"kind", "dimension"}  # asked for by the form where they are blank
NO_TEXT = re.compile("[\0\ud800-\udfff]")  # what neither a database nor a page can hold


@dataclass(frozen=True, slots=True)
class Part:
    """One value that cannot be taken as it was sent: where it stood, why not, and its text."""

    place: Place
    code: str
    sent: str
    plain: bool = True  # whether it was one value, not a list or an object
    limit: int = 0

    @property
    def name(self) -> str:
        """Where it stood, dotted."""
        return ".".join(str(step) for step in self.place)


class Loose(Telling):
    """A report of which parts may be missing."""

    id: Ulid | None = None
    collection: Collection | None = None
    owner: Owner = ""
    sensitivity: Code = "internal"
    facts: values.Facts = values.Facts()


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What could be read, and what could not."""

    report: Loose
    parts: tuple[Part, ...]


def salvage(data: bytes) -> Salvaged | None:
    """The report in these bytes as far as it can be read; None where it is no JSON object, or hopeless."""
    found: list[Part] = []
    tree = _tree(data, found)
    if tree is None:
        return None
    _shape(tree, found)
    for _ in range(MOST_ROUNDS):
        if len(found) > MOST_PARTS:
            return None
        try:
            report = Loose.model_validate_json(json.dumps(tree))
        except ValidationError as error:
            faults = error.errors(include_url=False, include_input=False)
        else:
            return Salvaged(report, tuple(dict.fromkeys(found)))
        if not all(_cut(tree, fault, found) for fault in faults[: MOST_PARTS + 1]):
            return None
        _close(tree)
    return None


def text_of(value: object) -> str:
    """A value as people read it: a text as it is, everything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _part(place: Place, code: str, value: object, limit: int = 0) -> Part:
    return Part(place, code, text_of(value), not isinstance(value, dict | list), limit)


def _tree(data: bytes, found: list[Part]) -> Tree | None:
    """The JSON object in the bytes. What would not survive is replaced and noted; a name given twice is kept twice."""
    if len(data) > LARGEST:
        return None
    try:
        read = json.loads(
            data.decode("utf-8-sig"),
            object_pairs_hook=_each_once,
            parse_constant=str,
            parse_float=_finite,
            parse_int=lambda digits: int(digits) if len(digits) <= LONGEST_NUMBER else digits,
        )
    except (ValueError, RecursionError):
        return None
    return _flat(read, (), found) if isinstance(read, dict) else None


def _each_once(pairs: Sequence[tuple[str, Any]]) -> Tree:
    made: Tree = {}
    for name, value in pairs:
        again, free = 1, name
        while free in made and again <= MOST_PARTS:
            again += 1
            free = f"{name} ({again})"
        made[free] = value
    return made


def _finite(digits: str) -> float | str:
    value = float(digits)
    return value if isfinite(value) else digits


def _flat(value: Any, place: Place, found: list[Part]) -> Any:
    """The value without what lies deeper than any report goes, and without characters that nothing can hold."""
    if isinstance(value, dict | list) and len(place) >= DEEPEST:
        return "…"
    if isinstance(value, dict):
        return {_held(name): _flat(each, (*place, _held(name)), found) for name, each in value.items()}
    if isinstance(value, list):
        return [_flat(each, (*place, at), found) for at, each in enumerate(value)]
    if isinstance(value, str) and NO_TEXT.search(value):
        value = _held(value)
        found.append(Part(place, "bad_value", value))
    return value


def _held(text: str) -> str:
    return NO_TEXT.sub("\ufffd", text)


def _shape(tree: Tree, found: list[Part]) -> None:
    """Leave in every place that holds others only what can: an object, a list of objects, known outcomes."""
    for path in OBJECTS:
        _is(tree, path, dict, found)
    for path in FAMILIES:
        _is(tree, path, list, found)
        holder = _holder(tree, path)
        if path[-1] in holder:
            holder[path[-1]] = list(_objects(holder[path[-1]], path, found))
    facts = tree.get("facts", {})
    if _is(tree, ("facts", "tags"), list, found) and "tags" in facts:
        facts["tags"] = list(_pairs(facts["tags"], found))


def _holder(tree: Tree, path: Place) -> Tree:
    """The object in which the last step of a path stands; an empty one where there is none."""
    for step in path[:-1]:
        tree = tree.get(str(step)) or {}
    return tree


def _is(tree: Tree, path: Place, kind: type, found: list[Part]) -> bool:
    """Whether the value of a path is of the kind or absent; if not, it goes."""
    holder, name = _holder(tree, path), str(path[-1])
    if holder.get(name) is None:
        holder.pop(name, None)
    elif not isinstance(holder[name], kind):
        found.append(_part(path, "wrong_kind", holder.pop(name)))
        return False
    return True


def _objects(rows: Iterable[Any], path: Place, found: list[Part]) -> Iterator[Tree]:
    """Those rows that are objects; what stands in each, as far as it is of its kind. Numbered as they stay."""
    at = 0
    for row in rows:
        if not isinstance(row, dict):
            found.append(_part(path, "wrong_kind", row))
            continue
        for name, kind in WITHIN.get(str(path[-1]), {}).items():
            _is_kind(row, name, kind, (*path, at), found)
        at += 1
        yield row


def _is_kind(row: Tree, name: str, kind: type, place: Place, found: list[Part]) -> None:
    place = (*place, name)
    if not isinstance(row.get(name, kind()), kind):
        found.append(_part(place, "wrong_kind", row.pop(name)))
    elif name == "outcomes":
        row[name] = dict(_named(row.get(name, {}), OUTCOMES, dict, place, found))
    elif name == "claims":
        row[name] = dict(_named(row.get(name, {}), CLAIMED, int | None, place, found))
    elif name in row:
        row[name] = [each for each in row[name] if _is_text(each, place, found)]


def _named(
    stated: Mapping[str, Any], names: Iterable[str], kind: Any, place: Place, found: list[Part]
) -> Iterator[tuple[str, Any]]:
    allowed = frozenset(names)
    for name, value in stated.items():
        if name not in allowed:
            found.append(_part((*place, name), "unknown_word", {name: value}))
        elif isinstance(value, bool) or not isinstance(value, kind):
            found.append(_part((*place, name), "wrong_kind", {name: value}))
        else:
            yield name, value


def _is_text(value: Any, place: Place, found: list[Part]) -> bool:
    if not isinstance(value, str):
        found.append(_part(place, "wrong_kind", value))
    return isinstance(value, str)


def _pairs(rows: Iterable[Any], found: list[Part]) -> Iterator[Any]:
    for row in rows:
        if isinstance(row, list) and len(row) == 2 and all(isinstance(each, str) for each in row):
            yield row
        else:
            found.append(_part(("facts", "tags"), "wrong_kind", row))


class _Gone:
    """Stands where a value of a list was cut out, so that the others keep their places until all is cut."""


GONE = _Gone()


def _cut(tree: Tree, fault: ErrorDetails, found: list[Part]) -> bool:
    """Take what is wrong out, noting what it was; False where it cannot be taken out."""
    place = fault["loc"]
    if not place or fault["type"] == "too_long":
        return False
    if place == ("position",):
        stated = [("position", name) for name in ("lat", "lon") if name in tree["position"]]
        return bool(stated) and all(_drop(tree, each, fault, found) for each in stated)
    if fault["type"] == "missing":
        return _fill_in(tree, place, fault, found)
    return _drop(tree, place, fault, found)


def _fill_in(tree: Tree, place: Place, fault: ErrorDetails, found: list[Part]) -> bool:
    """A blank where a word is missing; what cannot be without its value goes as a whole."""
    if place[-1] not in STOPGAP:
        return _drop(tree, place[:-1], fault, found)
    holder = _inside(tree, place[:-1])
    if not isinstance(holder, dict):
        return False
    holder[str(place[-1])] = ""
    if place not in {part.place for part in found}:
        found.append(Part(place, "missing_field", ""))
    return True


def _inside(tree: Any, place: Place) -> Any:
    for step in place:
        tree = tree[step]
    return tree


def _drop(tree: Tree, place: Place, fault: ErrorDetails, found: list[Part]) -> bool:
    """Take out the value at a place, or the nearest one that holds it."""
    holder: Any = tree
    for depth, step in enumerate(place):
        there = step in holder if isinstance(holder, dict) else isinstance(step, int)
        if not there:
            return False
        inner = holder[step]
        if depth + 1 == len(place) or not _leads(inner, place[depth + 1]):
            _note(place[: depth + 1], inner, fault, found)
            if isinstance(holder, dict):
                del holder[step]
            else:
                holder[step] = GONE
            return True
        holder = inner
    return False


def _leads(inner: Any, step: str | int) -> bool:
    return step in inner if isinstance(inner, dict) else isinstance(inner, list) and isinstance(step, int)


def _note(place: Place, value: Any, fault: ErrorDetails, found: list[Part]) -> None:
    if value is GONE:
        return
    code = code_of(fault, named(place, known(Loose)))
    limit = next((fault["ctx"][name] for name in LIMITS if name in fault.get("ctx", {})), 0)
    found.append(_part(place, code, value, int(limit)))


def _close(tree: Tree) -> None:
    """Close the gaps in the lists of words; rows of people and things are never cut out here."""
    facts = tree.get("facts", {})
    if "tags" in facts:
        facts["tags"] = [tag for tag in facts["tags"] if tag is not GONE and GONE not in tag]
    for thing in facts.get("objects", ()):
        if "effects" in thing:
            thing["effects"] = [each for each in thing["effects"] if each is not GONE]
