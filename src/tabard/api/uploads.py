"""A file sent as multipart/form-data, with the plain fields beside it."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from tabard.rules.refusals import Refused

MULTIPART = "multipart/form-data"


@dataclass(frozen=True)
class Sent:
    """One file and the fields beside it."""

    name: str
    kind: str
    data: bytes = field(repr=False)
    fields: dict[str, str] = field(repr=False)


def sent_file(request: HttpRequest, most: int) -> Sent:
    """The file in the field `file`; refused where there is none, or where it is too large."""
    if request.content_type != MULTIPART:
        raise Refused("unsupported_form", form=MULTIPART)
    fields = {name: str(value) for name, value in request.POST.items()}
    if any("\0" in text for pair in fields.items() for text in pair):
        raise Refused("bad_request")
    found = request.FILES.get("file")
    if not isinstance(found, UploadedFile):
        raise Refused("no_file")
    if (found.size or 0) > most:
        raise Refused("too_large", limit=f"{most // 1_000_000} MB")
    return Sent(found.name or "", (found.content_type or "")[:100], found.read(), fields)
