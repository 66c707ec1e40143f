"""The tables of the register."""

from tabard.incidents.models.index import Current, Listing
from tabard.incidents.models.register import Collection, Counter, Incident, Link, Revision, Words
from tabard.incidents.models.review import Note, Review
from tabard.incidents.models.rows import Harm, Margin, ObjectHarm, Source, Tag
from tabard.incidents.models.told import Told

__all__ = [
    "Collection",
    "Counter",
    "Current",
    "Harm",
    "Incident",
    "Link",
    "Listing",
    "Margin",
    "Note",
    "ObjectHarm",
    "Review",
    "Revision",
    "Source",
    "Tag",
    "Told",
    "Words",
]
