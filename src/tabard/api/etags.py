"""The ETag of an incident: the number of its last revision and the beginning of that one's digest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.http import HttpRequest

from tabard.access import door
from tabard.api.signin import account
from tabard.incidents.models import Incident, Revision
from tabard.rules.refusals import Refused

FORM = re.compile(r'"\d{1,9}-[0-9a-f]{16}"', re.ASCII)


def etag(incident: Incident) -> str:
    """As it stands now."""
    last = Revision.objects.filter(incident=incident).order_by("-number").only("number", "digest").first()
    return f'"{last.number}-{last.digest[:16]}"' if last else ""


def wanted(request: HttpRequest) -> str:
    """The ETag that a change starts from."""
    given = request.headers.get("If-Match", "")
    if not FORM.fullmatch(given.strip()):
        raise Refused("revision_needed")
    return given.strip()


class Changed(Refused):
    """Somebody else was first; `now` is the ETag of what stands, to read and merge."""

    def __init__(self, now: str) -> None:
        super().__init__("changed_meanwhile")
        self.now = now


@contextmanager
def unchanged(request: HttpRequest, incident: Incident) -> Iterator[None]:
    """An act on the incident that nobody else changes meanwhile, nor has since the caller read it."""
    start = wanted(request)
    with door.opened(account(request).pk):
        Incident.objects.select_for_update(no_key=True).get(pk=incident.pk)
        if (now := etag(incident)) != start:
            raise Changed(now)
        yield
