"""Template tags: words of the vocabulary, countries, dates and numbers as people write them in their language."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from babel import Locale
from babel.dates import format_skeleton, format_timedelta
from babel.numbers import format_decimal
from django import template
from django.utils.translation import get_language, gettext, to_locale

from tabard.access.roles import roles
from tabard.incidents.models import Collection
from tabard.places import countries
from tabard.vocab import words

register = template.Library()


def vocabulary_language() -> str:
    """The reader's language as the word lists name it."""
    return (get_language() or "en").split("-")[0]


def locale() -> Locale:
    """The reader's language as CLDR names it; English as the United Nations writes it, day first."""
    if vocabulary_language() == "en":
        return Locale("en", "GB")
    return Locale.parse(to_locale(get_language() or "en"), sep="_")


@register.simple_tag
def word(list_code: str, code: str | None) -> str:
    """A word's label; a fact that nobody stated says so."""
    return words.label(list_code, code, vocabulary_language()) if code else gettext("not stated")


@register.simple_tag
def inword(list_code: str, code: str | None) -> str:
    """A word's label inside a sentence: without its capital, unless that is an abbreviation's."""
    text = word(list_code, code)
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


@register.simple_tag
def country(iso3: str | None) -> str:
    """A country's name, or that it is not known."""
    return countries.name(iso3, vocabulary_language()) if iso3 else gettext("country not known")


@register.simple_tag(takes_context=True)
def collection(context: template.Context, code: str) -> str:
    """A collection as people call it, asked for once a page; the code itself where none of that name is open."""
    kept: Any = context.render_context
    names: dict[str, str] = kept.setdefault("collections", {})
    if code not in names:
        found = Collection.objects.filter(pk=code).first()
        names[code] = gettext(found.label) if found else code
    return names[code]


@register.simple_tag
def role_name(code: str) -> str:
    """A role as people call it."""
    return gettext(roles()[code].label) if code in roles() else code


@register.simple_tag
def role_says(code: str) -> str:
    """What a role is for, in a sentence."""
    return gettext(roles()[code].says) if code in roles() else ""


@register.simple_tag
def kind(media_type: str) -> str:
    """`image/jpeg` as people call it."""
    return gettext("Text") if media_type == "text/plain" else media_type.rpartition("/")[2].upper()


@register.filter
def number(value: int | float | None) -> str:
    """Grouped as the language groups; unknown is a dash, never zero."""
    return "–" if value is None else format_decimal(value, locale=locale())


@register.filter
def day(value: date | None) -> str:
    """14 Nov 2019, the month in letters: no reader takes it for the day."""
    return format_skeleton("yMMMd", value, locale=locale()) if value else gettext("date not known")


@register.filter
def moment(value: datetime | None) -> str:
    """14 Nov 2019 08:15 UTC: one clock for everybody."""
    return f"{day(value)} {apart(f'{value:%H:%M} UTC')}" if value else "–"


@register.filter
def age(since: datetime) -> str:
    """For how long something has waited: 3 days."""
    return format_timedelta(datetime.now(UTC) - since, threshold=1.2, locale=locale())


def apart(text: str) -> str:
    """Keep a number and its sign from left to right: in Arabic `≥ 3` would else be drawn as its mirror image."""
    return f"\u2066{text}\u2069"


@register.simple_tag
def when(first: date | None, last: date | None, precision: str, days_off: int = 0) -> str:
    """A partial date as people would say it."""
    if first is None or last is None:
        return gettext("date not known")
    if precision in ("month", "year"):
        return format_skeleton("yMMMM" if precision == "month" else "y", first, locale=locale())
    if precision == "week":
        return gettext("week of %(day)s") % {"day": day(first)}
    if days_off:
        middle = first + (last - first) / 2
        return gettext("%(day)s, give or take %(n)s days") % {"day": day(middle), "n": days_off}
    return day(first) if first == last else f"{day(first)} – {day(last)}"


@register.simple_tag
def persons(n: int | None, basis: str = "stated") -> str:
    """A count with what is known of it: `≥ 3`, `≈ 3`, or that nobody knows."""
    if n is None:
        return gettext("not known")
    sign = {"at_least": "≥", "estimate": "≈"}.get(basis)
    return apart(f"{sign} {number(n)}") if sign else number(n)
