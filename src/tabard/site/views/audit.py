"""The audit chain for whoever may read it: lines of ids and codes, newest first. No incident is shown here."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from datetime import date
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from tabard.access import audit, tracing
from tabard.access.models import Account, AuditLine
from tabard.access.permissions import Permission
from tabard.access.policy import may_somewhere
from tabard.access.tracing import Asked
from tabard.rules.refusals import Refused
from tabard.site.entrance import enter
from tabard.site.views.digits import whole

LINE = 12  # digits of a line's number


def audit_page(request: HttpRequest) -> HttpResponse:
    """One page of the chain."""
    user = enter(request, Permission.AUDIT_READ)
    return _page(request, user)


@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Walk the whole chain, and say what was found."""
    user = enter(request, Permission.AUDIT_READ)
    return _page(request, user, tracing.verify(by=user))


def export(request: HttpRequest) -> FileResponse:
    """What the same filter shows, as JSON lines."""
    user = enter(request, Permission.AUDIT_READ)
    with ExitStack() as unsent:
        out = unsent.enter_context(TemporaryFile())
        tracing.export(by=user, asked=_asked(request), stream=cast(BinaryIO, out))
        unsent.pop_all()  # from here on the answer closes it
    out.seek(0)
    return FileResponse(
        out, as_attachment=True, filename="tabard-audit.jsonl", content_type="application/jsonl"
    )


def _page(request: HttpRequest, user: Account, verdict: audit.Verdict | None = None) -> HttpResponse:
    asked = _asked(request)
    before = whole(request.GET.get("before", "0"), "before", LINE)
    page = tracing.page(by=user, asked=asked, before=before)
    terms = _terms(asked)
    shown: dict[str, Any] = {
        "lines": _rows(page.lines, user),
        "asked": asked,
        "rooms_asked": tracing.ROOMS,
        "query": urlencode(terms),
        "following": urlencode(terms | {"before": page.following}) if page.following else "",
        "newest": before == 0,
        "verdict": verdict,
    }
    return render(request, "audit.html", shown)


def _asked(request: HttpRequest) -> Asked:
    given = {name: request.GET.get(name, "").strip() for name in ("room", "actor", "subject")}
    return Asked(day=_day(request.GET.get("day", "")), **given).checked()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refused("bad_date", field="day") from None


def _terms(asked: Asked) -> dict[str, Any]:
    terms = {"room": asked.room, "actor": asked.actor, "subject": asked.subject}
    terms["day"] = asked.day.isoformat() if asked.day else ""
    return {name: value for name, value in terms.items() if value}


def _rows(lines: Iterable[AuditLine], user: Account) -> list[tuple[AuditLine, str, list[tuple[str, Any]]]]:
    """Each line with its actor's name, for whoever manages accounts, and its detail."""
    lines = list(lines)
    named = _names(lines) if may_somewhere(user, Permission.ACCOUNT_CREATE) else {}
    return [(line, named.get(line.actor, ""), _detail(line)) for line in lines]


def _names(lines: Iterable[AuditLine]) -> dict[str, str]:
    rows = Account.objects.filter(pk__in={line.actor for line in lines})
    return {row.pk: row.name or row.handle for row in rows}


def _detail(line: AuditLine) -> list[tuple[str, Any]]:
    told = audit.detail(line).items()
    return [
        (name, ", ".join(map(str, v)) if isinstance(v, list) else v)
        for name, v in told
        if v not in (None, [], "")
    ]
