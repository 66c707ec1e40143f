"""Tables of figures, each cell opening to its rule and its incidents."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from tabard.rules.refusals import Refused


def figures(request: HttpRequest) -> HttpResponse:
    raise Refused("no_snapshot")


def table(request: HttpRequest, name: str) -> HttpResponse:
    raise Refused("table_unknown")


def cell(request: HttpRequest, name: str, row: str, year: int) -> HttpResponse:
    raise Refused("table_unknown")


def export(request: HttpRequest, name: str, kind: str) -> HttpResponse:
    raise Refused("table_unknown")
