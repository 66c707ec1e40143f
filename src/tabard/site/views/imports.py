"""Taking a file in: the form, how far it has got, what became of every row, and how to take it back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.access.policy import may, may_somewhere
from tabard.formats.registry import FORMATS
from tabard.incidents.imports import confirm_withdrawals
from tabard.incidents.imports import undo as undo_import
from tabard.incidents.models import Collection
from tabard.incidents.queries import visible_to
from tabard.incidents.told import waiting_of
from tabard.intake import actions, progress, queries
from tabard.intake.models import Batch, Row
from tabard.rules.refusals import Refused
from tabard.site.components.outcome import Told, told, told_row
from tabard.site.entrance import enter
from tabard.site.templatetags.words import vocabulary_language
from tabard.site.views.digits import ROW, YEAR, whole
from tabard.site.views.errors import status_of
from tabard.vocab import catalogue

ROWS = 50
STATES = ("held", "rejected", "accepted")


def imports(request: HttpRequest) -> HttpResponse:
    """All files taken in, newest first."""
    user = enter(request, Permission.BATCH_IMPORT)
    batches = queries.visible_to(user).order_by("-started_at")[:200]
    return render(request, "imports.html", {"batches": [(batch, told(batch)) for batch in batches]})


def new(request: HttpRequest) -> HttpResponse:
    """The form of a new import; a refused one comes back with the reason beside it."""
    user = enter(request, Permission.BATCH_IMPORT)
    if request.method != "POST":
        return _form(request, user)
    try:
        batch = _receive(request, user)
    except Refused as refusal:
        return _form(request, user, refusal)
    return redirect("imports-one", batch.pk)


def one(request: HttpRequest, pk: str) -> HttpResponse:
    """One import. While it is being read, only how far it has got."""
    user = enter(request, Permission.BATCH_IMPORT)
    batch = _batch(user, pk)
    found = told(batch, progress.told(batch))
    if request.headers.get("X-Part") == "progress":
        response = render(request, "components/progress.html", {"batch": batch, "told": found})
        if found.ended:
            response["X-Finished"] = "1"
        return response
    shown = {
        "batch": batch,
        "told": found,
        "may_undo": _may_undo(user, batch),
        "waiting": waiting_of(user, batch.pk).count() if may_somewhere(user, Permission.INCIDENT_TELL) else 0,
    } | _rows(request, user, batch, found)
    return render(request, "import.html", shown)


@require_POST
def undo(request: HttpRequest, pk: str) -> HttpResponse:
    """Take an import back."""
    user = enter(request, Permission.BATCH_UNDO)
    undo_import(by=user, batch=_batch(user, pk))
    return redirect("imports-one", pk)


@require_POST
def confirm(request: HttpRequest, pk: str) -> HttpResponse:
    """A person says that the many missing records are really withdrawn."""
    user = enter(request, Permission.BATCH_IMPORT)
    confirm_withdrawals(by=user, batch=_batch(user, pk))
    return redirect("imports-one", pk)


def _batch(user: Account, pk: str) -> Batch:
    found = queries.visible_to(user).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def _may_undo(user: Account, batch: Batch) -> bool:
    return batch.state == "done" and may(user, Permission.BATCH_UNDO, queries.keys_of(batch))


def _rows(request: HttpRequest, user: Account, batch: Batch, found: Told) -> dict[str, Any]:
    """Some rows of one state, beginning with those that need somebody."""
    counts = {"held": found.held, "rejected": found.rejected, "accepted": found.accepted}
    state = request.GET.get("state") or next((each for each in STATES if counts[each]), "accepted")
    after = whole(request.GET.get("after", "0"), "after", ROW)
    if state not in STATES:
        raise Refused("bad_value", field="state")
    rows: QuerySet[Row] = batch.rows.filter(state=state, number__gt=after).order_by("number")
    page = list(rows[: ROWS + 1])
    references = dict(
        visible_to(user)
        .filter(pk__in=[each.incident for each in page if each.incident])
        .values_list("pk", "reference")
    )
    return {
        "state": state,
        "states": [(each, counts[each]) for each in STATES],
        "rows": [(told_row(each), references.get(each.incident, "")) for each in page[:ROWS]],
        "after": page[ROWS - 1].number if len(page) > ROWS else None,
        "may_read": may(user, Permission.ORIGINAL_READ, queries.keys_of(batch)),
    }


def _form(request: HttpRequest, user: Account, refusal: Refused | None = None) -> HttpResponse:
    language = vocabulary_language()
    shown: dict[str, Any] = {
        "formats": sorted(FORMATS),
        "collections": _collections(user),
        "mappings": queries.mappings(user),
        "today": datetime.now(UTC).date(),
        "asked": request.POST,
    }
    if refusal:
        shown["wrong"] = catalogue.message(refusal.code, language, **refusal.fields)
        shown["next_step"] = catalogue.next_step(refusal.code, language, **refusal.fields)
    return render(request, "import_new.html", shown, status=status_of(refusal) if refusal else 200)


def _collections(user: Account) -> list[Collection]:
    """A real file goes into no example: its records would be lost among invented ones."""
    found = Collection.objects.filter(is_example=False).order_by("code")
    return [each for each in found if may(user, Permission.BATCH_IMPORT, [each.scope_key])]


def _receive(request: HttpRequest, user: Account) -> Batch:
    """Keep the original first, whatever becomes of it; then put it in line."""
    file, asked = request.FILES.get("file"), request.POST
    if not isinstance(file, UploadedFile):
        raise Refused("no_file")
    if (file.size or 0) > actions.LARGEST:
        raise Refused("too_large", limit=f"{actions.LARGEST // 1_000_000} MB")
    if asked.get("format") not in FORMATS:
        raise Refused("unknown_word", field="format")
    collection = next(
        (each.code for each in _collections(user) if each.code == asked.get("collection")), None
    )
    if collection is None:
        raise Refused("unknown_word", field="collection")
    as_of, covers = (
        _day(asked.get("as_of", "")),
        _covers(asked.get("first_year", ""), asked.get("last_year", "")),
    )
    mapping = queries.mappings(user).filter(pk=asked.get("mapping", "")).first()
    queries.fits(asked["format"], collection)
    kind = file.content_type or "application/octet-stream"
    original = actions.receive(by=user, data=file.read(), media_type=kind[:100], collection=collection)
    return actions.open_batch(
        by=user,
        original=original,
        format=asked["format"],
        collection=collection,
        as_of=as_of,
        mapping=mapping,
        covers=covers,
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("bad_date", field="as_of") from None


def _covers(first: str, last: str) -> tuple[int, int] | None:
    if not first and not last:
        return None
    years = whole(first, "covers", YEAR), whole(last, "covers", YEAR)
    if years[0] > years[1]:
        raise Refused("bad_value", field="covers")
    return years
