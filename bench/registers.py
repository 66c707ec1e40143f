"""Several made registers in one process, and the accounts that ask them."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from urllib.parse import urlsplit

import ready  # noqa: F401
from django.db import connection

from tabard.access import actions
from tabard.access.models import Account
from tabard.access.trail import console
from tabard.incidents.models import Incident


def choose(where: str) -> None:
    """Point the application at a register: a home folder, or the address of a PostgreSQL."""
    connection.close()
    address = where.startswith("postgres")
    connection.settings_dict["NAME"] = (
        urlsplit(where).path.lstrip("/") if address else str(Path(where) / "register.db")
    )


def registers(homes: list[str]) -> list[str]:
    """A short name for each."""
    return [f"{home_size(home)}" for home in homes]


def home_size(home: str) -> int:
    """How many incidents lie there."""
    choose(home)
    return count()


def count() -> int:
    """How many incidents the chosen register holds."""
    return Incident.objects.count()


def reader(organisation: str) -> Account:
    """An account that works at the security desk of one organisation, and sees nothing else."""
    return account("desk", f"org:{organisation}")


def account(role: str, scope: str) -> Account:
    """An account with one role; made at first use."""
    handle = f"{role}-{scope[-6:]}".replace("*", "all").replace(":", "-")
    found = Account.objects.filter(handle=handle).first()
    if found is None:
        found = actions.create_account(by=console(), handle=handle, password=None)
        actions.grant(by=console(), account=found, role=role, scope=scope)
    return found


def weight(home: str) -> dict[str, int]:
    """What each table and its indexes weigh on disk, in MiB; the heaviest first. SQLite only."""
    with sqlite3.connect(Path(home) / "register.db") as lite:
        rows = lite.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC").fetchall()
    return {name: size >> 20 for name, size in rows if size >> 20}
