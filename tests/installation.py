"""An installation of its own for a test: an empty home, on PostgreSQL an empty database too; driven by commands."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tabard.rules.ids import ulid

SERVER = os.environ.get("DATABASE_URL", "")


@dataclass(frozen=True)
class Installation:
    """A home folder and the address of its database (empty for SQLite)."""

    home: Path
    database: str = ""

    def run(self, *arguments: str | Path, code: int = 0) -> str:
        """Run `tabard …`; its standard output. Anything but the expected exit code fails the test."""
        return self._done(code, *arguments).stdout

    def error(self, *arguments: str | Path, code: int) -> str:
        """Run what must be refused; what it says on standard error."""
        return self._done(code, *arguments).stderr

    def _done(self, code: int, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"TABARD_HOME": str(self.home), "DATABASE_URL": self.database}
        command = [sys.executable, "-m", "tabard", *map(str, arguments)]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
        return done

    def json(self, *arguments: str | Path, code: int = 0) -> Any:
        """Run with `--json`; the value printed."""
        return json.loads(self.run(*arguments, "--json", code=code))


@contextmanager
def installation(home: Path, template: str = "") -> Iterator[Installation]:
    """A new, empty installation on the engine that this run tests; on PostgreSQL a copy of the database named."""
    home.mkdir(parents=True, exist_ok=True)
    if not SERVER:
        yield Installation(home)
        return
    name = f"tabard_{ulid().lower()}"
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template or "template1"}"')
        try:
            yield Installation(home, urlunsplit(urlsplit(SERVER)._replace(path=f"/{name}")))
        finally:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def migrated(home: Path) -> Iterator[Installation]:
    """The same with all tables: a copy of one that was migrated once."""
    first = _first()
    shutil.copytree(first.home, home, dirs_exist_ok=True)
    with installation(home, urlsplit(first.database).path.lstrip("/")) as new:
        yield new


@cache
def _first() -> Installation:
    """Made when first asked for, gone when the tests end."""
    kept = ExitStack()
    atexit.register(kept.close)
    home = Path(kept.enter_context(tempfile.TemporaryDirectory(prefix="tabard-migrated-")))
    made = kept.enter_context(installation(home))
    made.run("migrate")
    return made
