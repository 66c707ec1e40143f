"""What the environment says: where the data lives, which engine holds it, and the secret key."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

SQLITE_START = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;"
)


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


def databases(folder: Path) -> dict[str, dict[str, Any]]:
    """Django's DATABASES: two SQLite files by default, or one PostgreSQL from DATABASE_URL."""
    url = os.environ.get("DATABASE_URL", "")
    if url.startswith(("postgres://", "postgresql://")):
        return {"default": _postgres(url)}
    return {"default": _sqlite(folder / "register.db"), "intake": _sqlite(folder / "intake.db")}


def _sqlite(path: Path) -> dict[str, Any]:
    options = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": SQLITE_START}
    test = {"NAME": str(path.with_name(f"test-{path.name}"))}
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path), "OPTIONS": options, "TEST": test}


def _postgres(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
    }


def provider_of_sign_ins() -> dict[str, str]:
    """TABARD_OIDC_ISSUER, _CLIENT_ID, _CLIENT_SECRET, _NAME and _CREATE (1: unknown persons get an account without
    any role); empty, and no such way to sign in, unless the first two are there."""
    names = ("issuer", "client_id", "client_secret", "name", "create")
    told = {name: os.environ.get(f"TABARD_OIDC_{name.upper()}", "") for name in names}
    return told if told["issuer"] and told["client_id"] else {}
