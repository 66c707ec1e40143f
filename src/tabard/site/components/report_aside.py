"""Beside the report form: who will read it, and what may be there already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from tabard.access import policy
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.access.roles import roles
from tabard.desk.already import Alike, already
from tabard.desk.form.typed import Typed, one
from tabard.desk.readers import Readers, readers
from tabard.formats.report import Told
from tabard.incidents.actions import keys_of
from tabard.incidents.models import Collection, Current
from tabard.people.models import Organisation
from tabard.rules.facts import Incident
from tabard.site.components import telling
from tabard.site.templatetags import words as say


@dataclass(frozen=True)
class ReadBy:
    """One line: whose role, over what, how many accounts."""

    role: str
    scope: str
    accounts: int
    words: bool


@dataclass(frozen=True)
class MaybeSame:
    """One record that may speak of the same event, in words."""

    row: Current
    told: Incident
    what: str
    counts: list[telling.Count]
    because: list[str]
    may_revise: bool


def read_by(form: Typed) -> list[ReadBy]:
    """Who will read what stands in the form, as the policy has it now."""
    keys = [f"collection:{one(form, 'collection')}"]
    keys += [
        f"{kind}:{value}"
        for kind, name in (("org", "owner"), ("country", "country"))
        if (value := one(form, name))
    ]
    return [_line(each) for each in readers(keys, one(form, "sensitivity") or "internal")]


def read_by_of(form: Typed, owner: str, collection: str, sensitivity: str) -> list[ReadBy]:
    """The same of an incident whose head does not change."""
    return read_by({**form, "collection": (collection,), "owner": (owner,), "sensitivity": (sensitivity,)})


def _line(each: Readers) -> ReadBy:
    return ReadBy(gettext(roles()[each.role].label), scope_in_words(each.scope), each.accounts, each.words)


def scope_in_words(scope: str) -> str:
    """A scope as people call it."""
    kind, _, key = scope.partition(":")
    if scope == policy.EVERYTHING:
        return gettext("everything")
    if kind == "country":
        return say.country(key)
    if kind == "org":
        return Organisation.objects.filter(pk=key).values_list("name", flat=True).first() or gettext(
            "an organisation"
        )
    label = Collection.objects.filter(pk=key).values_list("label", flat=True).first()
    return gettext(label) if label else key


BECAUSE = {"cause": "cause", "means": "means", "setting": "setting", "outcomes": "outcomes", "persons": "n"}


def maybe_same(by: Account, told: Told, *, places: bool, besides: str = "") -> list[MaybeSame]:
    """What may be there already, the most alike first."""
    return [_same(by, one) for one in already(by, told, places=places, besides=besides)]


def _same(by: Account, found: Alike) -> MaybeSame:
    return MaybeSame(
        found.row,
        found.told,
        telling.what(found.told),
        telling.tally(found.told),
        _because(found.likeness.because),
        policy.may(by, Permission.INCIDENT_REVISE, keys_of(found.row.incident)),
    )


def _because(names: Sequence[str]) -> list[str]:
    own = {"day": gettext("Day"), "place": gettext("Place")}
    return [own.get(name) or say.word("fact", BECAUSE[name]) for name in names]
