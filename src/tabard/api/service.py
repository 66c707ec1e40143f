"""The API put together: its rooms, its sign-in, its description."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from tabard import __version__
from tabard.api.answers import told
from tabard.api.describing import complete
from tabard.api.rooms import (
    attachments,
    audit,
    batches,
    exports,
    figures,
    incidents,
    lists,
    needs,
    reports,
    review,
    telling,
)
from tabard.api.signin import Token, TokenRate

SAYS = """The register's verbs and reads for machines. Sign in with a token in the header Authorization: Bearer.
Every refusal is a problem document with a code and what to do next, in the language of Accept-Language.
A change names the ETag it starts from in If-Match; a create carries an Idempotency-Key."""


class Service(NinjaAPI):
    """ninja's API, with every error answered as a problem."""

    def on_exception(self, request: HttpRequest, exc: Any) -> HttpResponse:
        return told(request, exc)

    def get_openapi_operation_id(self, operation: Any) -> str:
        return str(operation.view_func.__name__)

    def get_openapi_schema(self, **named: Any) -> OpenAPISchema:
        """Complete, whoever asks for it."""
        return complete(super().get_openapi_schema(path_prefix="api/v1/"))


service = Service(
    title="Tabard",
    version=__version__,
    description=SAYS,
    docs_url=None,
    openapi_url=None,
    urls_namespace="api",
    auth=Token(),
    throttle=TokenRate(settings.API_RATE),
)
ROOMS = {
    "/reports": reports.router,
    "/incidents": (incidents.router, review.router, telling.router),
    "": (needs.router, attachments.router, figures.router, lists.router),
    "/exports": exports.router,
    "/batches": batches.router,
    "/audit": audit.router,
}
for path, rooms in ROOMS.items():
    for room in rooms if isinstance(rooms, tuple) else (rooms,):
        service.add_router(path, room)
