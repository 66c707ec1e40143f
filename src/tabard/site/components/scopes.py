"""Scopes in words, and the choices of a form that picks one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext

from tabard.access.policy import EVERYTHING
from tabard.incidents.models import Collection
from tabard.people.models import Organisation
from tabard.places import countries
from tabard.rules.refusals import Refused
from tabard.site.templatetags.words import vocabulary_language

KINDS = ("org", "country", "collection")


def in_words(scopes: Iterable[str]) -> dict[str, str]:
    """Each scope as people call it; one whose thing is gone keeps its key."""
    wanted = set(scopes)
    parts = {kind: [s.partition(":")[2] for s in wanted if s.startswith(f"{kind}:")] for kind in KINDS}
    names = {f"org:{o.pk}": o.name for o in Organisation.objects.filter(pk__in=parts["org"])}
    for collection in Collection.objects.filter(pk__in=parts["collection"]):
        names[collection.scope_key] = gettext("collection %(name)s") % {"name": gettext(collection.label)}
    names |= {f"country:{iso3}": countries.name(iso3, vocabulary_language()) for iso3 in parts["country"]}
    return {s: gettext("everything") if s == EVERYTHING else names.get(s, s) for s in wanted}


@dataclass(frozen=True)
class Choices:
    """What a form offers to choose a scope from."""

    organisations: list[Organisation]
    countries: list[tuple[str, str]]
    collections: list[Collection]


def choices() -> Choices:
    """Organisations that are open, countries in the order of the reader's language, collections."""
    language = vocabulary_language()
    named = sorted((countries.name(iso3, language), iso3) for iso3 in countries.countries())
    return Choices(
        list(Organisation.objects.filter(closed_on=None).order_by("name")),
        [(iso3, name) for name, iso3 in named],
        list(Collection.objects.order_by("code")),
    )


def picked(asked: Mapping[str, str]) -> str:
    """The scope that a form says; refused where there is nothing that it names: it would cover nothing, silently."""
    kind = asked.get("kind", "")
    key = asked.get(kind, "") if kind in KINDS else ""
    if kind == "everything":
        return EVERYTHING
    there = {
        "org": lambda: Organisation.objects.filter(pk=key, closed_on=None).exists(),
        "country": lambda: countries.country(key) is not None,
        "collection": lambda: Collection.objects.filter(pk=key).exists(),
    }
    if kind not in there or not there[kind]():
        raise Refused("unknown_scope")
    return f"{kind}:{key}"
