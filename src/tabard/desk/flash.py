"""The flash report of one incident, at one redaction, in one language: what `rules.flash` fits into 1,000 characters.

What a redaction keeps is a column of its word list. While next of kin wait, none keeps a name, a nationality, an
employer or anybody's own words. Every report that is looked at or taken away is an audit line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from babel import Locale
from babel.dates import format_skeleton
from babel.numbers import format_decimal

from tabard.access import trail
from tabard.access.models import Account
from tabard.desk import needs
from tabard.desk.models.needs import OPEN
from tabard.incidents import kin, standing, told
from tabard.incidents import words as restricted
from tabard.incidents.models import Incident, Revision
from tabard.people.models import Organisation
from tabard.places import countries
from tabard.rules import facts
from tabard.rules.canonical import incident_from
from tabard.rules.flash import RIGHT_TO_LEFT, Flash, Line, flash, isolated, left_to_right, plain
from tabard.rules.refusals import Refused
from tabard.rules.tally import Count, tally
from tabard.vocab.words import LANGUAGES, column, is_word, label

WAYS = ("read", "text", "print")
NEXT = {"ar": "، ", "zh": "，"}  # how a list goes on
LOCALES = {"en": "en_GB"}  # as the United Nations writes it, day first
OUTSIDE = (None, "unknown", "other")


@dataclass(frozen=True)
class Known:
    """What the lines are made of, gathered by what the reader may read and the redaction keeps."""

    reference: str
    revision: Revision
    told: facts.Incident
    language: str
    waits: bool
    place: str = ""
    details: str = ""
    employers: Sequence[str] = ()
    parties: Sequence[str] = ()
    help: Sequence[str] = ()
    now: datetime = field(default_factory=lambda: datetime.now(UTC))


def report(incident: Incident, *, by: Account, level: str, language: str, way: str = "read") -> Flash:
    """The report, of an incident that was found visible."""
    if not is_word("redaction", level) or language not in LANGUAGES or way not in WAYS:
        raise Refused("unknown_word", field="level" if not is_word("redaction", level) else "language")
    keeps = column("redaction", "keeps")[level].split()
    known = _known(incident, keeps, language, by)
    lines = [line for name in keeps for line in _line(name, known)]
    trail.has_read(
        by=by,
        verb="desk:flash:read",
        subject=f"incident:{incident.pk}",
        fields=(f"level:{level}", f"language:{language}", f"way:{way}", *(line.name for line in lines)),
    )
    title = f"{part('flash', language)} ({label('redaction', level, language)})"
    return flash(title, lines, language)


def part(name: str, language: str) -> str:
    """A heading of the report."""
    return label("flash_part", name, language)


def _known(incident: Incident, keeps: Sequence[str], language: str, by: Account) -> Known:
    held = next(standing.latest_of([incident.pk]), None)
    if held is None:
        raise Refused("not_found")
    waits, names_people = kin.holds(incident), "words" in keeps
    seen = restricted.read(incident, [held], by=by) if names_people or "place" in keeps else None
    facts_held = incident_from(held.facts)
    texts = seen.words.get(held.words) if seen else None
    place = seen.places.get(held.place) if seen else None
    return Known(
        reference=incident.reference,
        revision=held,
        told=facts_held,
        language=language,
        waits=waits,
        place=_foreign(place.admin1, language) if place else "",
        details=plain(texts.details) if texts and names_people and not waits else "",
        employers=_employers(facts_held, language) if seen and "who" in keeps and not waits else (),
        parties=[whom for whom, _ in told.parties_told(incident)],
        help=[need.kind for need in needs.of(incident) if need.state == OPEN],
    )


def _employers(held: facts.Incident, language: str) -> list[str]:
    wanted = [harm.organisation for harm in held.harm if harm.organisation]
    names = dict(Organisation.objects.filter(pk__in=wanted).values_list("pk", "name"))
    return [_foreign(names[pk], language) for pk in dict.fromkeys(wanted) if pk in names]


def _foreign(text: str, language: str) -> str:
    """A name as it is written, which in a right-to-left text keeps its own direction."""
    told = plain(text)
    return isolated(told) if told and language in RIGHT_TO_LEFT else told


def _line(name: str, known: Known) -> Iterator[Line]:
    text = MAKE[name](known)
    if text or (name == "withheld" and known.waits):
        yield Line(name, part(name if name != "country" else "place", known.language), text, name == "words")


def _list(codes: Iterable[str | None], list_code: str, known: Known) -> str:
    found = [label(list_code, code, known.language) for code in dict.fromkeys(codes) if code]
    return NEXT.get(known.language, ", ").join(found)


def _join(known: Known, *parts: str) -> str:
    return NEXT.get(known.language, ", ").join(filter(None, parts))


def _reference(known: Known) -> str:
    return left_to_right(known.reference) if known.language in RIGHT_TO_LEFT else known.reference


def _what(known: Known) -> str:
    said = known.told
    means = said.means if said.means not in OUTSIDE else None
    first = _list([means], "means", known) or _list([said.cause], "cause", known)
    setting = _list([said.setting if said.setting not in OUTSIDE else None], "setting", known)
    return _join(known, first, setting) or part("unknown_what", known.language)


def _persons(known: Known) -> str:
    counts = tally(known.told)
    if counts:
        return _join(known, *(_count(count, known) for count in counts))
    n, basis = standing.persons(known.told)
    return _number(n, basis, known) if n != 0 else part("nobody", known.language)


def _count(count: Count, known: Known) -> str:
    return f"{label('outcome', count.code, known.language)} {_number(count.n, count.basis, known)}"


def _number(n: int | None, basis: str, known: Known) -> str:
    """`3`, `3+` for at least three, `~3` for about three: signs that every telephone has."""
    if n is None:
        return f"({part('unknown_number', known.language)})"
    text = format_decimal(n, locale=_locale(known.language))
    signed = {"at_least": f"{text}+", "estimate": f"~{text}"}.get(basis, text)
    return left_to_right(signed) if known.language in RIGHT_TO_LEFT and signed != text else signed


def _day(known: Known) -> str:
    said = known.told
    if said.first_day is None or said.last_day is None:
        return part("unknown_day", known.language)
    if said.date_precision in ("month", "year"):
        return _dated(said.first_day, "yMMMM" if said.date_precision == "month" else "y", known)
    days = dict.fromkeys((said.first_day, said.last_day))
    return " - ".join(_dated(day, "yMMMd", known) for day in days)


def _country(known: Known) -> str:
    iso3 = known.told.country
    return countries.name(iso3, known.language) if iso3 else part("unknown_place", known.language)


def _place(known: Known) -> str:
    return _join(known, _country(known), known.place)


def _now(known: Known) -> str:
    """What became of those who were taken, and what of the work."""
    fates = _list([harm.fate for harm in known.told.harm if harm.fate != "unknown"], "fate", known)
    work = _list([code for name, code in known.told.tags if name == "programme"], "programme", known)
    return _join(known, fates, work)


def _help(known: Known) -> str:
    sides = column("need_kind", "side")
    return _list([kind for kind in known.help if sides[kind] == "help"], "need_kind", known)


def _who(known: Known) -> str:
    if known.waits:
        return ""
    harm = known.told.harm
    whose = _join(known, *known.employers) or _list([h.org_type for h in harm], "org_type", known)
    return _join(
        known,
        whose or _list([h.scope for h in harm], "scope", known),
        _list([h.recruitment for h in harm], "recruitment", known),
    )


def _since(known: Known) -> str:
    at = known.revision.known_at.astimezone(UTC)
    clock = f"{at:%H:%M} UTC"
    if known.language in RIGHT_TO_LEFT:
        clock = left_to_right(clock)
    return f"{_dated(at.date(), 'yMMMd', known)} {clock}"


def _dated(day: date, skeleton: str, known: Known) -> str:
    return format_skeleton(skeleton, day, locale=_locale(known.language))


def _locale(language: str) -> Locale:
    return Locale.parse(LOCALES.get(language, language))


MAKE: Mapping[str, Callable[[Known], str]] = {
    "withheld": lambda known: "",
    "reference": _reference,
    "what": _what,
    "persons": _persons,
    "day": _day,
    "place": _place,
    "country": _country,
    "now": _now,
    "help": _help,
    "actor": lambda known: _list([a for a in [known.told.actor] if a not in OUTSIDE], "actor", known),
    "who": _who,
    "told": lambda known: _list(known.parties, "told_party", known),
    "known": _since,
    "words": lambda known: known.details,
}
