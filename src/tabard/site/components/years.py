"""Which columns a table shows: the year asked for with what belongs beside it, or the newest years there are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from django.db.models.functions import Substr

from tabard.access.policy import Actor
from tabard.figures.declarations import REGISTER, Declaration
from tabard.incidents.models import Collection, Current
from tabard.incidents.queries import seen_by

LONG = 10  # years of a table that is a series


def columns_of(said: Declaration, actor: Actor, register: str, year: str) -> tuple[str, ...]:
    """An annex shows its year, the one before, and the half-year after it; a series shows ten years."""
    if "-" in year:
        return (year,)
    series = REGISTER not in said.collections
    chosen = int(year) if year else newest(_months(said, actor, register), series=series)
    if series:
        return tuple(str(each) for each in range(chosen, chosen - LONG, -1))
    return (str(chosen), str(chosen - 1), f"{chosen + 1}-H1")


def newest(months: Sequence[str], *, series: bool) -> int:
    """The newest year of these months (`2019-04`) that is whole, as far as they tell.

    A series ends with the year that reaches into its second half; an annex with one that another follows."""
    years = {int(month[:4]) for month in months}
    whole = (
        {int(month[:4]) for month in months if month[5:] > "06"}
        if series
        else {y for y in years if y + 1 in years}
    )
    return max(whole or years, default=datetime.now(UTC).year - 1)


def _months(said: Declaration, actor: Actor, register: str) -> list[str]:
    rows = Current.objects.filter(seen_by(actor), collection__in=_codes(said, actor, register)).exclude(
        occurred=""
    )
    return sorted(set(rows.order_by().values_list(Substr("occurred", 1, 7), flat=True).distinct()))


def _codes(said: Declaration, actor: Actor, register: str) -> list[str]:
    if REGISTER not in said.collections:
        return list(said.collections)
    examples = list(Collection.objects.filter(is_example=True).values_list("code", flat=True))
    own = ["own"] if Current.objects.filter(seen_by(actor), collection="own").exists() else []
    return {"own": ["own"], "example": examples}.get(register) or own or examples
