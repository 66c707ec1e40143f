"""Databases of our own on a PostgreSQL that answers, dropped afterwards. None answers: those parts are left out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg

# The role that `.ci/run` makes; it may create databases.
GATE = "postgres://tabard_ci:tabard_ci@127.0.0.1:5432/tabard_ci"


def server() -> str:
    """The address of a server that lets us make a database; empty where there is none."""
    for address in filter(None, (os.environ.get("DATABASE_URL"), GATE)):
        try:
            with psycopg.connect(address, connect_timeout=3) as connection:
                row = connection.execute(
                    "SELECT rolcreatedb FROM pg_roles WHERE rolname = current_user"
                ).fetchone()
        except psycopg.Error:
            continue
        if row and row[0]:
            return address
    return ""


@contextmanager
def database(address: str, number: int = 0) -> Iterator[str]:
    """A new, empty database."""
    name = f"tabard_bench_{os.getpid()}_{number}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield urlunsplit(urlsplit(address)._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def databases(address: str, count: int) -> Iterator[list[str]]:
    """Several of them."""
    with ExitStack() as stack:
        yield [stack.enter_context(database(address, number)) for number in range(count)]


def empty(address: str) -> None:
    """Everything gone from one of our databases."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")


def version(address: str) -> str:
    """The server's version."""
    with psycopg.connect(address) as connection:
        row = connection.execute("SHOW server_version").fetchone()
    return str(row[0]).split()[0] if row else ""
