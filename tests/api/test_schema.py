"""The API asked what its own description allows, and what it forbids: no fault of ours, every answer as declared."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from api.conftest import Machine, undone
from cast import Cast, World
from tabard.api.etags import etag

pytestmark = [
    pytest.mark.django_db(databases="__all__"),
    # schemathesis' own client never closes what it was answered with, nor what it uploaded
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
CASES = 10_000 if os.environ.get("TABARD_PROVE") == "1" else 300
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
DESCRIBED = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
OPERATIONS = [found.ok() for found in DESCRIBED.get_all_operations()]


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """As Django's own test client does: what a request ends with must not close the test's transaction."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)
    gc.collect()  # while what it left open is known and ignored, not in somebody else's test


def test_it_is_openapi_3_1(machine: Callable[..., Machine]) -> None:
    said = machine().get("/openapi.json").json()
    assert said["openapi"].startswith("3.1")
    assert not list(OpenAPIV31SpecValidator(said).iter_errors())


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.label)
def test_every_answer_is_as_declared(
    operation: Any, cast: Cast, world: World, machine: Callable[..., Machine]
) -> None:
    token = machine(cast.console).token
    stands = etag(world.incident)
    real = {"reference": world.incident.reference, "id": world.batch.pk, "name": "annex-1", "number": 1}
    seen: list[int] = []

    @settings(
        max_examples=max(2, CASES // len(OPERATIONS)),
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(st.data())
    def asked(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy())
        if data.draw(st.booleans(), label="real thing"):
            case.path_parameters = {
                name: real.get(name, value) for name, value in (case.path_parameters or {}).items()
            }
            case.headers = dict(case.headers or {}) | {"If-Match": stands}
        with undone():
            response = case.call(headers={"Authorization": f"Bearer {token}"})
        seen.append(response.status_code)
        case.validate_response(response, checks=CHECKS)

    asked()
    assert seen
