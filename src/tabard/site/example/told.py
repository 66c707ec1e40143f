"""What goes with the facts of an invented incident: a few words, a place on the map, a source, a moment."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any

from tabard.places.countries import countries
from tabard.rules.facts import Incident, Position, SourceClaim, Texts
from tabard.site.example.chance import Stream
from tabard.site.example.incidents import Drafted
from tabard.site.example.plan import DATA, areas

IN_OWN_LANGUAGE = 40  # per cent of reports, where the row has sentences in the country's language


@cache
def sentences() -> Mapping[str, Any]:
    """The words of `data/texts.toml`."""
    return tomllib.loads((DATA / "texts.toml").read_text("utf-8"))


def words(each: Drafted) -> Texts:
    """A sentence or two on what happened, marked as invented, in the language of the country now and then."""
    chance = Stream(f"{each.name}-words")
    area = areas().get(each.facts.country or "")
    language = area.language if area and chance.happens(IN_OWN_LANGUAGE) else "en"
    own = sentences().get(language, {})
    if language == "en" or each.row not in own:
        text = _english(each, chance)
        return Texts(f"{text} {sentences()['en']['mark']}", language="en")
    return Texts(f"{chance.one(own[each.row])} {own['mark']}", language=language)


def _english(each: Drafted, chance: Stream) -> str:
    said = sentences()
    who, many = _who(each)
    by_means = said["by_means"].get(each.row, {})
    possible = by_means.get(each.facts.means) or said["row"][each.row]
    return str(chance.one(possible)).format(
        who=who,
        who_low=who[0].lower() + who[1:],
        was="were" if many else "was",
        place=said["place"].get(each.facts.setting or "", "in the area"),
    )


def _who(each: Drafted) -> tuple[str, bool]:
    count = sum(harm.n or 0 for harm in each.facts.harm)
    if count > 1:
        number = sentences()["number"].get(str(count), "several")
        return f"{number.capitalize()} {sentences()['group'][each.scope]}", True
    function = each.facts.harm[0].function if each.facts.harm else None
    return (
        "A peacekeeper" if each.scope == "uniformed" else sentences()["one"].get(function, "A colleague")
    ), False


def place(name: str, country: str | None) -> Position | None:
    """A point around the country's middle, as coarse as such reports are."""
    found, area = countries().get(country or ""), areas().get(country or "")
    if found is None or area is None:
        return None
    chance = Stream(f"{name}-place")
    lat = found.lat + area.spread * (chance.below(2001) - 1000) / 1000
    lon = found.lon + area.spread * (chance.below(2001) - 1000) / 1000
    precision = "km25" if chance.happens(70) else "admin1"
    return Position(round(lat, 2), round(lon, 2), precision, locality=f"Area {1 + chance.below(9)}")


def source(name: str, facts: Incident) -> SourceClaim:
    """Who reported it, and what they count."""
    chance = Stream(f"{name}-source")
    persons = sum(harm.n or 0 for harm in facts.harm)
    return SourceClaim(
        kind=chance.weighed({"focal_point": 8, "warden": 2, "partner": 2, "self": 2, "official": 1}),
        reliability=chance.weighed({"A": 2, "B": 6, "C": 2}),
        credibility=int(chance.weighed({"1": 3, "2": 6, "3": 2})),
        certainty=facts.certainty,
        consent=True if chance.happens(30) else None,
        claims={"affected": persons} if facts.harm else {},
    )


def known(name: str, last_day: date | None) -> datetime:
    """When it was first known: a few days after, now and then weeks."""
    chance = Stream(f"{name}-known")
    days = 20 + chance.below(40) if chance.happens(6) else 1 + chance.below(9)
    hour = time(6 + chance.below(14), chance.below(60), tzinfo=UTC)
    return datetime.combine((last_day or date(2019, 7, 1)) + timedelta(days), hour)
