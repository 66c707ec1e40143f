"""The tables of the desk: one module a family."""

from tabard.desk.models.callers import Caller
from tabard.desk.models.drafts import Draft
from tabard.desk.models.filters import SavedFilter, Subscription
from tabard.desk.models.needs import Need, NeedText

__all__ = [
    "Caller",
    "Draft",
    "Need",
    "NeedText",
    "SavedFilter",
    "Subscription",
]
