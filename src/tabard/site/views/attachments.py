"""Files attached to an incident: the form, the file itself, and taking it away for good."""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from tabard.access.permissions import Permission
from tabard.formats.attached.kinds import ACCEPT
from tabard.incidents import attaching, queries
from tabard.incidents.models import Incident
from tabard.intake.attachments import MOST
from tabard.intake.cleaning import LARGEST
from tabard.rules.refusals import Refused
from tabard.site.entrance import enter
from tabard.site.views.errors import status_of, told

SANDBOX = "sandbox; default-src 'none'"  # whatever it is, nothing in it runs, loads or sends


def attach(request: HttpRequest, reference: str) -> HttpResponse:
    """The form, and what becomes of the files sent with it."""
    user = enter(request, Permission.ATTACHMENT_ADD)
    incident = queries.find(user, reference.upper())
    if request.method != "POST":
        return _form(request, incident)
    try:
        for file in _files(request):
            data, declared = file.read(), file.content_type or ""
            attaching.attach(by=user, incident=incident, data=data, name=file.name or "", declared=declared)
    except Refused as refusal:
        return _form(request, incident, refusal)
    return redirect("incident", incident.reference)


def attached(request: HttpRequest, pk: str) -> HttpResponse:
    """The file, for whoever may read it: a picture is shown, anything else is saved; that it was read is recorded."""
    user = enter(request, Permission.RESTRICTED_READ)
    found = attaching.read(by=user, attachment=pk)
    saved = not found.kind.startswith("image/") or "save" in request.GET
    kind = f"{found.kind}; charset=utf-8" if found.kind.startswith("text/") else found.kind
    answer = HttpResponse(found.content, content_type=kind)
    answer["Content-Disposition"] = content_disposition_header(saved, found.name) or "attachment"
    answer["Content-Security-Policy"] = SANDBOX
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    answer["Cache-Control"] = "no-store, private"
    return answer


@require_POST
def remove(request: HttpRequest, pk: str) -> HttpResponse:
    """Erase the file for good."""
    user = enter(request, Permission.ATTACHMENT_REMOVE)
    incident, found = attaching.find(by=user, attachment=pk)
    reason = request.POST.get("reason", "")
    attaching.remove_attachment(by=user, incident=incident, attachment=found.pk, reason=reason)
    return redirect("incident", incident.reference)


def _files(request: HttpRequest) -> list[UploadedFile]:
    """What came; sizes are looked at before anything is read."""
    files = [file for file in request.FILES.getlist("file") if isinstance(file, UploadedFile)]
    if not files:
        raise Refused("no_file")
    if len(files) > MOST:
        raise Refused("too_many_attachments", limit=MOST)
    if any((file.size or 0) > LARGEST for file in files):
        raise Refused("attachment_too_large", limit=f"{LARGEST // 1_000_000} MB")
    return files


def _form(request: HttpRequest, incident: Incident, refusal: Refused | None = None) -> HttpResponse:
    shown = {"incident": incident, "accept": ACCEPT, **told(refusal)}
    return render(request, "attach.html", shown, status=status_of(refusal) if refusal else 200)
