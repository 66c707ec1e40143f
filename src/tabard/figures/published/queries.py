"""Reads printed figures: those that stand, as the checks take them, and what the checks find among them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from tabard.access.permissions import Permission
from tabard.access.policy import Actor, may_somewhere
from tabard.figures.models import Published
from tabard.figures.published.declared import bound, declared
from tabard.rules.checks.figure import Figure
from tabard.rules.checks.finding import Finding
from tabard.rules.checks.whole import check


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list of printed figures is narrowed to; a blank asks for everything."""

    source: str = ""
    year: str = ""
    table: str = ""
    text: str = ""


def visible_to(user: Actor) -> QuerySet[Published]:
    """What others have printed is public: whoever may read any table sees all of it, nobody else any."""
    everything = Published.objects.select_related("note")
    return everything if may_somewhere(user, Permission.TABLE_READ) else everything.none()


def standing(user: Actor) -> QuerySet[Published]:
    """The figures that count: neither replaced by a later row nor void."""
    replaced = Published.objects.filter(replaces__isnull=False).values("replaces")
    return visible_to(user).filter(void=False).exclude(pk__in=replaced)


def narrowed(found: QuerySet[Published], asked: Asked) -> QuerySet[Published]:
    """The figures that a list asks for, in the order in which they were entered."""
    exact = {"source": asked.source, "year": asked.year, "table": asked.table}
    found = found.filter(**{name: value for name, value in exact.items() if value})
    if asked.text:
        words = (
            Q(row__icontains=asked.text) | Q(column__icontains=asked.text) | Q(source__icontains=asked.text)
        )
        found = found.filter(words | Q(printed=asked.text))
    return found.order_by("recorded_at", "pk")


def figures(found: Iterable[Published]) -> tuple[Figure, ...]:
    """As the checks take them. What nobody printed is never among them."""
    return tuple(as_figure(each) for each in found if not each.derived)


def as_figure(one: Published) -> Figure:
    """A stored figure with the measure that its place stands for."""
    return bound(one.pk, one)


def findings(user: Actor) -> tuple[Finding, ...]:
    """What the checks find among all figures that stand."""
    return check(figures(standing(user).order_by("recorded_at", "pk")), declared())
