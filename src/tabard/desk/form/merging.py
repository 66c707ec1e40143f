"""Two people changed one incident at the same time: what both may keep, and what a person must choose between.

A plain field is compared by itself. A family of groups (people, numbers, things, sources) is compared as a whole:
its rows have no identity of their own, and half of one list with half of another would state what nobody said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tabard.desk.form.typed import GROUPS, NAME, Typed, group, numbers

HEADS = frozenset({"key", "expected", "base", "collection", "owner", "sensitivity", "reason", "known_on"})
Content = tuple[tuple[tuple[str, tuple[str, ...]], ...], ...]


@dataclass(frozen=True, slots=True)
class Merged:
    """The form in which nobody's change is lost; where both changed the same, mine stands until one is chosen."""

    form: Typed
    conflicts: tuple[str, ...]


def merge(base: Typed, theirs: Typed, mine: Typed, chosen: Mapping[str, str] | None = None) -> Merged:
    """`base` is what mine began from. `chosen` says `theirs` or `mine` for a part that both changed."""
    conflicts, parts = [], {}
    for part in parts_of(base, theirs, mine):
        was, now, ours = (content(form, part) for form in (base, theirs, mine))
        if ours in (was, now):
            parts[part] = theirs
        elif now == was:
            parts[part] = mine
        else:
            conflicts.append(part)
            parts[part] = theirs if (chosen or {}).get(part) == "theirs" else mine
    heads = {name: values for name, values in mine.items() if name in HEADS}
    return Merged(heads | _taken(parts), tuple(conflicts))


def parts_of(*forms: Typed) -> tuple[str, ...]:
    """The names of plain fields, and the letters of families, that stand in any of the forms."""
    found = dict.fromkeys(_part(name) for form in forms for name in form)
    return tuple(part for part in found if part not in HEADS and not part.startswith("caller"))


def _part(name: str) -> str:
    found = NAME.fullmatch(name)
    return found[1] if found else name


def content(form: Typed, part: str) -> Content:
    """What the part says: the values of a field, or the groups of a family in order, without their marks."""
    if part not in GROUPS:
        return ((("", tuple(sorted(form.get(part, ())))),),)
    return tuple(said for number in numbers(form, part) if (said := _group(form, part, number)))


def _group(form: Typed, letter: str, number: int) -> tuple[tuple[str, tuple[str, ...]], ...]:
    fields = group(form, letter, number).items()
    return tuple(sorted((name, tuple(sorted(values))) for name, values in fields if name != "was"))


def _taken(parts: Mapping[str, Typed]) -> dict[str, tuple[str, ...]]:
    pairs: Iterable[tuple[str, Typed]] = parts.items()
    return {name: values for part, form in pairs for name, values in form.items() if _part(name) == part}
