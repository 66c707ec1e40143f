"""A cast with tokens, and a client that speaks to the API as a machine does."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections, transaction
from django.http import HttpResponse
from django.test import Client

from cast import cast as cast
from cast import world as world
from tabard.access import policy, tokens
from tabard.access.models import Account
from tabard.access.permissions import Permission

BASE = "/api/v1"


def token_of(account: Account, *scopes: str) -> str:
    """A token that may do all that its account may, or only what is named."""
    held = [p.value for p in Permission if p not in policy.OWN and policy.may_somewhere(account, p)]
    raw, _ = tokens.issue(
        by=account, account=account, scopes=scopes or held, lasts=timedelta(days=1), label="test"
    )
    return raw


@dataclass
class Machine:
    """A client with a token."""

    token: str = ""

    def __post_init__(self) -> None:
        self.client = Client(raise_request_exception=False)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        """One request; a body is sent as JSON unless it is bytes. A header given as "" is left out."""
        if method == "POST" and "Idempotency_Key" not in headers:
            headers["Idempotency_Key"] = uuid4().hex
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        named = {f"HTTP_{name.upper()}": text for name, text in headers.items() if text and name != "kind"}
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        kind = headers.get("kind", "application/json")
        address = path if path.startswith("/api") else BASE + path
        response = self.client.generic(method, address, data, content_type=kind, **named)
        if response.streaming:
            response.body = b"".join(response.streaming_content)
        return response

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.send("POST", path, body, **headers)


@contextmanager
def undone() -> Iterator[None]:
    """What is done inside never was, in any file."""
    with ExitStack() as stack:
        for alias in connections:
            stack.enter_context(transaction.atomic(using=alias))
        yield
        for alias in connections:
            transaction.set_rollback(True, using=alias)


@pytest.fixture
def machine() -> Callable[..., Machine]:
    """A machine for an account; without one, a stranger's."""

    def made(account: Account | None = None, *scopes: str) -> Machine:
        return Machine(token_of(account, *scopes) if account else "")

    return made
