"""Two versions of one incident side by side: what each changed of what both began from, and what to choose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from tabard.access.models import Account
from tabard.desk.editing import Standing, said
from tabard.desk.form.merging import Merged, content
from tabard.desk.form.reading import CODED, TAGS
from tabard.desk.form.typed import GROUPS, Typed, one
from tabard.formats.report import Told
from tabard.incidents.models import Revision
from tabard.site.components import telling
from tabard.site.components.changes import Change, changes
from tabard.site.templatetags import words as say

FAMILIES = ("h", "m", "o", "s")


@dataclass(frozen=True)
class Pick:
    """A part that both changed: what each has it to be."""

    part: str
    label: str
    theirs: list[str]
    mine: list[str]


@dataclass(frozen=True)
class Both:
    """All of the page."""

    by: str
    when: datetime
    theirs: list[Change]
    mine: list[Change]
    picks: list[Pick]


def both_versions(by: Account, base: Standing, now: Standing, mine: Typed, merged: Merged) -> Both:
    """What changed on either side since `base`."""
    told = said(base, mine).told
    last = Revision.objects.filter(incident=now.incident).order_by("-number").first() or now.held
    name = Account.objects.filter(pk=last.by).values_list("name", flat=True).first()
    return Both(
        name or "",
        last.recorded_at,
        [*changes(base.told.facts, now.told.facts), *_unseen(base.form, now.form)],
        [*changes(base.told.facts, told.facts), *_unseen(base.form, mine)],
        [
            Pick(part, label_of(part), lines(part, now.form, now.told), lines(part, mine, told))
            for part in merged.conflicts
        ],
    )


def _unseen(base: Typed, form: Typed) -> Iterator[Change]:
    """Changes of words, place and sources, by name: what they say stands in the form."""
    for part in (
        "details",
        "actor_name",
        "language",
        "locality",
        "admin1",
        "admin2",
        "lat",
        "lon",
        "precision",
        "s",
    ):
        if content(base, part) != content(form, part):
            text = one(form, part) if part not in GROUPS else ""
            yield Change(label_of(part), (("come", text or gettext("changed")),))


def label_of(part: str) -> str:
    """A part of the form by the name that stands on the form."""
    own = {
        "h": gettext("People harmed"),
        "m": gettext("Numbers known by one kind only"),
        "o": gettext("Things harmed"),
        "s": gettext("Source"),
        "details": gettext("In your own words"),
        "actor_name": gettext("Actor as named"),
        "language": gettext("Language of these words"),
        "locality": gettext("Where there?"),
        "admin1": gettext("Province or state"),
        "admin2": gettext("District"),
        "lat": gettext("Latitude"),
        "lon": gettext("Longitude"),
        "precision": gettext("How exact is the point?"),
        "days_off": gettext("Give or take, in days"),
    }
    return own.get(part) or say.word("fact", "tags" if part in TAGS else part)


def lines(part: str, form: Typed, told: Told) -> list[str]:
    """What a version says of a part, in words."""
    if part == "h":
        return [telling.harm_line(each) for each in told.facts.harm]
    if part == "m":
        return [telling.margin_line(each) for each in told.facts.margins]
    if part == "o":
        return [telling.object_line(each) for each in told.facts.objects]
    if part == "s":
        return [say.word("source_kind", each.kind) for each in told.sources]
    return [_in_words(part, value) for value in form.get(part, ())] or [gettext("not stated")]


def _in_words(part: str, value: str) -> str:
    lists = {
        **CODED,
        "date_precision": "date_precision",
        "precision": "place_precision",
        **{t: t for t in TAGS},
    }
    if part == "country":
        return say.country(value)
    if part == "near_miss":
        return gettext("yes") if value == "1" else gettext("no")
    return say.word(lists[part], value) if part in lists else value
