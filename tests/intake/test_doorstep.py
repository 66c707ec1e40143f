"""`POST /api/v1/reports` before Django: what is accepted is kept; what is not says so in the one catalogue's words."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest

from cast import Cast
from tabard.access import tokens
from tabard.access.actions import create_account, grant
from tabard.access.models import Account
from tabard.api import doorstep
from tabard.api.doorstep import Doorstep
from tabard.incidents.actions import create_collection
from tabard.intake.models import Original, OriginalBody
from tabard.intake.receiving import keep
from tabard.rules.refusals import Refused

pytestmark = pytest.mark.django_db(databases="__all__")
BODY = b'{"collection": "own"}'


@pytest.fixture(autouse=True)
def _in_this_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    """The writer's thread sees no test's open transaction; its own tests are beside these."""
    monkeypatch.setattr(doorstep, "receive", keep)
    doorstep.memory.clear()


def behind(environ: dict[str, Any], start: Any) -> list[bytes]:
    start("418 behind", [])
    return [b"behind"]


class Answer:
    """Status, headers and body of one request."""

    def __init__(self, environ: dict[str, Any]) -> None:
        self.status, self.headers = "", {}

        def start(status: str, headers: list[tuple[str, str]]) -> None:
            self.status, self.headers = status, dict(headers)

        self.body = b"".join(Doorstep(behind)(environ, start))

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> tuple[int, str]:
        assert self.headers["Content-Type"] == "application/problem+json"
        assert self.json["status"] == int(self.status[:3])
        assert self.json["detail"]
        assert self.json["next_step"]
        return self.json["status"], self.json["code"]


def ask(token: str, body: bytes = BODY, query: str = "", **changed: Any) -> Answer:
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/api/v1/reports",
        "QUERY_STRING": query,
        "HTTP_HOST": "127.0.0.1:8000",
        "HTTP_AUTHORIZATION": f"Bearer {token}",
        "HTTP_IDEMPOTENCY_KEY": "k1",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    return Answer({name: value for name, value in (environ | changed).items() if value is not None})


def token_of(account: Account, *scopes: str) -> str:
    named = scopes or ("incidents:incident:report",)
    return tokens.issue(by=account, account=account, scopes=named, lasts=timedelta(days=1))[0]


@pytest.fixture
def officer(cast: Cast) -> Account:
    for code in ("own", "other"):
        create_collection(by=cast.console, code=code, label=code)
    account = create_account(by=cast.console, handle="officer", password=None)
    grant(by=cast.console, account=account, role="officer", scope=cast.organisation_a.scope_key)
    return account


@pytest.fixture
def token(officer: Account) -> str:
    return token_of(officer)


def owned(cast: Cast) -> str:
    return f"owner={cast.organisation_a.pk}"


def test_a_report_is_accepted_and_kept_as_it_is(token: str, officer: Account, cast: Cast) -> None:
    answer = ask(token, b"\xff not JSON", owned(cast), CONTENT_TYPE="text/plain; charset=utf-8")
    assert answer.status == "202 Accepted"
    original = Original.objects.get(pk=answer.json["id"])
    assert answer.json == {
        "id": original.pk,
        "received_at": original.received_at.isoformat(),
        "state": "received",
        "href": f"/api/v1/reports/{original.pk}",
    }
    assert answer.headers["Location"] == answer.json["href"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert bytes(OriginalBody.objects.get(pk=original.pk).body) == b"\xff not JSON"
    assert (original.by, original.key, original.media_type) == (officer.pk, "k1", "text/plain")
    assert (original.collection, original.owner) == ("own", cast.organisation_a.pk)


def test_a_refusal_is_a_line_of_the_log_with_who_asked(
    token: str, officer: Account, cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    ask("tbd_canary")
    ask(token, query=f"owner={cast.organisation_b.pk}")
    ask(token, query=owned(cast), HTTP_IDEMPOTENCY_KEY="canary key")
    said = [record.getMessage() for record in caplog.records if record.name == doorstep.log.name]
    path, who = "/api/v1/reports", f"account:{officer.pk}"
    assert said == [
        f"401 {path} token_needed",
        f"403 {path} not_allowed {who}",
        f"400 {path} key_needed {who}",
    ]
    assert "canary" not in caplog.text


def test_the_report_itself_may_say_for_whom_it_is(token: str, cast: Cast) -> None:
    body = json.dumps({"collection": "other", "owner": cast.organisation_a.pk}).encode()
    original = Original.objects.get(pk=ask(token, body).json["id"])
    assert (original.collection, original.owner) == ("other", cast.organisation_a.pk)


def test_a_retry_is_answered_with_success_and_the_first_receipt(token: str, cast: Cast) -> None:
    first, again = ask(token, query=owned(cast)), ask(token, query=owned(cast))
    assert (again.status, again.body) == (first.status, first.body)
    assert ask(token, b'{"collection": "own" }', owned(cast)).code == (409, "key_reused")
    assert Original.objects.count() == 1


REFUSED: dict[str, tuple[dict[str, Any], tuple[int, str]]] = {
    "no token": ({"HTTP_AUTHORIZATION": None}, (401, "token_needed")),
    "a token of nobody": ({"HTTP_AUTHORIZATION": "Bearer tbd_" + "x" * 43}, (401, "token_needed")),
    "another scheme": ({"HTTP_AUTHORIZATION": "Basic YTpi"}, (401, "token_needed")),
    "no key": ({"HTTP_IDEMPOTENCY_KEY": None}, (400, "key_needed")),
    "a key too long": ({"HTTP_IDEMPOTENCY_KEY": "k" * 65}, (400, "key_needed")),
    "a key beyond ASCII": ({"HTTP_IDEMPOTENCY_KEY": "clé"}, (400, "key_needed")),
    "another host": ({"HTTP_HOST": "elsewhere.example"}, (400, "bad_request")),
    "too long, as announced": ({"CONTENT_LENGTH": "262145"}, (413, "too_large")),
    "too long, unannounced": (
        {"CONTENT_LENGTH": None, "wsgi.input": io.BytesIO(b"x" * 300_000)},
        (413, "too_large"),
    ),
    "nothing": ({"wsgi.input": io.BytesIO(b""), "CONTENT_LENGTH": "0"}, (422, "nothing_said")),
    "a collection of no form": ({"QUERY_STRING": "collection=A%00"}, (422, "bad_value")),
    "an owner of no form": ({"QUERY_STRING": "owner=1%27"}, (422, "bad_value")),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused_says_why_and_is_not_kept(what: str, token: str, cast: Cast) -> None:
    changed, code = REFUSED[what]
    assert ask(token, **({"query": owned(cast)} | changed)).code == code
    assert not Original.objects.exists()


def test_nobody_reports_outside_their_scope(token: str, officer: Account, cast: Cast) -> None:
    for query in ("", f"owner={cast.organisation_b.pk}", "collection=nothing", "country=SSD"):
        assert ask(token, query=query).code == (403, "not_allowed")
    reader = token_of(officer, "incidents:incident:read")
    assert ask(reader, query=owned(cast)).code == (403, "not_allowed")
    assert not Original.objects.exists()


def test_an_absent_collection_looks_like_a_closed_one(cast: Cast, officer: Account) -> None:
    """For an account that may report into another collection only."""
    account = create_account(by=cast.console, handle="partner", password=None)
    grant(by=cast.console, account=account, role="officer", scope="collection:other")
    token = token_of(account)
    absent, closed = ask(token, query="collection=nothing"), ask(token, query="collection=own")
    assert (absent.status, absent.headers, absent.body) == (closed.status, closed.headers, closed.body)


def test_a_revoked_token_ends_within_seconds(
    token: str, officer: Account, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask(token, query=owned(cast)).status == "202 Accepted"
    tokens.revoke(by=officer, token=officer.tokens.get())
    clock = doorstep.time.monotonic
    monkeypatch.setattr(doorstep.time, "monotonic", lambda: clock() + 5.1)
    assert ask(token, query=owned(cast)).code == (401, "token_needed")


def test_the_sentence_is_in_the_readers_language(token: str) -> None:
    french = ask(token, HTTP_ACCEPT_LANGUAGE="fr;q=0.9, en;q=0.1", HTTP_IDEMPOTENCY_KEY="")
    assert french.headers["Content-Language"] == "fr"
    assert french.json["detail"] != ask(token, HTTP_IDEMPOTENCY_KEY="").json["detail"]


@pytest.mark.parametrize(
    "changed",
    [{"REQUEST_METHOD": "GET"}, {"PATH_INFO": "/api/v1/reports/"}, {"PATH_INFO": "/api/v1/reports/x"}],
)
def test_everything_else_goes_on_to_django(token: str, changed: dict[str, str]) -> None:
    assert ask(token, **changed).body == b"behind"


def test_a_fault_is_a_problem_and_tells_nothing(
    token: str, cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: object) -> None:
        raise ValueError("Zyxwv")

    monkeypatch.setattr(doorstep, "receive", broken)
    answer = ask(token, query=owned(cast))
    assert answer.code == (500, "internal")
    assert b"Zyxwv" not in answer.body


def test_a_dead_writer_is_said_at_once(token: str, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def dead(_: object) -> None:
        raise Refused("not_now")

    monkeypatch.setattr(doorstep, "receive", dead)
    answer = ask(token, query=owned(cast))
    assert answer.code == (503, "not_now")
    assert answer.headers["Retry-After"] == "5"


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 200_000,
        b'{"facts": {"country": ' + b"9" * 5000 + b"}}",
        b'{"collection": {}}',
        b"\x00",
        b"null",
        b"1e999",
    ],
)
def test_hostile_bodies_are_kept_or_refused_never_a_fault(token: str, cast: Cast, body: bytes) -> None:
    assert ask(token, body, "collection=own").code == (403, "not_allowed")
    assert ask(token, body, owned(cast)).status == "202 Accepted"
