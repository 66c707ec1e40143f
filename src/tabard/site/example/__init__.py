"""The synthetic example: an invented register of 2018-2020 whose yearly sums repeat printed figures."""

from __future__ import annotations

from tabard.site.example.accounts import ACCOUNTS_SHOWN, PASSWORD, accounts_present
from tabard.site.example.loading import load

# Shown under every table that counts the example.
FILLING_NOTE = (
    "Synthetic example: every record is invented, and only yearly totals repeat printed figures. "
    "The resolutions print no figure for robbery, break-in, burglary, assault and other harm; here these "
    "are one possible filling of the persons affected whom no printed category explains."
)

__all__ = ["ACCOUNTS_SHOWN", "FILLING_NOTE", "PASSWORD", "accounts_present", "load"]
