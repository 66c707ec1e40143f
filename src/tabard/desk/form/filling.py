"""Facts, filled into the form: the inverse of `reading`. And what of the stored facts an unchanged field keeps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from tabard.desk.form.days import fill_span
from tabard.desk.form.reading import CODED, FLAGS, KEYS, NOTHING, PEOPLE, TAGS, origin
from tabard.desk.form.typed import Typed, numbers, one
from tabard.desk.form.values import marked
from tabard.formats.report.told import Told
from tabard.rules import facts

Pairs = Iterator[tuple[str, str]]


def fill(told: Told, *, hidden: bool = False) -> Typed:
    """The form that says this. `hidden` leaves out what the reader may not see: words, place, keys."""
    found: dict[str, list[str]] = {}
    for name, value in _all(told, hidden):
        if value.strip():
            found.setdefault(name, []).append(value)
    return {name: tuple(values) for name, values in found.items()}


def _all(told: Told, hidden: bool) -> Pairs:
    yield from _incident(told.facts)
    for number, harm in enumerate(told.facts.harm):
        yield from _named(f"h{number}.", _harm(harm, hidden), number)
    for number, margin in enumerate(told.facts.margins):
        yield from _named(f"m{number}.", _margin(margin), number)
    for number, thing in enumerate(told.facts.objects):
        yield from _named(f"o{number}.", _thing(thing), number)
    for number, source in enumerate(told.sources):
        yield from _named(f"s{number}.", _source(source), number)
    if not hidden:
        yield from _restricted(told)


def _named(start: str, pairs: Pairs, number: int) -> Pairs:
    yield f"{start}was", str(number)
    for name, value in pairs:
        yield start + name, value


def _incident(told: facts.Incident) -> Pairs:
    yield from fill_span(told.first_day, told.last_day, told.date_precision, told.days_off).items()
    yield "country", told.country or ""
    yield "near_miss", _flag(told.near_miss)
    for name in CODED:
        yield name, marked(CODED[name], getattr(told, name))
    for name, code in told.tags:
        yield name, code


def _number(n: int | None, basis: str) -> Pairs:
    yield "n", "" if n is None else str(n)
    yield "n_basis", "" if n is not None and basis == "stated" else basis


def _harm(harm: facts.Harm, hidden: bool) -> Pairs:
    yield from _number(harm.n, harm.n_basis)
    for code, said in harm.outcomes.items():
        yield "outcomes" if said.holds else "not", code
        yield f"on.{code}", said.on.isoformat() if said.on else ""
    for name, of in PEOPLE.items():
        yield name, marked(of, getattr(harm, name))
    for name in () if hidden else KEYS:
        yield name, getattr(harm, name) or ""
    for name in FLAGS:
        yield name, _flag(getattr(harm, name))


def _margin(margin: facts.Margin) -> Pairs:
    yield from _number(margin.n, margin.n_basis)
    yield "of", f"{margin.dimension}:{margin.value}"
    yield "by", f"{margin.dimension2}:{margin.value2}" if margin.dimension2 else ""


def _thing(thing: facts.ObjectHarm) -> Pairs:
    yield from _number(thing.n, thing.n_basis)
    yield "kind", marked("object_kind", thing.kind)
    for effect in thing.effects:
        yield "effects", effect


def _source(source: facts.SourceClaim) -> Pairs:
    yield "kind", source.kind
    yield "reliability", source.reliability
    yield "credibility", str(source.credibility)
    yield "certainty", source.certainty or ""
    yield "tlp", source.tlp
    yield "consent", _flag(source.consent)
    yield "claims", claims(source.claims)


def claims(counts: Mapping[str, int | None]) -> str:
    """`died:2 injured:?`, in the order of the codes."""
    pairs = (f"{code}:{'?' if n is None else n}" for code, n in sorted(counts.items()))
    return " ".join(pairs) or NOTHING


def _restricted(told: Told) -> Pairs:
    for name in facts.Texts.__slots__:
        yield name, getattr(told.texts, name)
    place = told.position or facts.Position()
    yield "precision", "" if place.precision == "unknown" else place.precision
    for name in ("admin1", "admin2", "locality"):
        yield name, getattr(place, name)
    for name in ("lat", "lon"):
        value = getattr(place, name)
        yield name, "" if value is None else repr(value)


def _flag(value: bool | None) -> str:
    return "" if value is None else str(int(value))


def settled(said: Told, stored: Told, form: Typed, *, hidden: bool = False) -> Told:
    """What the form says, with the stored value wherever the form says the same: order and blanks are no change.

    Nor is what the reader could not see: words and place stay where none were typed, keys where their group stays."""
    harm = _keys_kept(said.facts.harm, stored.facts.harm, form) if hidden else said.facts.harm
    now = replace(
        said.facts,
        harm=harm,
        tags=_tags(said.facts.tags, stored.facts.tags),
        objects=_objects(said.facts.objects, stored.facts.objects),
    )
    texts = stored.texts if _same_texts(said.texts, stored.texts, hidden) else said.texts
    place = stored.position if _same_place(said.position, stored.position, hidden) else said.position
    return replace(said, facts=now, texts=texts, position=place)


def _tags(
    said: tuple[tuple[str, str], ...], stored: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, str], ...]:
    """A tag of a list that the form does not show stays."""
    whole = (*said, *(tag for tag in stored if tag[0] not in TAGS))
    return stored if sorted(whole) == sorted(stored) else whole


def _objects(
    said: tuple[facts.ObjectHarm, ...], stored: tuple[facts.ObjectHarm, ...]
) -> tuple[facts.ObjectHarm, ...]:
    known = {(one.kind, one.n, one.n_basis, frozenset(one.effects)): one for one in stored}
    return tuple(known.get((each.kind, each.n, each.n_basis, frozenset(each.effects)), each) for each in said)


def _same_texts(said: facts.Texts, stored: facts.Texts, hidden: bool) -> bool:
    if hidden and said == facts.Texts():
        return True
    return all(
        getattr(said, name) == getattr(stored, name).replace("\r\n", "\n").strip() for name in said.__slots__
    )


def _same_place(said: facts.Position | None, stored: facts.Position | None, hidden: bool) -> bool:
    if said is None or stored is None:
        return said == stored or (hidden and said is None)
    names = ("admin1", "admin2", "locality")
    clean = {name: getattr(stored, name).replace("\r\n", "\n").strip() for name in names}
    return said == replace(stored, **clean)


def _keys_kept(
    said: tuple[facts.Harm, ...], stored: tuple[facts.Harm, ...], form: Typed
) -> tuple[facts.Harm, ...]:
    """The groups of people with the keys that the form did not show."""
    shown = [number for number in numbers(form, "h") if _states(form, number)]
    return tuple(
        _with_keys(harm, stored, origin(form, number)) for number, harm in zip(shown, said, strict=True)
    )


def _states(form: Typed, number: int) -> bool:
    start = f"h{number}."
    return any(name.startswith(start) and name != f"{start}was" for name in form)


def _with_keys(harm: facts.Harm, stored: tuple[facts.Harm, ...], was: int | None) -> facts.Harm:
    if was is None or was >= len(stored):
        return harm
    return replace(harm, organisation=stored[was].organisation, subject=stored[was].subject)


def is_blank(form: Typed) -> bool:
    """Whether nothing is said yet of what happened."""
    heads = {"key", "expected", "base", "collection", "owner", "sensitivity", "language", "reason"}
    return not [name for name in form if name not in heads and not name.endswith(".was") and one(form, name)]
