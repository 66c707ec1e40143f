"""Where the account is open: the browsers that are signed in, and how to sign them out from afar."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from tabard.access.actions import end_session
from tabard.access.models import Account, OpenSession
from tabard.rules.refusals import Refused
from tabard.site.proving import own_account, proved

NAMES = {
    "edge": "Edge",
    "opera": "Opera",
    "firefox": "Firefox",
    "chrome": "Chrome",
    "safari": "Safari",
    "curl": "curl",
    "android": "Android",
    "ios": "iOS",
    "windows": "Windows",
    "macos": "macOS",
    "chromeos": "ChromeOS",
    "linux": "Linux",
}


def every(request: HttpRequest) -> HttpResponse:
    """All of them, this one first."""
    here = request.session.session_key
    rows = sorted(standing(own_account(request)), key=lambda row: row.session_key != here)
    shown = [(row, device(row), row.session_key == here) for row in rows]
    return render(request, "account/sessions.html", {"rows": shown})


def standing(account: Account) -> list[OpenSession]:
    """The sessions that have not ended by themselves, the last used first."""
    return list(account.sessions.filter(expire_date__gt=datetime.now(UTC)).order_by("-seen_at"))


def device(row: OpenSession) -> str:
    """Firefox, Android; empty where nothing is known."""
    return ", ".join(NAMES[code] for code in row.device.split("/") if code in NAMES)


@require_POST
@proved
def end(request: HttpRequest, ref: str) -> HttpResponse:
    """Sign one of one's own browsers out; for this one, that is what it means too."""
    user = own_account(request)
    found = user.sessions.filter(ref=ref).first() if ref else None
    if found is None:
        raise Refused("not_found")
    end_session(by=user, session=found)
    if found.session_key == request.session.session_key:
        request.session.flush()
        return redirect("sign-in")
    return redirect("account-sessions")


@require_POST
@proved
def end_others(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    user = own_account(request)
    for row in standing(user):
        if row.session_key != request.session.session_key:
            end_session(by=user, session=row)
    return redirect("account-sessions")
