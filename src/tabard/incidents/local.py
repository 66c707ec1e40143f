"""An organisation's own words in facts: the shipped word under which one stands is the fact, its id a tag.

So it counts as its parent in every table, scheme and filter, and nothing but a page knows of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from tabard.incidents.checks import check
from tabard.incidents.writer import Entry
from tabard.people import words as own
from tabard.people.models import Word
from tabard.rules import facts
from tabard.vocab.words import is_word

TAG = "local"
INCIDENT = ("cause", "means", "context", "setting", "actor", "motive", "targeting")
HARM = ("cause", "function", "contract")
TAGS = ("medical", "programme", "breach")
Pair = tuple[str, str]
Turn = Callable[[str, str], str]


def with_parents(told: facts.Incident, owner: str) -> facts.Incident:
    """The facts with each word of one's own replaced by its shipped word, and named in a tag.

    A tag whose shipped word is no longer among the facts goes: somebody chose another."""
    used = set(_used(told))
    kept = [code for name, code in told.tags if name == TAG]
    strange = {pair for pair in used if not is_word(*pair)}
    if not strange and not kept:
        return told
    found = own.found(strange, owner)
    turned = _each(told, lambda name, code: found[name, code].parent if (name, code) in found else code)
    return _tagged(turned, [*found.values(), *_standing(kept, used)])


def coded(entry: Entry, owner: str) -> Entry:
    """What is entered, in shipped words, every one of them checked."""
    told = with_parents(entry.facts, owner)
    check(told)
    return entry if told is entry.facts else replace(entry, facts=told)


def _standing(kept: list[str], used: set[Pair]) -> list[Word]:
    return [word for word in own.by_id(kept).values() if (word.list, word.parent) in used]


def _tagged(told: facts.Incident, words: list[Word]) -> facts.Incident:
    plain = [tag for tag in told.tags if tag[0] != TAG]
    ids = sorted({word.pk for word in words})
    return replace(told, tags=(*dict.fromkeys(plain), *((TAG, pk) for pk in ids)))


def with_own(told: facts.Incident, owner: str) -> facts.Incident:
    """For a form: the facts with words of one's own where a tag names one that may still be used."""
    words = own.by_id(code for name, code in told.tags if name == TAG)
    usable = set(own.usable(owner).filter(pk__in=words).values_list("pk", flat=True))
    back = {(word.list, word.parent): word for word in words.values() if word.pk in usable}
    if not back:
        return told
    turned = _each(told, lambda name, code: back[name, code].code if (name, code) in back else code)
    gone = {(TAG, word.pk) for word in back.values()}
    return replace(turned, tags=tuple(tag for tag in turned.tags if tag not in gone))


def ids(told: facts.Incident) -> list[str]:
    """The ids of the own words that the facts name."""
    return [code for name, code in told.tags if name == TAG]


def _used(told: facts.Incident) -> Iterator[Pair]:
    """Every word of the facts that may be one's own, with its list."""
    for one, names in ((told, INCIDENT), *((harm, HARM) for harm in told.harm)):
        stated = ((name, getattr(one, name)) for name in names)
        yield from ((name, code) for name, code in stated if code is not None)
    yield from (("object_kind", thing.kind) for thing in told.objects)
    yield from (tag for tag in told.tags if tag[0] in TAGS)


def _each(told: facts.Incident, turn: Turn) -> facts.Incident:
    """The facts with every word that may be one's own turned."""
    harm = tuple(replace(one, **_turned(one, HARM, turn)) for one in told.harm)
    things = tuple(replace(one, kind=turn("object_kind", one.kind)) for one in told.objects)
    tags = tuple((name, turn(name, code) if name in TAGS else code) for name, code in told.tags)
    return replace(told, harm=harm, objects=things, tags=tags, **_turned(told, INCIDENT, turn))


def _turned(one: facts.Incident | facts.Harm, names: tuple[str, ...], turn: Turn) -> Mapping[str, Any]:
    stated = {name: getattr(one, name) for name in names}
    return {name: turn(name, code) for name, code in stated.items() if code is not None}
