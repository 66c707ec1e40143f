"""Whether the service does its work, for whatever watches it: a word for everybody, numbers for who has signed in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse

from tabard.intake.line import backlog
from tabard.site import doctor


@login_not_required
def health(request: HttpRequest) -> JsonResponse:
    """200 while reports are taken in and coded, else 503."""
    found = [doctor.writer_of_reports(), doctor.waiting()]
    well = all(one.well for one in found)
    told: dict[str, Any] = {"state": "well" if well else "unwell"}
    if request.user.is_authenticated:
        line = backlog()
        told |= {"checks": {one.check: one.code or "well" for one in found}, "waiting": line.count}
        told["oldest"] = line.oldest.isoformat() if line.oldest else None
    return JsonResponse(told, status=200 if well else 503)
