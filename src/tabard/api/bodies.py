"""What is sent as JSON: read strictly by its model, described in OpenAPI by the same model."""

from __future__ import annotations

from typing import Any, TypeVar

from django.http import HttpRequest
from pydantic import BaseModel, ValidationError

from tabard.api.answers import JSON
from tabard.formats.report import LARGEST
from tabard.formats.report.faults import refusal
from tabard.rules.refusals import Refused

T = TypeVar("T", bound=BaseModel)
SENT: dict[str, type[BaseModel]] = {}  # by name: what OpenAPI has to describe


def raw(request: HttpRequest, most: int = LARGEST) -> bytes:
    """The bytes of a JSON body."""
    if request.content_type != JSON:
        raise Refused("unsupported_form", form=JSON)
    if len(request.body) > most:
        raise Refused("too_large", limit=f"{most} bytes")
    return request.body


def read(request: HttpRequest, kind: type[T]) -> T:
    """The body as its model, or a refusal with the name of the first field that is wrong."""
    data = raw(request)
    try:
        return kind.model_validate_json(data)
    except ValidationError as error:
        fault = refusal(kind, error)
    raise fault  # not inside the handler: the error there quotes what was typed


def sends(kind: type[BaseModel], *parameters: dict[str, Any]) -> dict[str, Any]:
    """For `openapi_extra`: a required JSON body of this model, and the headers that go with it."""
    SENT[kind.__name__] = kind
    schema = {"$ref": f"#/components/schemas/{kind.__name__}"}
    body = {"required": True, "content": {JSON: {"schema": schema}}}
    return {"requestBody": body, "parameters": list(parameters)}


def header(name: str, says: str, *, required: bool, pattern: str) -> dict[str, Any]:
    """A header of a request."""
    schema = {"type": "string", "pattern": pattern}
    return {"in": "header", "name": name, "required": required, "description": says, "schema": schema}


KEY = header(
    "Idempotency-Key",
    "A new key for each new thing. The same again under its key is the same answer, and changes nothing.",
    required=True,
    pattern="^[!-~]{1,64}$",
)
IF_MATCH = header(
    "If-Match",
    "The ETag of the incident that the change starts from.",
    required=True,
    pattern='^"[0-9]{1,9}-[0-9a-f]{16}"$',
)
