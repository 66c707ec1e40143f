"""OpenID Connect against a provider made here: whom it lets in, and every word of it that must not be believed."""

from __future__ import annotations

import base64
import hmac
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from joserfc import jwt
from joserfc.jwk import RSAKey

from cast import Cast, lines
from cast import cast as cast
from tabard.access import identities
from tabard.access.actions import close_account, create_account
from tabard.access.models import Account, Identity
from tabard.site.views import provider

pytestmark = pytest.mark.django_db(databases="__all__")
PASSWORD = "tea with the neighbours"
KEY, OTHER_KEY = RSAKey.generate_key(2048, {"kid": "1"}), RSAKey.generate_key(2048, {"kid": "1"})


def coded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


@dataclass
class Provider:
    """What it says, and what it was asked."""

    url: str = ""
    issuer: str = ""
    subject: str = "person-1"
    wrong: dict[str, Any] = field(default_factory=dict)
    key: Any = field(default_factory=lambda: KEY)
    forged: bool = False  # signed with the public key, as if that were a password
    asked: dict[str, str] = field(default_factory=dict)
    exchanged: dict[str, str] = field(default_factory=dict)
    ends: dict[str, str] = field(default_factory=dict)  # other addresses than its own
    moved: str = ""  # a path that sends elsewhere

    def token(self) -> str:
        now = int(time.time())
        claims = {"iss": self.url, "aud": "tabard", "sub": self.subject, "iat": now, "exp": now + 60}
        claims |= {"nonce": self.asked["nonce"]} | self.wrong
        told = {name: value for name, value in claims.items() if value is not None}
        if not self.forged:
            return jwt.encode({"alg": "RS256", "kid": "1"}, told, self.key, algorithms=["RS256"])
        parts = [coded(json.dumps(part).encode()) for part in ({"alg": "HS256", "kid": "1"}, told)]
        made = hmac.new(KEY.as_pem(private=False), ".".join(parts).encode(), "sha256").digest()
        return ".".join([*parts, coded(made)])


@pytest.fixture
def made(settings: Any) -> Iterator[Provider]:
    said = Provider()

    class Handler(BaseHTTPRequestHandler):
        def answer(self, told: Any) -> None:
            body = json.dumps(told).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            if self.path == said.moved:
                self.send_response(302)
                self.send_header("Location", f"{said.url}/elsewhere{self.path}")
                return self.end_headers()
            self.path = self.path.removeprefix("/elsewhere")
            if self.path == "/keys":
                return self.answer({"keys": [KEY.as_dict(private=False)]})
            ends = {"authorization_endpoint": "there", "token_endpoint": "token", "jwks_uri": "keys"}
            told = {"issuer": said.issuer or said.url} | {k: f"{said.url}/{v}" for k, v in ends.items()}
            return self.answer(told | said.ends)

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
            said.exchanged = {name: value[0] for name, value in parse_qs(sent).items()}
            self.answer({"access_token": "a", "token_type": "Bearer", "id_token": said.token()})

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        said.url = f"http://127.0.0.1:{server.server_port}"
        settings.OIDC = {
            "issuer": said.url,
            "client_id": "tabard",
            "client_secret": "s",
            "name": "Head Office",
            "create": "",
        }
        yield said
        server.shutdown()
    provider.client.cache_clear()


@pytest.fixture
def member(cast: Cast, settings: Any) -> Account:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return create_account(by=cast.administrator, handle="member", password=PASSWORD)


def way(page: str) -> str:
    """Where a page goes on to by itself."""
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page)
    assert found, page
    assert f'href="{found[1]}"' in page
    return unescape(found[1])


def go(phone: Client, made: Provider, path: str = "/sign-in/provider/", **changed: str) -> Any:
    """There and back."""
    there = urlsplit(way(phone.post(path).text))
    made.asked = {name: value[0] for name, value in parse_qs(there.query).items()}
    back = {"code": "c", "state": made.asked["state"]} | changed
    return phone.get("/sign-in/provider/back/", back)


def is_in(phone: Client) -> bool:
    return bool(phone.get("/account/").status_code == 200)


def bound(cast: Cast, member: Account, made: Provider) -> None:
    identities.link(by=cast.console, account=member, issuer=made.url, subject=made.subject)


def test_off_there_is_nothing(settings: Any) -> None:
    assert settings.OIDC == {}
    assert Client().post("/sign-in/provider/").status_code == 404
    assert Client().get("/sign-in/provider/back/?code=c&state=s").status_code == 404
    assert "Head Office" not in Client().get("/sign-in/").text


def test_one_binds_ones_account_and_signs_in_by_it(member: Account, made: Provider) -> None:
    phone = Client()
    phone.post("/sign-in/", {"handle": "member", "password": PASSWORD})
    assert go(phone, made, "/account/factors/provider/bind/").headers["Location"] == "/account/factors/"
    assert made.subject not in str(list(Identity.objects.values()))
    other = Client()
    assert "Head Office" in other.get("/sign-in/").text
    assert go(other, made, "/sign-in/provider/?next=/figures/").headers["Location"] == "/figures/"
    assert is_in(other)
    assert made.subject not in str([vars(line) for line in lines()])
    assert made.asked["code_challenge_method"] == "S256"
    assert len(made.exchanged["code_verifier"]) >= 43
    assert phone.post("/account/factors/provider/unbind/").status_code == 302
    assert not is_in(Client()) or pytest.fail("a stranger is in")
    assert go(Client(), made).status_code == 400


def test_nobody_unknown_comes_in(cast: Cast, member: Account, made: Provider) -> None:
    bound(cast, member, made)
    made.subject = "person-2"
    made.wrong = {"email": "member", "preferred_username": "member", "email_verified": True}
    phone, before = Client(), Account.objects.count()
    answer = go(phone, made)
    assert answer.status_code == 400
    assert "No account here is bound" in answer.text
    assert not is_in(phone)
    assert Account.objects.count() == before


def test_where_the_installation_says_so_they_get_an_account_without_any_role(
    made: Provider, settings: Any
) -> None:
    settings.OIDC = settings.OIDC | {"create": "1"}
    phone = Client()
    assert go(phone, made).status_code == 302
    assert "You hold no role yet" in phone.get("/account/").text
    assert go(Client(), made).status_code == 302
    assert Identity.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": 1},
        {"sub": None},
        {"iss": None},
        {"iat": 4_000_000_000},
    ],
    ids=str,
)
def test_a_wrong_word_lets_nobody_in(
    wrong: dict[str, Any], cast: Cast, member: Account, made: Provider
) -> None:
    bound(cast, member, made)
    made.wrong = wrong
    phone = Client()
    answer = go(phone, made)
    assert answer.status_code == 400
    assert "did not confirm" in answer.text
    assert not is_in(phone)


def test_another_key_lets_nobody_in(cast: Cast, member: Account, made: Provider) -> None:
    bound(cast, member, made)
    made.key = OTHER_KEY
    assert go(Client(), made).status_code == 400
    made.key, made.forged = KEY, True
    assert go(Client(), made).status_code == 400
    made.forged = False
    assert go(Client(), made).status_code == 302


def test_a_state_is_good_once_and_in_its_own_browser(cast: Cast, member: Account, made: Provider) -> None:
    bound(cast, member, made)
    phone = Client()
    assert go(phone, made, state="another").status_code == 400
    assert go(phone, made).status_code == 302
    again = {"code": "c", "state": made.asked["state"]}
    assert phone.get("/sign-in/provider/back/", again).status_code == 400
    assert Client().get("/sign-in/provider/back/", again).status_code == 400


@pytest.mark.parametrize(
    "query", ["", "?error=access_denied", "?code=c", "?state=", "?code=%00&state=x", "?state=x" * 200]
)
def test_rubbish_comes_back_as_a_page(query: str, made: Provider) -> None:
    assert Client().get(f"/sign-in/provider/back/{query}").status_code == 400


def test_a_closed_account_stays_out(cast: Cast, member: Account, made: Provider) -> None:
    bound(cast, member, made)
    close_account(by=cast.administrator, account=member)
    assert go(Client(), made).status_code == 400


def test_one_person_binds_one_account(cast: Cast, member: Account, made: Provider) -> None:
    bound(cast, cast.amina, made)
    phone = Client()
    phone.post("/sign-in/", {"handle": "member", "password": PASSWORD})
    answer = go(phone, made, "/account/factors/provider/bind/")
    assert answer.status_code == 400
    assert not Identity.objects.filter(account=member).exists()


def test_a_provider_that_calls_itself_another_is_not_followed(made: Provider) -> None:
    made.issuer = "http://127.0.0.1:1"
    assert Client().post("/sign-in/provider/").status_code == 400


def test_a_provider_that_does_not_answer(made: Provider, settings: Any) -> None:
    settings.OIDC = settings.OIDC | {"issuer": "http://127.0.0.1:9"}
    assert Client().post("/sign-in/provider/").status_code == 400


def test_nobody_is_sent_to_the_provider_by_another_page(cast: Cast, member: Account, made: Provider) -> None:
    """A button of ours with its token, or nothing: neither a link nor a form of elsewhere begins a session."""
    phone = Client(enforce_csrf_checks=True)
    assert phone.get("/sign-in/provider/").status_code == 405
    assert phone.post("/sign-in/provider/").status_code == 403
    page = phone.get("/sign-in/").text
    button = page[page.index('action="/sign-in/provider/"') :]
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', button)
    assert token
    sent = {"csrfmiddlewaretoken": token[1], "next": "/figures/"}
    assert way(phone.post("/sign-in/provider/", sent).text).startswith(f"{made.url}/there?")


def test_binding_asks_first_who_one_is_and_comes_back_to_the_page(member: Account, made: Provider) -> None:
    phone = Client()
    phone.post("/sign-in/", {"handle": "member", "password": PASSWORD})
    assert phone.get("/account/factors/provider/bind/").status_code == 405
    session = phone.session
    session["proved"] = 0
    session.save()
    answer = phone.post("/account/factors/provider/bind/")
    assert answer.headers["Location"] == "/account/prove/?next=%2Faccount%2Ffactors%2F"
    assert phone.get("/account/factors/").status_code == 200


@pytest.mark.parametrize("moved", ["/.well-known/openid-configuration", "/keys"])
def test_a_provider_that_sends_elsewhere_is_not_followed(
    moved: str, cast: Cast, member: Account, made: Provider
) -> None:
    bound(cast, member, made)
    phone = Client()
    there = urlsplit(way(phone.post("/sign-in/provider/").text))
    made.asked = {name: value[0] for name, value in parse_qs(there.query).items()}
    provider.client.cache_clear()
    made.moved = moved
    assert (
        phone.get("/sign-in/provider/back/", {"code": "c", "state": made.asked["state"]}).status_code == 400
    )
    made.moved = ""
    assert go(phone, made).status_code == 302


@pytest.mark.parametrize("end", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
def test_a_provider_is_spoken_to_in_secret_only(end: str, made: Provider) -> None:
    made.ends = {end: "http://there.example/"}
    assert Client().post("/sign-in/provider/").status_code == 400
    made.ends = {end: "https://there.example/"}
    provider.client.cache_clear()
    assert Client().post("/sign-in/provider/").status_code == 200
