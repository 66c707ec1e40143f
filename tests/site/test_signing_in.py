"""Signing in over HTTP: steps, waits, sessions and what ends them. Codes are computed here, after RFC 6238."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import struct
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from cast import Cast, lines
from cast import cast as cast
from tabard.access import audit, door, factors
from tabard.access.actions import change_password, close_account, create_account, grant, unlock_account
from tabard.access.models import Account, Attempts, OpenSession

pytestmark = pytest.mark.django_db(databases="__all__")
PASSWORD = "tea with the neighbours"
NUMBER = re.compile(r'<code dir="ltr">([A-Z2-7 ]+)</code>')


@pytest.fixture(autouse=True)
def _quick(settings: Any) -> None:
    """How slow a hash is shown elsewhere (tests/access/test_signin.py)."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def member(cast: Cast) -> Account:
    made = create_account(by=cast.administrator, handle="member", password=PASSWORD)
    grant(by=cast.console, account=made, role="reader", scope="*")
    return made


@pytest.fixture
def phone() -> Client:
    return Client(headers={"user-agent": "Mozilla/5.0 (Android 14; Mobile) Firefox/140.0"})


def code_of(secret: str, off: int = 0) -> str:
    """RFC 6238 with SHA-1, written down again."""
    step = int(time.time()) // 30 + off
    made = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    at = made[-1] & 15
    return f"{(struct.unpack('>I', made[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def sign_in(phone: Client, password: str = PASSWORD, handle: str = "member", **more: Any) -> Any:
    return phone.post("/sign-in/", {"handle": handle, "password": password}, **more)


def is_in(phone: Client) -> bool:
    return bool(phone.get("/account/").status_code == 200)


def with_app(phone: Client) -> str:
    """Set an app up; its secret."""
    secret = NUMBER.search(phone.get("/account/factors/app/").text)[1].replace(" ", "")  # type: ignore[index]
    answer = phone.post("/account/factors/app/", {"code": code_of(secret, -1), "label": "Phone"})
    assert "Recovery codes" in answer.text
    return secret


def test_a_password_lets_in_with_a_key_of_its_own(member: Account, phone: Client) -> None:
    phone.get("/sign-in/")
    phone.session.save()
    before = phone.session.session_key
    assert sign_in(phone).headers["Location"] == "/"
    kept = OpenSession.objects.get(account=member)
    assert kept.session_key != before
    assert kept.device == "firefox/android"
    assert re.fullmatch("[0-9A-Z]{26}", kept.ref)
    assert is_in(phone)


def test_a_wrong_name_and_a_wrong_password_look_the_same(member: Account) -> None:
    pages = [sign_in(Client(), "wrong password").text, sign_in(Client(), handle="nobody").text]
    tidy = [re.sub(r'value="[A-Za-z0-9]{64}"', "", page) for page in pages]
    assert tidy[0] == tidy[1]
    assert "do not match" in tidy[0]


def test_failures_are_lines_without_what_was_typed(member: Account) -> None:
    sign_in(Client(), "Zyxwv secret")
    sign_in(Client(), "Zyxwv secret", handle="canaryname")
    known, unknown = lines()[-2:]
    assert (known.verb, known.subject) == ("access:account:refuse", f"account:{member.pk}")
    assert re.fullmatch("name:[0-9a-f]{32}", unknown.subject)
    assert "canaryname" not in str([vars(line) for line in lines()] + list(Attempts.objects.values()))


def test_a_name_waits_and_answers_like_a_wrong_password(cast: Cast, member: Account) -> None:
    wrong = [sign_in(Client(), "wrong password") for _ in range(5)]
    right = sign_in(Client())
    assert {answer.status_code for answer in [*wrong, right]} == {403}
    assert "do not match" in right.text
    assert audit.detail(lines()[-1]) == {"way": "password", "waits": True}
    unlock_account(by=cast.administrator, account=member)
    assert sign_in(Client()).status_code == 302


def test_the_wait_ends_by_itself_and_doubles(member: Account) -> None:
    for _ in range(5):
        sign_in(Client(), "wrong password")
    earlier(61)
    assert sign_in(Client(), "wrong password").status_code == 403
    earlier(61)
    assert sign_in(Client()).status_code == 403  # two minutes now
    earlier(121)
    assert sign_in(Client()).status_code == 302
    assert sign_in(Client(), "wrong password").status_code == 403
    assert sign_in(Client()).status_code == 302  # success has forgotten the failures


def earlier(seconds: int) -> None:
    """Move the last failures back in time."""
    with door.opened("nobody"):
        for row in Attempts.objects.all():
            row.last_at -= timedelta(seconds=seconds)
            row.save()


def test_an_address_waits_and_is_told(member: Account) -> None:
    for number in range(50):
        sign_in(Client(), handle=f"nobody{number}")
    told = sign_in(Client())
    assert told.status_code == 429
    assert "too many attempts" in told.text
    assert sign_in(Client(REMOTE_ADDR="192.0.2.7")).status_code == 302


def test_a_made_up_address_is_not_believed_without_a_proxy(member: Account, settings: Any) -> None:
    for number in range(50):
        sign_in(Client(headers={"x-forwarded-for": f"192.0.2.{number}"}), handle=f"nobody{number}")
    assert sign_in(Client(headers={"x-forwarded-for": "198.51.100.1"})).status_code == 429
    settings.PROXIES = 1
    assert sign_in(Client(headers={"x-forwarded-for": "192.0.2.1, 198.51.100.1"})).status_code == 302


def test_with_an_app_the_password_is_the_first_step_only(member: Account, phone: Client) -> None:
    sign_in(phone)
    secret = with_app(phone)
    other = Client()
    assert sign_in(other).headers["Location"] == "/sign-in/second/"
    assert not is_in(other)
    assert other.post("/sign-in/second/", {"code": "000000"}).status_code == 403
    assert not is_in(other)
    code = code_of(secret)
    assert other.post("/sign-in/second/", {"code": f"{code[:3]} {code[3:]}"}).status_code == 302
    assert is_in(other)
    assert audit.detail(lines()[-1]) == {"way": "password+totp"}


def test_a_code_is_good_once(member: Account, phone: Client) -> None:
    sign_in(phone)
    secret = with_app(phone)
    code = code_of(secret)
    assert factors.use(member, code) == "totp"
    assert factors.use(member, code) is None
    assert factors.use(member, code_of(secret, -1)) is None  # an earlier step than the one used
    assert factors.use(member, code_of(secret, 1)) == "totp"
    assert factors.use(member, code_of(secret, 5)) is None


def test_a_recovery_code_opens_once(member: Account, phone: Client) -> None:
    sign_in(phone)
    with_app(phone)
    codes = factors.renew_recovery(by=member, account=member)
    assert len(set(codes)) == 10
    assert all(code not in str(list(member.factors.values())) for code in codes)
    for expected in (302, 403):
        other = Client()
        sign_in(other)
        assert other.post("/sign-in/second/", {"code": codes[0].lower()}).status_code == expected


def test_the_right_password_buys_no_more_codes(member: Account, phone: Client) -> None:
    sign_in(phone)
    secret = with_app(phone)
    for _ in range(5):
        other = Client()
        sign_in(other)
        assert other.post("/sign-in/second/", {"code": "000000"}).status_code == 403
    sign_in(other)
    assert other.post("/sign-in/second/", {"code": code_of(secret)}).status_code == 403
    assert not is_in(other)


def test_the_secret_lies_sealed(member: Account, phone: Client) -> None:
    sign_in(phone)
    page = phone.get("/account/factors/app/").text
    secret = NUMBER.search(page)[1].replace(" ", "")  # type: ignore[index]
    assert secret not in str(phone.session.items())
    phone.post("/account/factors/app/", {"code": code_of(secret)})
    assert secret not in str(list(member.factors.values()))


@pytest.mark.parametrize("how", ["closed", "password", "idle", "in any case"])
def test_what_ends_a_session(how: str, cast: Cast, member: Account, phone: Client, settings: Any) -> None:
    sign_in(phone)
    assert is_in(phone)
    if how == "closed":
        close_account(by=cast.administrator, account=member)
    elif how == "password":
        change_password(by=cast.console, account=member, password="another long sentence")
    elif how == "idle":
        OpenSession.objects.filter(account=member).update(expire_date=datetime.now(UTC))
    else:
        session = phone.session
        session["began"] -= 12 * 3600 + 1
        session.save()
    assert not is_in(phone)


def test_a_session_ends_two_hours_after_its_last_use(member: Account, phone: Client) -> None:
    sign_in(phone)
    ends = OpenSession.objects.get(account=member).expire_date - datetime.now(UTC)
    assert timedelta(hours=1, minutes=59) < ends <= timedelta(hours=2)
    session = phone.session
    session["began"] -= 11 * 3600 + 1800
    session["seen"] -= 3600
    session.save()
    phone.get("/account/")
    kept = OpenSession.objects.get(account=member)
    assert timedelta(minutes=28) < kept.expire_date - datetime.now(UTC) <= timedelta(minutes=30)


@pytest.mark.parametrize(
    "rubbish", ["\0", "a\0" * 16, "x" * 5000, "é" * 32, "' OR 1=1 --", "A" * 32, "../../etc"]
)
@pytest.mark.parametrize("path", ["/", "/sign-in/", "/account/", "/api/v1/incidents"])
def test_rubbish_in_the_cookie_is_nobody(rubbish: str, path: str) -> None:
    phone = Client()
    phone.cookies["sessionid"] = rubbish
    assert phone.get(path).status_code < 500


def test_one_sees_and_ends_ones_own_sessions_only(cast: Cast, member: Account, phone: Client) -> None:
    other = Client()
    for each in (phone, other):
        sign_in(each)
    stranger = create_account(by=cast.administrator, handle="stranger2", password=PASSWORD)
    third = Client()
    sign_in(third, handle="stranger2")
    refs = {row.ref: row for row in OpenSession.objects.exclude(account=None)}
    page = phone.get("/account/sessions/").text
    for ref, row in refs.items():
        assert (ref in page) is (row.account_id == member.pk)
        assert row.session_key not in page
    theirs = OpenSession.objects.get(account=stranger).ref
    assert phone.post(f"/account/sessions/{theirs}/end/").status_code == 404
    mine = next(ref for ref, row in refs.items() if row.session_key == other.session.session_key)
    assert phone.post(f"/account/sessions/{mine}/end/").status_code == 302
    assert (is_in(phone), is_in(other), is_in(third)) == (True, False, True)


def test_a_change_of_what_opens_wants_a_fresh_proof(member: Account, phone: Client) -> None:
    sign_in(phone)
    session = phone.session
    session["proved"] -= 601
    session.save()
    for path in ("/account/factors/app/", "/account/password/"):
        assert phone.get(path).headers["Location"].startswith("/account/prove/?next=")
    for path in (
        "/account/factors/codes/",
        "/account/factors/passkey/",
        "/account/tokens/",
        "/account/sessions/end/",
    ):
        assert phone.post(path).headers["Location"].startswith("/account/prove/?next=")
    assert phone.post("/account/prove/", {"password": "wrong password"}).status_code == 400
    key = phone.session.session_key
    answer = phone.post("/account/prove/", {"password": PASSWORD, "next": "/account/factors/app/"})
    assert answer.headers["Location"] == "/account/factors/app/"
    assert phone.session.session_key != key
    assert phone.get("/account/factors/app/").status_code == 200


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil"]
)
def test_nobody_is_sent_elsewhere(elsewhere: str, member: Account) -> None:
    for path in ("/sign-in/", "/account/prove/"):
        phone = Client()
        sign_in(phone) if "prove" in path else None
        answer = phone.post(path, {"handle": "member", "password": PASSWORD, "next": elsewhere})
        assert answer.headers["Location"] in ("/", "/account/")


def test_a_password_is_changed_and_other_browsers_are_out(member: Account, phone: Client) -> None:
    other = Client()
    for each in (phone, other):
        sign_in(each)
    new = "another long sentence"
    for bad in (
        {"again": "x"},
        {"password": "short", "again": "short"},
        {"current": "wrong"},
        {"current": ""},
    ):
        form = {"current": PASSWORD, "password": new, "again": new} | bad
        assert phone.post("/account/password/", form).status_code == 400
    form = {"current": PASSWORD, "password": new, "again": new}
    assert phone.post("/account/password/", form).status_code == 302
    assert (is_in(phone), is_in(other)) == (True, False)
    assert sign_in(Client()).status_code == 403
    assert sign_in(Client(), new).status_code == 302


def test_a_strong_role_sets_its_factor_up_first(cast: Cast, member: Account, settings: Any) -> None:
    settings.MFA_DEMANDED = "1"
    grant(by=cast.console, account=member, role="custodian", scope="*")
    phone = Client()
    sign_in(phone)
    for path in ("/", "/incidents/", "/account/", "/account/tokens/"):
        assert phone.get(path).headers["Location"] == "/account/factors/"
    assert "account wants a second factor" in phone.get("/account/factors/").text
    with_app(phone)
    assert phone.get("/incidents/").status_code == 200


def test_everybody_sets_one_up_where_all_are_asked(member: Account, phone: Client, settings: Any) -> None:
    settings.MFA_DEMANDED = "all"
    sign_in(phone)
    assert phone.get("/incidents/").headers["Location"] == "/account/factors/"


@pytest.mark.parametrize(("role", "example"), [("reader", False), ("custodian", True)])
def test_who_is_not_asked_for_one(role: str, example: bool, cast: Cast, settings: Any) -> None:
    settings.MFA_DEMANDED = "1"
    made = create_account(by=cast.console, handle="other", password=PASSWORD, example=example)
    grant(by=cast.console, account=made, role=role, scope="*")
    phone = Client()
    sign_in(phone, handle="other")
    assert phone.get("/account/").status_code == 200


def test_a_token_is_shown_once(member: Account, phone: Client) -> None:
    sign_in(phone)
    form = {"scope": ["incidents:incident:read"], "days": "30", "label": "Script"}
    raw = re.search(r"tbd_[A-Za-z0-9_-]{43}", phone.post("/account/tokens/", form).text)
    assert raw
    again = phone.get("/account/tokens/").text
    assert raw[0] not in again
    assert "Script" in again
    assert phone.post("/account/tokens/", {"scope": ["access:audit:read"], "days": "30"}).status_code == 400
    for days in ("", "-1", "9999", "x", "1e9"):
        assert phone.post("/account/tokens/", form | {"days": days}).status_code == 400
    token = member.tokens.get()
    assert phone.post(f"/account/tokens/{token.pk}/revoke/").status_code == 302
    assert phone.post("/account/tokens/NOSUCH/revoke/").status_code == 404


@pytest.mark.parametrize("path", ["/account/", "/account/factors/", "/account/sessions/", "/account/tokens/"])
def test_strangers_are_sent_to_sign_in(path: str) -> None:
    assert Client().get(path).headers["Location"].startswith("/sign-in/?next=")


HOSTILE = [
    "",
    "x",
    "[]",
    "{}",
    "null",
    '{"id": 1}',
    "[" * 9000,
    '{"response": {"clientDataJSON": "AAAA"}}',
    "\x7f",
]


@pytest.mark.parametrize("answer", HOSTILE)
def test_no_rubbish_is_a_passkey(answer: str, member: Account, phone: Client) -> None:
    for path in ("/sign-in/passkey/", "/account/factors/passkey/"):
        if "account" in path:
            sign_in(phone)
        asked = phone.post(f"{path}ask/")
        assert len(asked.json()["publicKey"]["challenge"]) >= 43
        assert phone.post(path, {"answer": answer}).status_code == 400


def test_the_last_sign_ins_are_told(member: Account, phone: Client) -> None:
    sign_in(Client(), "wrong password")
    sign_in(phone)
    page = phone.get("/account/").text
    assert page.index("signed in") < page.index("refused")


def test_under_tls_cookies_belong_to_this_host_alone(tmp_path: Path) -> None:
    names = "s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE"
    ask = f"from tabard.site import settings as s; print({names})"
    environment = os.environ | {"TABARD_TLS": "1", "TABARD_HOME": str(tmp_path), "DATABASE_URL": ""}
    done = subprocess.run(
        [sys.executable, "-c", ask], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["__Host-tabard-session", "__Host-tabard-csrf", "True"]


def test_a_session_cookie_is_out_of_reach_of_scripts(member: Account, phone: Client) -> None:
    cookie = sign_in(phone).cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (
        True,
        "Lax",
        "/",
        "",
    )
    assert int(cookie["max-age"]) <= 2 * 3600
