"""Requests that mean harm, or nothing: each is answered with a problem that says what to do, never with a fault."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import RequestFactory

from api.conftest import BASE, Machine, undone
from cast import Cast, World
from tabard.access.logs import NoValues
from tabard.api.etags import etag
from tabard.api.problems import language_of
from tabard.api.signin import TokenRate
from tabard.vocab.catalogue import codes

pytestmark = pytest.mark.django_db(databases="__all__")
ROUNDS = 5_000 if os.environ.get("TABARD_PROVE") == "1" else 300


def problem(response: Any, *statuses: int) -> dict[str, Any]:
    """The answer is a whole problem of one of these statuses."""
    assert response.status_code in statuses, (response.status_code, response.content[:200])
    assert response["Content-Type"] == "application/problem+json"
    said = response.json()
    assert said["status"] == response.status_code
    assert said["code"] in codes()
    assert said["detail"]
    assert said["next_step"]
    assert "…" not in said["detail"] + said["next_step"]
    return said


@pytest.mark.parametrize(
    ("sent", "kind", "status", "code"),
    [
        (b" ", "application/json", 400, "bad_json"),
        (b"{", "application/json", 400, "bad_json"),
        (b'{"facts":{}}', "text/plain", 415, "unsupported_form"),
        (b'{"facts":{}}', "application/xml", 415, "unsupported_form"),
        (b"facts=1", "application/x-www-form-urlencoded", 415, "unsupported_form"),
        (b"--x--", "multipart/form-data", 415, "unsupported_form"),
        (b"\xef\xbb\xbf" + b'{"facts":{}}', "application/json", 400, "bad_json"),
        ('{"facts":{}}'.encode("utf-16"), "application/json", 400, "bad_json"),
        (b'{"facts":{"first_day":"\\ud800"}}', "application/json", 400, "bad_json"),
        (b'{"facts":{"cause":"a\\u0000b"}}', "application/json", 422, "bad_value"),
        (b'{"facts":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "application/json", 400, "bad_json"),
        (b'{"facts":{"harm":[{"n":NaN}]}}', "application/json", 422, "bad_number"),
        (b'{"facts":{"harm":[{"n":1e999}]}}', "application/json", 422, "bad_number"),
        (b'{"facts":{"harm":[{"n":' + b"9" * 4_000 + b"}]}}", "application/json", 422, "out_of_range"),
        (b'{"facts":{"harm":[{"n":' + b"9" * 5_000 + b"}]}}", "application/json", 400, "bad_json"),
        (b'{"facts":{},"__proto__":{}}', "application/json", 422, "field_not_known"),
        (b'{"facts":{"cause":"no such word"}}', "application/json", 422, "bad_value"),
        (b'{"facts":{"cause":"nosuchword"}}', "application/json", 422, "unknown_word"),
        (b'{"facts":{},"texts":{"details":"' + b"x" * 300_000 + b'"}}', "application/json", 413, "too_large"),
        (b"x" * 2_600_000, "application/json", 413, "too_large"),
    ],
)
def test_a_body_that_cannot_be_used(
    sent: bytes, kind: str, status: int, code: str, cast: Cast, world: World, machine: Callable[..., Machine]
) -> None:
    path = f"/incidents/{world.incident.reference}/revisions"
    response = machine(cast.amina).post(path, sent, If_Match=etag(world.incident), kind=kind)
    assert problem(response, status)["code"] == code


@pytest.mark.parametrize(
    "path",
    [
        "/api",
        "/api/",
        "/api/v1",
        "/api/v2/incidents",
        "/api/v1/incidents/",
        "/api/v1/incidents/..%2f..%2fetc%2fpasswd",
        "/api/v1/../v1/incidents",
        "/api/v1/incidents/%00",
        "/api/v1/incidents/SSD-2019-0001%0d%0aX:1",
        "/api/v1/incidents/%ff%fe",
        "/api/v1//incidents",
        "/api/v1/incidents/SSD-2019-0001;id=1",
        "/api/v1/batches/%27%20OR%201=1--",
        "/api/v1/batches/x/rows/99999999999999999999",
        "/api/v1/batches/x/rows/-1",
        "/api/v1/reports/" + "A" * 5_000,
        "/api/v1/words/../errors",
        "/api/v1/words/errors",
        "/api/v1/tables/..%2Fannex-1?year=2019",
        "/api/v1/exports/exe",
        "/api/v1/incidents?cursor=%00",
        "/api/v1/incidents?cursor='%3B--",
        "/api/v1/incidents?limit=1e9",
        "/api/v1/incidents?limit=99999999999999999999999999",
        "/api/v1/incidents?first_year=-1",
        "/api/v1/incidents?first_year=NaN",
        "/api/v1/incidents?country=ssd",
        "/api/v1/incidents?category=zzz",
        "/api/v1/incidents?reference=' OR 1=1",
        "/api/v1/audit?before=99999999999999999999999",
        "/api/v1/audit?verb=%25",
        "/api/v1/tables/annex-1",
        "/api/v1/tables/annex-1?year=20199",
        "/api/v1/tables/annex-1?" + "&".join(["year=2019"] * 61),
        "/api/v1/incidents?" + "&".join(f"a{n}=1" for n in range(2_000)),
    ],
)
def test_an_address_that_leads_nowhere(
    path: str, cast: Cast, world: World, machine: Callable[..., Machine]
) -> None:
    problem(machine(cast.console).get(path), 400, 404, 422)


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer tbd_" + "A" * 43},
        {"Authorization": "Bearer " + "x" * 100_000},
        {"Authorization": "Bearer tbd_\0" + "A" * 42},
        {"Authorization": "bearer\ttbd_x"},
        {"Authorization": "Basic YTpi"},
        {"Authorization": "Bearer tbd_ключ"},
        {"Authorization": "Bearer \ud800".encode("utf-8", "surrogatepass").decode("latin-1")},
        {"Authorization": "Bearer a, Bearer b"},
    ],
)
def test_a_header_that_signs_nobody_in(
    headers: dict[str, str], cast: Cast, machine: Callable[..., Machine]
) -> None:
    assert problem(machine().send("GET", "/incidents", **headers), 401)["code"] == "token_needed"


def test_methods_are_what_they_are(cast: Cast, world: World, machine: Callable[..., Machine]) -> None:
    client = machine(cast.amina)
    for method in ("PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "G\0T"):
        assert problem(client.send(method, "/incidents"), 405)["code"] == "method_not_allowed"
    assert client.send("DELETE", "/incidents")["Allow"] == "GET, HEAD, OPTIONS"
    for override in ("X_HTTP_Method_Override", "X_Method_Override", "X_HTTP_Method"):
        assert client.send("GET", "/incidents", **{override: "DELETE"}).status_code == 200
    options = client.send("OPTIONS", f"/incidents/{world.incident.reference}/revisions")
    assert (options.status_code, options.content) == (204, b"")
    assert options["Allow"] == "GET, HEAD, OPTIONS, POST"
    for path in ("/incidents", "/exports/json", "/docs", "/openapi.json"):
        head = client.send("HEAD", path)
        assert (head.status_code, head.content) == (200, b"")
    assert problem(client.send("POST", "/openapi.json"), 405)


def test_only_forms_that_there_are(cast: Cast, world: World, machine: Callable[..., Machine]) -> None:
    client = machine(cast.console)
    for accept in ("text/html", "application/xml", "application/json;q=x, text/*", "rubbish", "," * 10_000):
        assert client.get("/incidents", Accept=accept).status_code in (200, 406)
    assert problem(client.get("/incidents", Accept="text/html"), 406)["code"] == "not_acceptable"
    assert client.get("/incidents", Accept="application/problem+json").status_code == 200
    assert client.get("/exports/hxl-csv", Accept="text/csv").status_code == 200
    refused = client.post("/collections", {"code": "x", "label": "X"}, Accept="text/html")
    assert problem(refused, 406)
    assert "x" not in [each["code"] for each in client.get("/collections").json()["items"]]


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("fr", "fr"),
        ("fr-CA, en;q=0.5", "fr"),
        ("en;q=0.1, ar;q=0.9", "ar"),
        ("zh-Hans-CN", "zh"),
        ("de, ru;q=0.5", "ru"),
        ("fr;q=0, es", "es"),
        ("de", "en"),
        ("fr;q=2", "en"),
        ("*", "en"),
        (";" * 9_999, "en"),
        ("x" * 9_999, "en"),
        (",".join(["de"] * 9_999) + ",fr", "en"),
    ],
)
def test_a_problem_is_told_in_the_readers_language(
    header: str, language: str, machine: Callable[..., Machine]
) -> None:
    assert language_of(header) == language
    response = machine().get("/incidents", Accept_Language=header)
    assert problem(response, 401)
    assert response["Content-Language"] == language


def test_a_foreign_host_and_a_foreign_page(cast: Cast, machine: Callable[..., Machine]) -> None:
    client = machine(cast.console)
    problem(client.get("/incidents", Host="evil.example"), 400)
    problem(client.get("/incidents", Host="127.0.0.1\0"), 400)
    response = client.get("/incidents", Origin="https://evil.example")
    assert not [name for name in response.headers if name.lower().startswith("access-control")]
    preflight = client.send(
        "OPTIONS", "/incidents", Origin="https://evil.example", Access_Control_Request_Method="GET"
    )
    assert "Access-Control-Allow-Origin" not in preflight


def test_a_named_page_may_ask(cast: Cast, settings: Any, machine: Callable[..., Machine]) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://desk.example"]
    response = machine(cast.console).get("/incidents", Origin="https://desk.example")
    assert response["Access-Control-Allow-Origin"] == "https://desk.example"
    assert "Access-Control-Allow-Credentials" not in response


def test_nothing_is_kept_and_nothing_runs(cast: Cast, world: World, machine: Callable[..., Machine]) -> None:
    client = machine(cast.amina)
    for path in (
        "/incidents",
        f"/incidents/{world.incident.reference}",
        "/nothing",
        "/docs",
        "/openapi.json",
    ):
        response = client.get(path)
        assert response["Cache-Control"] == "no-store"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"].startswith("default-src 'none'")
        assert "Set-Cookie" not in response
        assert not response.cookies


def test_a_token_that_asks_too_often_waits(
    cast: Cast, machine: Callable[..., Machine], monkeypatch: Any
) -> None:
    few = TokenRate("3/minute")
    monkeypatch.setattr(TokenRate, "allow_request", lambda _self, request: few_allow(few, request))
    client, other = machine(cast.amina), machine(cast.console)
    answers = [client.get("/incidents") for _ in range(5)]
    assert [each.status_code for each in answers] == [200, 200, 200, 429, 429]
    assert problem(answers[-1], 429)["code"] == "too_fast"
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60
    assert other.get("/incidents").status_code == 200


def few_allow(rate: TokenRate, request: Any) -> bool:
    return rate._limiter.hit(rate._rate, request.headers.get("Authorization", ""))


def test_a_fault_of_ours_is_told_without_what_it_was_about(
    cast: Cast, machine: Callable[..., Machine], monkeypatch: Any, caplog: Any
) -> None:
    def breaks(*_: Any, **__: Any) -> Any:
        raise ValueError("MALLORY-4711")

    client = machine(cast.amina)
    monkeypatch.setattr("tabard.incidents.queries.page", breaks)
    response = client.get("/incidents")
    assert problem(response, 500)["code"] == "internal"
    assert "MALLORY" not in response.content.decode()


def test_what_is_refused_is_a_line_of_the_log_with_who_asked(
    cast: Cast, world: World, machine: Callable[..., Machine], caplog: pytest.LogCaptureFixture
) -> None:
    """What may not be done, what is not there, what cannot be used: the same line, and nothing that was sent."""
    caplog.handler.addFilter(NoValues())
    client = machine(cast.joseph)
    client.get("/incidents/SSD-2019-9999")
    client.get("/incidents?country=Canary")
    client.get("/audit")
    Machine("tbd_canary").get("/incidents")
    said = [record.getMessage() for record in caplog.records if record.name == "django.request"]
    who = f"account:{cast.joseph.pk}"
    assert said == [
        f"404 api/v1/incidents/<reference> not_found {who}",
        f"422 api/v1/incidents bad_value {who}",
        f"403 api/v1/audit not_allowed {who}",
        "401 api/v1/incidents token_needed",
    ]
    assert "canary" not in caplog.text.lower()


def test_a_body_shorter_or_longer_than_it_says(
    cast: Cast, world: World, machine: Callable[..., Machine]
) -> None:
    token, path = machine(cast.amina).token, f"{BASE}/incidents/{world.incident.reference}/told"
    body = json.dumps({"whom": "police"}).encode()
    for length in ("0", "5", "", "rubbish", "-1", "99999999999999999999"):
        environ = RequestFactory().post(path, body, content_type="application/json").environ
        more = {
            "CONTENT_LENGTH": length,
            "HTTP_AUTHORIZATION": f"Bearer {token}",
            "HTTP_IDEMPOTENCY_KEY": f"k{length}",
            "HTTP_HOST": "127.0.0.1",
            "HTTP_TRANSFER_ENCODING": "chunked, chunked, rubbish",
            "wsgi.input": BytesIO(body),
        }
        with undone():
            status, content = _straight(environ | more)
        assert status[:3] in ("201", "400", "413"), (length, status, content[:200])


def _straight(environ: dict[str, Any]) -> tuple[str, bytes]:
    """The request as a server would hand it over, without a test client that puts it right."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        seen: list[str] = []
        parts = WSGIHandler()(environ, lambda status, _headers: seen.append(status))
        return seen[0], b"".join(parts)
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def test_random_requests_are_answered(cast: Cast, world: World, machine: Callable[..., Machine]) -> None:
    """Parts of good requests, put together anyhow and broken anywhere."""
    chance = random.Random(20261125)
    client = machine(cast.console)
    paths = [
        f"/incidents/{world.incident.reference}",
        f"/incidents/{world.incident.reference}/revisions",
        f"/incidents/{world.incident.reference}/decisions",
        f"/incidents/{world.incident.reference}/told",
        f"/incidents/{world.incident.reference}/needs",
        f"/incidents/{world.incident.reference}/attachments",
        "/batches",
        f"/batches/{world.batch.pk}/rows",
        "/reports",
        "/collections",
        "/organisations",
        "/audit",
        "/exports/geojson",
    ]
    bodies = [
        b"",
        b"{}",
        b"[]",
        b'{"facts":{"harm":[{"n":1}]}}',
        b'{"kind":"held","reason":"other"}',
        b"\xff" * 50,
    ]
    kinds = ["application/json", "text/csv", "multipart/form-data; boundary=x", "", "a/b; charset=\xff"]
    stands = etag(world.incident)
    for _ in range(ROUNDS):
        path, body = bytearray(chance.choice(paths).encode()), bytearray(chance.choice(bodies))
        for text in (path, body):
            if text and chance.random() < 0.5:
                text[chance.randrange(len(text))] = chance.randrange(256)
        named = {"If_Match": stands, "Idempotency_Key": chance.choice(["k", "", "x" * 70, "\xe9"])}
        method = chance.choice(["GET", "POST", "POST", "PUT", "HEAD", "OPTIONS"])
        address = BASE + "/" + path.decode("latin-1").lstrip("/").replace("#", "")
        with undone():
            response = client.send(method, address, bytes(body), kind=chance.choice(kinds), **named)
        assert response.status_code < 500, (method, address, bytes(body))
        if response.status_code >= 400 and method != "HEAD":
            problem(response, response.status_code)
