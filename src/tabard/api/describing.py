"""The OpenAPI 3.1 document made complete: every status, every body, the headers of answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ninja.openapi.schema import OpenAPISchema
from pydantic import BaseModel

from tabard.api import bodies
from tabard.api.problems import MEDIA_TYPE
from tabard.api.shapes import Problem

REF = "#/components/schemas/{model}"
ALWAYS = {
    400: "The request cannot be understood",
    401: "No token, or one that has ended",
    403: "Not for this account or this token",
    404: "Nothing here that the account may see",
    406: "No form of answer that was accepted",
    409: "Not as things stand: done already, nothing to change, a key used for something else",
    410: "Erased",
    422: "A field or parameter cannot be used; `field` names it",
    429: "Too many requests; `Retry-After` says when to come again",
    500: "A fault of the program",
}
WITH_BODY = {413: "Too large", 415: "A form that is not taken here"}
WITH_KEY = {503: "Cannot be kept safely at the moment; try again with the same key"}
WITH_ETAG = {412: "Changed meanwhile; `ETag` says what stands", 428: "No `If-Match`"}


def complete(schema: OpenAPISchema) -> OpenAPISchema:
    """The whole document."""
    schemas = schema["components"]["schemas"]
    kinds: list[type[BaseModel]] = [*bodies.SENT.values(), Problem]
    for kind in kinds:
        _add(schemas, kind)
    for operation in _operations(schema):
        operation["responses"] = {str(k): v for k, v in operation["responses"].items()} | _problems(operation)
    schema["servers"] = [{"url": "/"}]
    return schema


def _operations(schema: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for path in schema["paths"].values():
        yield from path.values()


def _add(schemas: dict[str, Any], kind: type[BaseModel]) -> None:
    found = kind.model_json_schema(ref_template=REF)
    schemas.update(found.pop("$defs", {}))
    schemas[kind.__name__] = found


def _problems(operation: Mapping[str, Any]) -> dict[str, Any]:
    headers = {each["name"] for each in operation.get("parameters", ()) if each["in"] == "header"}
    told = ALWAYS | (WITH_BODY if "requestBody" in operation else {})
    told |= WITH_KEY if "Idempotency-Key" in headers else {}
    told |= WITH_ETAG if "If-Match" in headers else {}
    if not operation.get("security"):
        told = {status: says for status, says in told.items() if status not in (401, 403)}
    return {str(status): _problem(says) for status, says in sorted(told.items())}


def _problem(says: str) -> dict[str, Any]:
    return {
        "description": says,
        "content": {MEDIA_TYPE: {"schema": {"$ref": REF.format(model="Problem")}}},
    }


def file(says: str, *kinds: str) -> dict[str, Any]:
    """For `openapi_extra`: an answer that is a file of one of these kinds."""
    binary: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
    plain = [kind.partition(";")[0] for kind in kinds]
    content: dict[str, Any] = {kind: {"schema": {}} if kind.endswith("json") else binary for kind in plain}
    return {"responses": {200: {"description": says, "content": content}}}


def upload(*parameters: dict[str, Any], **fields: dict[str, Any]) -> dict[str, Any]:
    """For `openapi_extra`: a file with plain fields beside it, and the headers that go with it."""
    properties = {"file": {"type": "string", "format": "binary"}} | fields
    needed = ["file", *(name for name, schema in fields.items() if schema.pop("needed", False))]
    schema = {"type": "object", "properties": properties, "required": needed}
    body = {"required": True, "content": {"multipart/form-data": {"schema": schema}}}
    return {"requestBody": body, "parameters": list(parameters)}
