"""The audit chain, for auditors; reading it is a line of it."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from tabard.access import policy, trail
from tabard.access.audit import detail
from tabard.access.models import AuditLine
from tabard.access.permissions import Permission
from tabard.api import shapes
from tabard.api.answers import answer
from tabard.api.signin import account

router = Router(tags=["Audit"])
Before = Annotated[int | None, Query(ge=1, le=2**62)]
Limit = Annotated[int, Query(ge=1, le=1_000)]
Verb = Annotated[str, Query(max_length=60, pattern=r"^[a-z:-]*$")]
Subject = Annotated[str, Query(max_length=60, pattern=r"^[A-Za-z0-9:_-]*$")]


@router.get("", response=shapes.AuditPage, summary="Read the audit chain")
def read_audit(
    request: HttpRequest, before: Before = None, limit: Limit = 100, verb: Verb = "", subject: Subject = ""
) -> HttpResponse:
    """Newest first; `verb` may be the beginning of one."""
    by = account(request)
    policy.require(by, Permission.AUDIT_READ)
    rows = AuditLine.objects.order_by("-id")
    rows = rows.filter(id__lt=before) if before else rows
    rows = rows.filter(verb__startswith=verb) if verb else rows
    rows = rows.filter(subject=subject) if subject else rows
    found = list(rows[: limit + 1])
    more = found[limit - 1].id if len(found) > limit else None
    trail.has_read(by=by, verb="access:audit:read", subject="audit:chain", rows=len(found[:limit]))
    return answer(shapes.AuditPage(items=[_line(row) for row in found[:limit]], before=more))


def _line(row: AuditLine) -> shapes.AuditLineOut:
    names = ("id", "at", "act", "actor", "verb", "subject", "previous", "digest")
    return shapes.AuditLineOut(**{name: getattr(row, name) for name in names}, detail=dict(detail(row)))
