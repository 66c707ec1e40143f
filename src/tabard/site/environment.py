"""What the environment says: where the data lives, which engine holds it, and the secret key."""

from __future__ import annotations

import ipaddress
import os
import secrets
import stat
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tabard.rules.refusals import Refused

SQLITE_START = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;"
)

# What may stand behind the question mark of DATABASE_URL: names of libpq, and none by which it goes elsewhere.
DATABASE_OPTIONS = frozenset(
    ("sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl", "channel_binding", "connect_timeout")
)
TLS_MODES = ("require", "verify-ca", "verify-full")
PLAIN_MODES = ("disable", "allow", "prefer")


def home() -> Path:
    """The folder of databases, snapshots and uploads (TABARD_HOME, else ./tabard-data), made if absent."""
    path = Path(os.environ.get("TABARD_HOME", "tabard-data")).resolve()
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    _close_to_others(path)
    (path / "static").mkdir(exist_ok=True)
    return path


def _close_to_others(path: Path) -> None:
    """Nobody else may look into the folder; one that is not Tabard's own, such as a shared one, stays as it is."""
    state = path.stat()
    ours = state.st_uid == os.geteuid() and not state.st_mode & stat.S_ISVTX
    used = any((path / name).exists() for name in ("secret.key", "register.db"))
    if ours and state.st_mode & 0o077 and (used or not any(path.iterdir())):
        path.chmod(0o700)


def secret(folder: Path) -> str:
    """TABARD_SECRET, else a key made once and kept in the home folder, readable by its owner only."""
    given = os.environ.get("TABARD_SECRET")
    if given:
        return given
    path = folder / "secret.key"
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(handle, "w") as out:
            out.write(secrets.token_urlsafe(50))
    return path.read_text()


def secrets_before() -> list[str]:
    """TABARD_SECRETS_BEFORE: secrets of earlier, with commas. They open what was locked or signed, and lock nothing."""
    return [text for text in os.environ.get("TABARD_SECRETS_BEFORE", "").split(",") if text]


def databases(folder: Path) -> dict[str, dict[str, Any]]:
    """Django's DATABASES: two SQLite files by default, or one PostgreSQL from DATABASE_URL."""
    url = os.environ.get("DATABASE_URL", "")
    if url:
        return {"default": _postgres(url)}
    return {"default": _sqlite(folder / "register.db"), "intake": _sqlite(folder / "intake.db")}


def _sqlite(path: Path) -> dict[str, Any]:
    options = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": SQLITE_START}
    test = {"NAME": str(path.with_name(f"test-{path.name}"))}
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path), "OPTIONS": options, "TEST": test}


def _postgres(url: str) -> dict[str, Any]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    except ValueError:
        raise Refused("database_unknown") from None
    if parts.scheme not in ("postgres", "postgresql") or parts.fragment:
        raise Refused("database_unknown")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(host),
        "PORT": str(port or ""),
        "OPTIONS": _connecting(options, near=is_near(unquote(host))),
        "CONN_MAX_AGE": 60,
    }


def _connecting(options: dict[str, str], *, near: bool) -> dict[str, str]:
    """What PostgreSQL's client is told. To another machine it speaks TLS, and unless told otherwise only to a server
    whose certificate the system's own authorities vouch for."""
    if not options.keys() <= DATABASE_OPTIONS or not all(options.values()):
        raise Refused("database_option")
    mode = options.get("sslmode", "prefer" if near else "verify-full")
    if mode not in (TLS_MODES + PLAIN_MODES) or not options.get("connect_timeout", "1").isdecimal():
        raise Refused("database_option")
    if not near and mode in PLAIN_MODES:
        raise Refused("tls_needed", setting="DATABASE_URL")
    return options if near or mode != "verify-full" else {"sslmode": mode, "sslrootcert": "system"} | options


def is_near(host: str) -> bool:
    """Whether what is sent to a host stays on this machine: a socket, or an address of loopback."""
    if host in ("", "localhost") or host.startswith("/"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def called(setting: str) -> str:
    """The address in a setting that this installation calls; one of another machine without TLS is refused."""
    told = os.environ.get(setting, "")
    try:
        fine = not told or is_encrypted(told)
    except ValueError:
        raise Refused("bad_value", field=setting) from None
    if not fine:
        raise Refused("tls_needed", setting=setting)
    return told


def is_encrypted(address: str) -> bool:
    """Whether nobody between here and there can read what is sent to an address of the web."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and is_near(parts.hostname or "-"))


def provider_of_sign_ins() -> dict[str, str]:
    """TABARD_OIDC_ISSUER, _CLIENT_ID, _CLIENT_SECRET, _NAME and _CREATE (1: unknown persons get an account without
    any role); empty, and no such way to sign in, unless the first two are there."""
    names = ("issuer", "client_id", "client_secret", "name", "create")
    told = {name: os.environ.get(f"TABARD_OIDC_{name.upper()}", "") for name in names}
    told["issuer"] = called("TABARD_OIDC_ISSUER")
    return told if told["issuer"] and told["client_id"] else {}
