"""Reads of this room; they start at what the account may see."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from tabard.access import policy, trail
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.access.policy import Actor
from tabard.intake.models import Batch, Mapping, OriginalBody, Row, Verbatim
from tabard.rules.refusals import Forbidden, Refused


def visible_to(actor: Actor) -> QuerySet[Batch]:
    """The batches of the collections and organisations that the actor may import into."""
    scopes = [grant.scope for grant in policy.holding(actor, Permission.BATCH_IMPORT)]
    if policy.EVERYTHING in scopes:
        return Batch.objects.all()
    owners = [scope.removeprefix("org:") for scope in scopes if scope.startswith("org:")]
    collections = [s.removeprefix("collection:") for s in scopes if s.startswith("collection:")]
    return Batch.objects.filter(Q(owner__in=owners) | Q(collection__in=collections))


def keys_of(batch: Batch) -> tuple[str, ...]:
    """The opaque keys of a batch."""
    return (f"collection:{batch.collection}", f"org:{batch.owner}" if batch.owner else "")


def mappings(actor: Actor) -> QuerySet[Mapping]:
    """Saved column mappings, for whoever may import."""
    allowed = policy.may_somewhere(actor, Permission.BATCH_IMPORT)
    return Mapping.objects.order_by("name") if allowed else Mapping.objects.none()


def verbatim(row: Row, *, by: Account) -> str:
    """A row word for word, as it came; the read is written to the audit trail."""
    if not policy.may(by, Permission.ORIGINAL_READ, keys_of(row.batch)):
        raise Forbidden
    kept = Verbatim.objects.filter(pk=row.verbatim).first() if row.verbatim else None
    if kept is None:
        raise Refused("erased")
    trail.has_read(by=by, verb="intake:original:read", subject=f"row:{row.pk}", fields=["verbatim"])
    return kept.text


def body(batch: Batch) -> bytes:
    """The bytes of a batch's original, for the reader. Refused once erased."""
    kept = OriginalBody.objects.filter(pk=batch.original).first()
    if kept is None:
        raise Refused("erased")
    return bytes(kept.body)
