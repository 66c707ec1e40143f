"""Small-cell control: which figures of a release stay untold, so that nobody can work out one that is withheld.

`guard(ledger, release)` says which cells to withhold and why. The ledger is every cell ever told or withheld, by
edition and audience. The rule, the reader it is meant to stop and its limits: `docs/adr/0008-small-cells.md`."""

from tabard.rules.disclosure.cells import Cell, Exemption, Key, Policy, Reason, Relation, Release
from tabard.rules.disclosure.guard import Exposure, Verdict, guard
from tabard.rules.disclosure.ledger import Ledger, Telling

__all__ = [
    "Cell",
    "Exemption",
    "Exposure",
    "Key",
    "Ledger",
    "Policy",
    "Reason",
    "Relation",
    "Release",
    "Telling",
    "Verdict",
    "guard",
]
