"""What one revision changed of the one before: facts taken out, facts put in."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher

from tabard.rules.facts import Incident
from tabard.site.components import telling
from tabard.site.templatetags import words as say

BETWEEN = " · "
Part = tuple[str, str]  # ("gone" | "come" | "same", words)


@dataclass(frozen=True)
class Change:
    """One fact that differs, part by part."""

    name: str
    parts: tuple[Part, ...]


def changes(old: Incident, new: Incident) -> list[Change]:
    """Every difference between two states of what is held to be so, in words."""
    return [*_scalars(old, new), *_rows(old, new)]


def _scalars(old: Incident, new: Incident) -> list[Change]:
    pairs = [(say.word("fact", "first_day"), _when(old), _when(new))]
    pairs.append((say.word("fact", "country"), _country(old), _country(new)))
    before, after = _named(old), _named(new)
    pairs += [(name, before.get(name, ""), after.get(name, "")) for name in {**before, **after}]
    return [Change(name, _parts(was, now, whole=True)) for name, was, now in pairs if was != now]


def _named(told: Incident) -> dict[str, str]:
    found: dict[str, str] = {}
    for fact in telling.stated(told):
        found[fact.name] = f"{found[fact.name]}{BETWEEN}{fact.value}" if fact.name in found else fact.value
    return found


def _rows(old: Incident, new: Incident) -> list[Change]:
    """Rows have no identity of their own: what is gone and what is new, side by side."""
    before, after = _lines(old), _lines(new)
    gone = [line for line in before if line not in after]
    come = [line for line in after if line not in before]
    width = max(len(gone), len(come))
    padded = zip(gone + [""] * (width - len(gone)), come + [""] * (width - len(come)), strict=True)
    return [Change("", _parts(was, now)) for was, now in padded]


def _parts(was: str, now: str, *, whole: bool = False) -> tuple[Part, ...]:
    """What is gone and what is new; of a line with several parts, those that stayed stand between them."""
    before, after = ([was], [now]) if whole else (was.split(BETWEEN), now.split(BETWEEN))
    found: list[Part] = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(("same", BETWEEN.join(before[a:b])))
            continue
        found += [("gone", BETWEEN.join(before[a:b])), ("come", BETWEEN.join(after[c:d]))]
    return tuple(part for part in found if part[1])


def _lines(told: Incident) -> list[str]:
    harm = [telling.harm_line(each) for each in told.harm]
    margins = [telling.margin_line(each) for each in told.margins]
    return harm + margins + [telling.object_line(each) for each in told.objects]


def _when(told: Incident) -> str:
    return say.when(told.first_day, told.last_day, told.date_precision, told.days_off)


def _country(told: Incident) -> str:
    return say.country(told.country)
