"""The application's addresses, and one page more: a single row by its key, as plain as Django can."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from tabard.incidents.models import Current


def one_row(request: HttpRequest, key: str) -> HttpResponse:
    """One row, no template."""
    return HttpResponse(str(Current.objects.get(pk=key).occurred))


urlpatterns = [path("one-row/<str:key>/", one_row), path("", include("tabard.site.urls"))]
