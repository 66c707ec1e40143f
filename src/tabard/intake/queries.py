"""Reads of this room; they start at what the account may see."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from tabard.access import policy, trail
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.access.policy import Actor
from tabard.formats.registry import FORMATS
from tabard.intake.line import receipt as receipt  # what became of one report
from tabard.intake.models import Batch, Mapping, OriginalBody, Row, Verbatim
from tabard.rules.refusals import Forbidden, Refused

EXAMPLES = frozenset({"example"})


def visible_to(actor: Actor) -> QuerySet[Batch]:
    """The batches of the collections and organisations that the actor may import into."""
    scopes = [grant.scope for grant in policy.holding(actor, Permission.BATCH_IMPORT)]
    if policy.EVERYTHING in scopes:
        return Batch.objects.all()
    collections = [s.removeprefix("collection:") for s in scopes if s.startswith("collection:")]
    return Batch.objects.filter(Q(owner__in=_organisations(scopes)) | Q(collection__in=collections))


def _organisations(scopes: Iterable[str]) -> list[str]:
    found = [scope.removeprefix("org:") for scope in scopes if scope.startswith("org:")]
    return [owner for owner in found if owner]  # nobody's batch is not everybody's


def takes(format_: str, collection: str) -> bool:
    """Whether a format's records may go into a collection: no other format adds to the collection of an outside
    source, and nothing real goes into an example."""
    return collection not in EXAMPLES and (collection == format_ or collection not in FORMATS)


def fits(format_: str, collection: str) -> None:
    """Refuse a format whose records may not go there; asked before anything is kept of the file."""
    if not takes(format_, collection):
        raise Refused("wrong_collection", format=format_, collection=collection)


def keys(collection: str, owner: str) -> tuple[str, ...]:
    """The opaque keys of what is taken into a collection. Its owner's scope covers it, but not in the collection
    of an outside source: nobody adds to another's counting by naming an organisation of their own."""
    of_source = collection in FORMATS
    return (
        (f"collection:{collection}", f"org:{owner}")
        if owner and not of_source
        else (f"collection:{collection}",)
    )


def keys_of(batch: Batch) -> tuple[str, ...]:
    """The opaque keys of a batch."""
    return keys(batch.collection, batch.owner)


def mappings(actor: Actor) -> QuerySet[Mapping]:
    """Saved column mappings for whoever may import: nobody's in particular, and their organisations'."""
    scopes = [grant.scope for grant in policy.holding(actor, Permission.BATCH_IMPORT)]
    if policy.EVERYTHING in scopes:
        return Mapping.objects.order_by("name")
    owners = ["", *_organisations(scopes)] if scopes else []
    return Mapping.objects.filter(owner__in=owners).order_by("name")


def verbatim(row: Row, *, by: Account) -> str:
    """A row word for word, as it came; the read is written to the audit trail."""
    if not policy.may(by, Permission.ORIGINAL_READ, keys_of(row.batch)):
        raise Forbidden
    kept = Verbatim.objects.filter(pk=row.verbatim).first() if row.verbatim else None
    if kept is None:
        raise Refused("erased")
    trail.has_read(by=by, verb="intake:original:read", subject=f"row:{row.pk}", fields=["verbatim"])
    return kept.text


def same_bytes(original: str) -> list[str]:
    """This original and every other that is the same, byte for byte: erasing one would leave the words."""
    kept = OriginalBody.objects.filter(pk=original).values_list("fingerprint", flat=True).first()
    twins = OriginalBody.objects.filter(fingerprint=kept).values_list("original", flat=True) if kept else ()
    return sorted({original, *twins})


def body(batch: Batch) -> bytes:
    """The bytes of a batch's original, for the reader. Refused once erased."""
    kept = OriginalBody.objects.filter(pk=batch.original).first()
    if kept is None:
        raise Refused("erased")
    return bytes(kept.body)
