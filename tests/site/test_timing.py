"""How long an answer takes says nothing of what is hidden: the same statements always, and the same time at length.

Hidden and absent, an account that exists and one that does not, a wrong token and an unknown one: pairs of requests
in random order, compared by the rank-sum test of Mann and Whitney."""

from __future__ import annotations

import math
import random
import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from api.conftest import Machine, token_of
from cast import Cast, World
from cast import cast as cast
from cast import world as world
from tabard.access.actions import create_account

pytestmark = pytest.mark.django_db(databases="__all__")
PAIRS = 1_100
LEAST = 0.01
ABSENT = "SSD-2019-9999"
LITERAL = re.compile(r"'(?:[^']|'')*'|\bs\d+_x\d+\b|\b\d+(?:\.\d+)?\b")  # values, and names of savepoints
Ask = Callable[[], Any]


def mann_whitney(first: list[float], second: list[float]) -> float:
    """The two-sided p of the rank-sum test, by the normal approximation with ties (Mann and Whitney 1947)."""
    ranked = sorted([(value, 0) for value in first] + [(value, 1) for value in second])
    ranks, ties, at, total = 0.0, 0.0, 0, len(ranked)
    while at < total:
        end = at
        while end < total and ranked[end][0] == ranked[at][0]:
            end += 1
        same = end - at
        ties += same**3 - same
        ranks += sum(side == 0 for _, side in ranked[at:end]) * (at + 1 + end) / 2
        at = end
    n, m = len(first), len(second)
    u = ranks - n * (n + 1) / 2
    spread = math.sqrt(n * m / 12 * ((total + 1) - ties / (total * (total - 1))))
    return math.erfc(abs(u - n * m / 2) / spread / math.sqrt(2)) if spread else 1.0


def test_the_test_itself() -> None:
    """Against values worked out by hand and a difference that is there."""
    assert mann_whitney([1, 2, 3], [4, 5, 6]) == pytest.approx(
        0.0495, abs=1e-4
    )  # u 0, mean 4.5, spread 2.291
    assert mann_whitney([1, 1], [1, 1]) == 1.0
    chance = random.Random(1)
    same, other = ([chance.gauss(5, 1) for _ in range(1_000)] for _ in range(2))
    assert mann_whitney(same, other) > LEAST
    assert mann_whitney(same, [value + 0.2 for value in other]) < LEAST


class Both:
    """Pairs of requests: one about what is hidden, one about what is not there."""

    def __init__(self, cast: Cast, world: World) -> None:
        page, self.stranger = Client(), Client()
        page.force_login(cast.joseph)
        machine, nobody = Machine(token_of(cast.joseph)), Machine()
        create_account(by=cast.console, handle="leila", password="a long phrase of a test")
        hidden = world.incident.reference
        given = token_of(cast.joseph)
        wrong, unknown = given[:-1] + ("A" if given[-1] != "A" else "B"), "tbd_" + "x" * 43
        self.pairs: dict[str, tuple[Ask, Ask]] = {
            "page": (
                lambda: page.get(f"/incidents/{hidden}/"),
                lambda: page.get(f"/incidents/{ABSENT}/"),
            ),
            "flash": (
                lambda: page.get(f"/incidents/{hidden}/flash/"),
                lambda: page.get(f"/incidents/{ABSENT}/flash/"),
            ),
            "list": (
                lambda: page.get(f"/incidents/?reference={hidden}"),
                lambda: page.get(f"/incidents/?reference={ABSENT}"),
            ),
            "search": (
                lambda: page.post("/incidents/find/", {"wanted": hidden}),
                lambda: page.post("/incidents/find/", {"wanted": ABSENT}),
            ),
            "api": (
                lambda: machine.get(f"/incidents/{hidden}"),
                lambda: machine.get(f"/incidents/{ABSENT}"),
            ),
            "api list": (
                lambda: machine.get(f"/incidents?reference={hidden}"),
                lambda: machine.get(f"/incidents?reference={ABSENT}"),
            ),
            "token": (
                lambda: nobody.get("/incidents", Authorization=f"Bearer {wrong}"),
                lambda: nobody.get("/incidents", Authorization=f"Bearer {unknown}"),
            ),
            "sign in": (lambda: self.sign_in("leila"), lambda: self.sign_in("nobody")),
        }

    def sign_in(self, handle: str) -> Any:
        return self.stranger.post("/sign-in/", {"handle": handle, "password": "wrong"})


NAMES = ("page", "flash", "list", "search", "api", "api list", "token", "sign in")


@pytest.fixture
def both(cast: Cast, world: World, monkeypatch: pytest.MonkeyPatch) -> Both:
    """Passwords cost little here, or a thousand of them would take the day; nobody waits, nobody is throttled."""
    monkeypatch.setattr("django.contrib.auth.hashers.PBKDF2PasswordHasher.iterations", 2_000)
    monkeypatch.setattr("tabard.access.attempts.left", lambda *_: timedelta(0))
    monkeypatch.setattr("tabard.api.signin.TokenRate.allow_request", lambda *_: True)
    return Both(cast, world)


def statements(ask: Ask) -> list[str]:
    """What an answer asks the databases, without the values."""
    found: list[str] = []
    for alias in connections:
        with CaptureQueriesContext(connections[alias]) as caught:
            ask()
        found += [LITERAL.sub("?", each["sql"]) for each in caught.captured_queries]
    return found


@pytest.mark.parametrize("name", NAMES)
def test_both_take_the_same_statements(name: str, both: Both) -> None:
    hidden, absent = both.pairs[name]
    for ask in (hidden, absent):
        ask()  # what is looked up once and kept
    found, wanted = statements(hidden), statements(absent)
    assert found == wanted
    assert found


@pytest.mark.prove
@pytest.mark.parametrize("name", NAMES)
def test_both_take_the_same_time(name: str, both: Both) -> None:
    """Over a thousand pairs, each pair in random order, so that whatever else happens meets both alike."""
    times: tuple[list[float], list[float]] = ([], [])
    order = random.Random(name)
    for number in range(PAIRS + 50):
        for side in order.sample((0, 1), 2):
            began = time.perf_counter()
            both.pairs[name][side]()
            if number >= 50:
                times[side].append(time.perf_counter() - began)
    p = mann_whitney(*times)
    middle = [sorted(each)[PAIRS // 2] * 1_000 for each in times]
    print(f"{name}: {PAIRS} pairs, medians {middle[0]:.3f} and {middle[1]:.3f} ms, p = {p:.3f}")  # noqa: T201
    assert p >= LEAST
