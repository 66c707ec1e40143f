"""The real application with one page more: a single row by its key, as plain as Django can."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from tabard.site.wsgi import application as application

# fmt: off
# isort: split
from tabard.access.models import Account
from tabard.site import urls


def one_row(request: HttpRequest, key: str) -> HttpResponse:
    """One row, no template."""
    return HttpResponse(str(Account.objects.get(pk=key).created_at))


urls.urlpatterns.append(path("one-row/<str:key>/", one_row))
