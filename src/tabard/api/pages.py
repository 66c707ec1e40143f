"""The description of the API: for programs as OpenAPI 3.1, for people as one plain page. Open to everybody."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET

from tabard.api.answers import JSON
from tabard.api.problems import STATUS, language_of
from tabard.api.service import service
from tabard.vocab import catalogue

POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"


@require_GET
def openapi(request: HttpRequest) -> HttpResponse:
    """The description for programs."""
    return HttpResponse(_document(), content_type=JSON)


@require_GET
def docs(request: HttpRequest) -> HttpResponse:
    """The description for people."""
    language = language_of(request.headers.get("Accept-Language", ""))
    schema = json.loads(_document())
    shown = {
        "schema": schema,
        "rooms": _rooms(schema),
        "problems": [
            (
                code,
                STATUS.get(code, 422),
                catalogue.message(code, language),
                catalogue.next_step(code, language),
            )
            for code in catalogue.codes()
        ],
    }
    response = HttpResponse(render_to_string("api/docs.html", shown))
    response["Content-Security-Policy"] = POLICY
    return response


@cache
def _document() -> str:
    return json.dumps(service.get_openapi_schema(), ensure_ascii=False, default=str)


def _rooms(schema: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Operations by room, each with its method and address."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            room = operation.get("tags", ["Tabard"])[0]
            found.setdefault(room, []).append(operation | {"method": method.upper(), "path": path})
    return found
