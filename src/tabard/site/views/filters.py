"""Saved filters: kept, thrown away, subscribed to; and the page of notices."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.desk import filters, notices
from tabard.desk.models import SavedFilter
from tabard.incidents.queries import Filters
from tabard.incidents.queue import Asked
from tabard.rules.refusals import Refused
from tabard.site.components.lines import lines
from tabard.site.components.saved import link_of, named
from tabard.site.entrance import enter
from tabard.site.views.incidents import filters_in
from tabard.site.views.queue import asked_of


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep what the page asks just now."""
    user, sent = enter(request, Permission.INCIDENT_READ), request.POST
    place = sent.get("place", "")
    kept = filters.keep(
        by=user,
        place=place,
        name=sent.get("name", ""),
        asked=_asked(place, sent.get("query", "")),
        shared=sent.get("shared", ""),
        tell="tell" in sent,
    )
    return HttpResponseRedirect(link_of(kept))


@require_POST
def change(request: HttpRequest, pk: str) -> HttpResponse:
    """Throw it away, or be told of it, or no longer."""
    user = enter(request, Permission.INCIDENT_READ)
    kept = _find(user, pk)
    place, do = kept.place, request.POST.get("do", "")
    if do == "throw-away":
        filters.throw_away(by=user, kept=kept)
    elif do == "subscribe":
        filters.subscribe(by=user, kept=kept)
    elif do == "unsubscribe":
        filters.unsubscribe(by=user, kept=kept)
    else:
        raise Refused("bad_value", field="do")
    return redirect("notices") if request.POST.get("back") == "notices" else redirect(reverse(place))


def notices_page(request: HttpRequest) -> HttpResponse:
    """What changed that answers to one's subscriptions; a button says that it was looked at."""
    user = enter(request, Permission.INCIDENT_READ)
    if request.method == "POST":
        notices.mark_read(by=user)
        return redirect("notices")
    found = notices.notices(user)
    told = lines([notice.row for notice in found])
    mine = filters.visible_to(user).filter(subscriptions__account=user.pk).order_by("name")
    shown = {
        "notices": list(zip(found, told, strict=True)),
        "any_unread": any(notice.unread for notice in found),
        "looked_at": notices.LOOKED_AT,
        "days": notices.SHOWN_DAYS,
        "subscribed": [(kept, link_of(kept), named(kept.shared) if kept.shared else "") for kept in mine],
    }
    return render(request, "notices.html", shown)


def _find(user: Account, pk: str) -> SavedFilter:
    found = filters.visible_to(user).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def _asked(place: str, query: str) -> Filters | Asked:
    sent = QueryDict(query)
    return asked_of(sent) if place == "review" else filters_in(sent)
