"""The collections that a command may name: those that exist, and those that every register may open."""

from __future__ import annotations

from tabard.access.models import Account
from tabard.incidents.actions import create_collection
from tabard.incidents.models import Collection
from tabard.rules.refusals import Refused

COLLECTIONS = {
    "own": "Own register",
    "awsd": "Aid Worker Security Database",
    "kika": "Insecurity Insight KIKA",
}


def exists(code: str) -> bool:
    """Whether records may be counted under this name."""
    return code in COLLECTIONS or Collection.objects.filter(code=code).exists()


def known(code: str) -> str:
    """The code itself; a misspelt one is refused, not opened."""
    if not exists(code):
        raise Refused("unknown_collection")
    return code


def open_known(by: Account, code: str) -> None:
    """Make one of the three, at its first use."""
    if code in COLLECTIONS:
        create_collection(by=by, code=code, label=COLLECTIONS[code])
