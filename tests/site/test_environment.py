"""What the environment may say, and what of it is refused before anything is done."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from installation import migrated
from tabard.access import seals
from tabard.rules.refusals import Refused
from tabard.site import environment
from tabard.vocab.catalogue import message


def database(monkeypatch: pytest.MonkeyPatch, url: str) -> dict[str, Any]:
    monkeypatch.setenv("DATABASE_URL", url)
    return environment.databases(Path("/nowhere"))["default"]


def refused(monkeypatch: pytest.MonkeyPatch, url: str) -> str:
    with pytest.raises(Refused) as refusal:
        database(monkeypatch, url)
    return refusal.value.code


@pytest.mark.parametrize(
    ("host", "options"),
    [
        ("", {}),
        ("localhost", {}),
        ("127.0.0.1:5433", {}),
        ("[::1]", {}),
        ("%2Frun%2Fpostgresql", {}),
        ("db.example", {"sslmode": "verify-full", "sslrootcert": "system"}),
        ("192.0.2.7", {"sslmode": "verify-full", "sslrootcert": "system"}),
    ],
)
def test_another_machine_is_spoken_to_by_tls_and_known_by_its_certificate(
    host: str, options: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = database(monkeypatch, f"postgres://a:p%40ss@{host}/tabard")
    assert made["OPTIONS"] == options
    assert (made["NAME"], made["USER"], made["PASSWORD"]) == ("tabard", "a", "p@ss")


def test_what_is_told_goes_on_to_postgresql(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"sslmode": "verify-ca", "sslrootcert": "/etc/ssl/own ca.pem", "connect_timeout": "5"}
    url = "postgresql://db.example/d?sslmode=verify-ca&sslrootcert=/etc/ssl/own%20ca.pem&connect_timeout=5"
    assert database(monkeypatch, url)["OPTIONS"] == told
    own = database(monkeypatch, "postgres://db.example/d?sslrootcert=/etc/ssl/ca.pem")["OPTIONS"]
    assert own == {"sslmode": "verify-full", "sslrootcert": "/etc/ssl/ca.pem"}


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("mysql://localhost/d", "database_unknown"),
        ("sqlite:///register.db", "database_unknown"),
        ("postgres", "database_unknown"),
        ("postgres://[localhost/d", "database_unknown"),
        ("postgres://localhost:port/d", "database_unknown"),
        ("postgres://localhost/d?sslmode", "database_unknown"),
        ("postgres://localhost/d?sslmod=require", "database_option"),
        ("postgres://localhost/d?host=db.example", "database_option"),
        ("postgres://localhost/d?sslmode=on", "database_option"),
        ("postgres://localhost/d?sslmode=", "database_option"),
        ("postgres://localhost/d?connect_timeout=soon", "database_option"),
        ("postgres://db.example/d?sslmode=disable", "tls_needed"),
        ("postgres://db.example/d?sslmode=prefer", "tls_needed"),
    ],
)
def test_an_address_that_cannot_be_right_is_refused(
    url: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never SQLite instead, as if nothing had been said."""
    assert refused(monkeypatch, url) == code


@pytest.mark.parametrize("setting", ["TABARD_OIDC_ISSUER", "TABARD_ATTACHMENTS"])
def test_other_machines_are_called_by_tls_only(setting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for fine in ("", "https://there.example", "http://127.0.0.1:9000/b", "http://localhost"):
        monkeypatch.setenv(setting, fine)
        assert environment.called(setting) == fine
    monkeypatch.setenv(setting, "http://there.example")
    with pytest.raises(Refused) as refusal:
        environment.called(setting)
    assert (refusal.value.code, refusal.value.fields) == ("tls_needed", {"setting": setting})


def test_what_an_earlier_secret_locked_still_opens(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.SECRET_KEY = "old"
    kept = seals.locked("totp", "SECRET")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", environment.secrets_before()
    with pytest.raises(ValueError, match="not locked here"):
        seals.unlocked("totp", kept)
    monkeypatch.setenv("TABARD_SECRETS_BEFORE", "older,old")
    settings.SECRET_KEY_FALLBACKS = environment.secrets_before()
    assert seals.unlocked("totp", kept) == "SECRET"


def test_a_command_says_what_is_wrong_with_the_environment(tmp_path: Path) -> None:
    told = os.environ | {"TABARD_HOME": str(tmp_path), "DATABASE_URL": "mysql://localhost/d"}
    done = subprocess.run(
        [sys.executable, "-m", "tabard", "doctor"], env=told, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(message("database_unknown"))


def test_serve_refuses_the_network_without_tls(tmp_path: Path) -> None:
    with migrated(tmp_path / "home") as one:
        assert one.error("serve", "--host", "0.0.0.0", code=1).startswith(message("serve_needs_tls"))


# One page that asks no database: the language is chosen, and what the answer carries is printed.
ASK = """
import django; django.setup()
from django.test import Client
answer = Client(headers={"X-Forwarded-Proto": "https"}).get("/sign-in/?lang=ar")
print(answer.headers.get("Strict-Transport-Security"))
print(answer.cookies.output(header="").strip())
"""


def answer(home: Path, **told: str) -> list[str]:
    names = {"TABARD_HOME": str(home), "DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": "tabard.site.settings"}
    done = subprocess.run(
        [sys.executable, "-c", ASK], env=os.environ | names | told, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def test_behind_tls_all_names_below_are_tls_and_the_language_belongs_to_this_host_alone(
    tmp_path: Path,
) -> None:
    policy, cookie = answer(tmp_path, TABARD_TLS="1")
    assert policy == "max-age=31536000; includeSubDomains"
    assert cookie.startswith("__Host-tabard-language=ar;")
    assert {"HttpOnly", "Path=/", "SameSite=Lax", "Secure"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert answer(tmp_path, TABARD_TLS="1", TABARD_HSTS_SUBDOMAINS="0")[0] == "max-age=31536000"


def test_without_tls_nothing_promises_it(tmp_path: Path) -> None:
    policy, cookie = answer(tmp_path)
    assert policy == "None"
    assert cookie.startswith("django_language=ar;")
    assert "Secure" not in cookie
