"""Which columns a table shows: the year asked for with what belongs beside it, or the newest years there are."""

from __future__ import annotations

from collections.abc import Sequence

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
    chosen = int(year) if year else newest(said, actor, register)
    if REGISTER in said.collections:
        return (str(chosen), str(chosen - 1), f"{chosen + 1}-H1")
    return tuple(str(each) for each in range(chosen, chosen - LONG, -1))


def newest(said: Declaration, actor: Actor, register: str) -> int:
    """The newest year that reaches into its second half; else the newest at all."""
    rows = Current.objects.filter(seen_by(actor), collection__in=_codes(said, register)).exclude(occurred="")
    months = sorted(set(rows.order_by().values_list(Substr("occurred", 1, 7), flat=True)))
    full = [month for month in months if month[5:] > "06"]
    found: Sequence[str] = full or months
    return int(found[-1][:4]) if found else 2019


def _codes(said: Declaration, register: str) -> list[str]:
    if REGISTER not in said.collections:
        return list(said.collections)
    examples = list(Collection.objects.filter(is_example=True).values_list("code", flat=True))
    own = ["own"] if Current.objects.filter(collection="own").exists() else []
    return {"own": ["own"], "example": examples}.get(register) or own or examples
