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
            named = {"method": method.upper(), "path": path}
            found.setdefault(room, []).append(operation | named | _sent(schema, operation))
    return found


def _sent(schema: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    """What goes with a request: parameters, then the fields of its body."""
    fields = [
        {"name": one["name"], "where": one["in"], "kind": _kind(one["schema"]), "needed": one.get("required")}
        for one in operation.get("parameters", ())
    ]
    forms: dict[str, Any] = operation.get("requestBody", {}).get("content", {})
    body: dict[str, Any] = next((form["schema"] for form in forms.values()), {})
    name, shape = _named(schema, body)
    needed = shape.get("required", ())
    fields += [
        {"name": field, "where": "body", "kind": _kind(said), "needed": field in needed}
        for field, said in shape.get("properties", {}).items()
    ]
    return {"fields": fields, "body": name}


def _named(schema: dict[str, Any], body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The name of a body's shape, and the shape."""
    ref = body.get("$ref") or next((each["$ref"] for each in body.get("anyOf", ()) if "$ref" in each), "")
    name = ref.rpartition("/")[2]
    return name, schema["components"]["schemas"].get(name, {}) if name else body


def _kind(said: dict[str, Any]) -> str:
    """The kind of a value in one word or two."""
    if "anyOf" in said:
        return " | ".join(dict.fromkeys(_kind(each) for each in said["anyOf"]))
    if "$ref" in said:
        return str(said["$ref"]).rpartition("/")[2]
    if said.get("type") == "array":
        return f"{_kind(said.get('items', {}))}[]" if "items" in said else "array"
    return str(said.get("format") or said.get("type") or "any")
