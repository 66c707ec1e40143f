"""How long an answer takes says nothing of what is hidden: the same bytes, the same statements, and the same time.

Hidden and absent, an account that exists and one that does not, a wrong token and an unknown one: pairs of requests
(`tests/pairs.py`), each begun in random order right after the other, so that whatever else happens on the machine
meets both alike. A pair is kept a pair: the differences within pairs are ranked by the signed-rank test of Wilcoxon.

Two clocks are read: the wall's, which is what whoever asks can see, and the processor's, which other work on the
machine disturbs far less, so that a difference too small for the first is found by the second.

All addresses and both clocks are one family of comparisons. A difference is found where Holm's procedure finds any
at p < 0.01, which is where the least p is below 0.01 divided by the number of comparisons: so where nothing differs
anywhere, the whole family fails in one run of a hundred, however many addresses there are."""

from __future__ import annotations

import gc
import math
import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import timedelta
from itertools import groupby
from operator import sub
from statistics import median
from typing import Any

import pytest
from django.db import connections
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from api.conftest import undone
from cast import Cast
from cast import cast as cast
from pairs import OF_THE_API, Ask, Pair, pairs
from tabard.api.service import service
from tabard.incidents import queries
from tabard.incidents.models import Incident

pytestmark = pytest.mark.django_db(databases="__all__")
PAIRS = 1_000
WARM = 50
LEAST = 0.01  # of the whole family
LEAK = 200e-6  # seconds: the least difference that must be found
CLOCKS = {"wall": time.perf_counter, "processor": time.thread_time}
# Lists that every administrator reads whole, whatever the scope: no record of anybody's.
READ_BY_ALL = ("GET /admin/organisations/{org}/", "GET /admin/words/{word}/")
# One address of each kind: what else there is takes the same statements by the same functions.
TIMED = (
    "GET /incidents/{ref}/",
    "GET /incidents/{ref}/flash/",
    "POST /incidents/{own}/untell/ told={told}",
    "POST /incidents/find/ wanted={ref}",
    "GET /incidents/?reference={ref}",
    "GET /incidents/received/{report}/",
    "GET /review/acts/{act}/",
    "POST /filters/{kept}/ do=subscribe",
    "GET /attachments/{file}/",
    "GET /imports/{batch}/rows/{number}/",
    "GET /admin/accounts/{account}/",
    "POST /account/tokens/{token}/revoke/",
    "GET /figures/annex-4/fatalities/{year}/",
    "api GET /incidents/{ref}",
    "api GET /incidents?reference={ref}",
    "api POST /incidents/{ref}/revisions",
    "api GET /incidents/{ref}/revisions",
    "api GET /incidents/{ref}/told",
    "api GET /incidents/{ref}/flash?level=public",
    "api GET /incidents/{ref}/attachments",
    "api GET /attachments/{file}",
    "api GET /exports/json?reference={ref}",
    "api GET /batches/{batch}/rows/{number}",
    "api GET /reports/{report}",
    "api POST /incidents/{own}/decisions",
    "api POST /needs/{own_need}",
    "sign in",
    "token",
)
# Whoever sees everything is refused here too: what is another person's own, or belongs to another incident.
NOBODYS = {
    "GET /incidents/received/{report}/",
    "POST /incidents/{own}/untell/ told={told}",
    "POST /account/tokens/{token}/revoke/",
    "api GET /reports/{report}",
    "api POST /needs/{own_need}",
    "sign in",
    "token",
}
NOT_FROZEN = {
    "GET /figures/annex-4/fatalities/{year}/"
}  # SQLite's freeze reads what is committed: here nothing
# Values, names of savepoints, and every thing by its name: what may differ between the two.
LITERAL = re.compile(r"'(?:[^']|'')*'|\bs\d+_x\d+\b|\b\d+(?:\.\d+)?\b|_django_curs_\w+")
ASKED = re.compile(
    r'\d+\s+(?:seconds?|minutes?)|\d\d:\d\d(?::\d\d)?|name="(?:csrfmiddlewaretoken|key)" value="\w+"'
    r"|[0-9A-Z]{26}|SSD-2019-\d{4}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b(?:2018|2019|9999|1)\b"
)


def signed_rank(differences: Sequence[float]) -> float:
    """The two-sided p that the differences within pairs lie around nothing (Wilcoxon 1945), by the normal
    approximation with ties; pairs without a difference say nothing and are left out."""
    ranked = sorted((each for each in differences if each), key=abs)
    n, positive, spread, at = len(ranked), 0.0, 0.0, 0
    for _, tied in groupby(ranked, key=abs):
        same = list(tied)
        rank = at + (len(same) + 1) / 2
        positive += rank * sum(each > 0 for each in same)
        spread += rank * rank * len(same)
        at += len(same)
    return math.erfc(abs(positive - n * (n + 1) / 4) / math.sqrt(spread / 4) / math.sqrt(2)) if n else 1.0


def found_by_holm(ps: dict[str, float]) -> dict[str, float]:
    """The comparisons of a family whose difference is found, so that none is found by chance in 99 runs of 100."""
    found: dict[str, float] = {}
    for rank, (name, p) in enumerate(sorted(ps.items(), key=lambda each: each[1])):
        if p >= LEAST / (len(ps) - rank):
            break
        found[name] = p
    return found


def longer(pair: Pair, chance: random.Random) -> dict[str, list[float]]:
    """Of a thousand pairs, how much longer the hidden one took, by each clock."""
    found: dict[str, list[float]] = {clock: [] for clock in CLOCKS}
    asks = (pair.hidden, pair.absent)
    gc.collect()
    for number in range(WARM + PAIRS):
        took: list[dict[str, float]] = [{}, {}]
        for side in chance.sample((0, 1), 2):
            began = [read() for read in CLOCKS.values()]
            asks[side]()
            ended = [read() for read in CLOCKS.values()]
            took[side] = dict(zip(CLOCKS, map(sub, ended, began), strict=True))
        if number >= WARM:
            for clock, differences in found.items():
                differences.append(took[0][clock] - took[1][clock])
    return found


def test_the_signed_rank_test_itself() -> None:
    """Against values worked out by hand: sum 0 of 1 + … + 6, mean 10.5, spread √22.75; ties share their rank."""
    assert signed_rank([-1, -2, -3, -4, -5, -6]) == pytest.approx(0.02771, abs=1e-5)
    assert signed_rank([1, -2, 3, -4]) == pytest.approx(0.71500, abs=1e-5)  # sum 4, mean 5, spread √7.5
    assert signed_rank([1, 1, -1]) == pytest.approx(
        0.56370, abs=1e-5
    )  # ranks 2, 2, 2: sum 4, mean 3, spread √3
    assert signed_rank([0, 0]) == 1.0


def noise(chance: random.Random) -> float:
    """How a busy machine takes longer: half a millisecond now and then, thirty at times."""
    return chance.gauss(0, 300e-6) + (chance.expovariate(1 / 30e-3) if chance.random() < 0.03 else 0)


def test_a_leak_is_found_and_chance_is_not() -> None:
    """With the noise of a busy machine, in families as large as the one that is timed."""
    chance, size = random.Random(7), len(TIMED) * len(CLOCKS)

    def family(leak: float) -> dict[str, float]:
        def differences(more: float) -> list[float]:
            return [noise(chance) + more - noise(chance) for _ in range(PAIRS)]

        return {str(n): signed_rank(differences(leak if n == 0 else 0.0)) for n in range(size)}

    assert found_by_holm(family(LEAK)).keys() == {"0"}
    assert [found_by_holm(family(0.0)) for _ in range(3)] == [{}, {}, {}]


def test_a_family_fails_as_seldom_as_it_says() -> None:
    """Where nothing differs, every p is as likely as any other: of 4,000 families some 40 fail."""
    chance = random.Random(11)
    families = ({str(n): chance.random() for n in range(len(TIMED) * 2)} for _ in range(4_000))
    assert 20 <= sum(bool(found_by_holm(each)) for each in families) <= 60


@pytest.fixture
def all_pairs(cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, Pair]:
    """Passwords cost little here, or a thousand of them would take the day; nobody waits, nobody is throttled."""
    settings.OIDC = {}
    monkeypatch.setattr("django.contrib.auth.hashers.PBKDF2PasswordHasher.iterations", 2_000)
    monkeypatch.setattr("tabard.access.attempts.left", lambda *_: timedelta(0))
    monkeypatch.setattr("tabard.api.signin.TokenRate.allow_request", lambda *_: True)
    return {name: pair for name, pair in pairs(cast).items() if name not in READ_BY_ALL}


def test_every_operation_about_one_thing_has_its_pair() -> None:
    """Those of the API; the pages come from their table."""
    asked = {_shape(call) for call, _ in OF_THE_API}
    wanted = {
        _shape(f"{method.upper()} {path.removeprefix('/api/v1')}")
        for path, operations in service.get_openapi_schema()["paths"].items()
        for method in operations
        if "{" in path and not path.startswith(("/api/v1/words/", "/api/v1/tables/", "/api/v1/exports/"))
    }
    assert len(wanted) > 20
    assert wanted <= asked, wanted - asked


def _shape(call: str) -> str:
    return re.sub(r"\{[^}]*\}|/1\b", "{}", call.split("?")[0])


def said(answer: HttpResponse) -> tuple[int, str, dict[str, str]]:
    """Status, text and headers without what was asked for, nor what every page makes anew."""
    headers = {name: ASKED.sub("", text) for name, text in answer.headers.items() if name != "Content-Length"}
    headers.pop("Content-Security-Policy", None)
    return answer.status_code, ASKED.sub("", answer.content.decode("utf-8", "replace")), headers


def statements(ask: Ask) -> list[str]:
    """What an answer asks the databases, without the values."""
    with ExitStack() as stack:
        caught = [
            stack.enter_context(CaptureQueriesContext(connections[alias])) for alias in sorted(connections)
        ]
        ask()
    return [LITERAL.sub("?", each["sql"]) for one in caught for each in one.captured_queries]


def of_both(pair: Pair, ask: Callable[[Ask], object]) -> Iterator[object]:
    """Nothing that is asked stays done."""
    for each in (pair.hidden, pair.absent):
        with undone():
            yield ask(each)


def test_both_say_the_same_after_the_same_statements(all_pairs: dict[str, Pair]) -> None:
    different: dict[str, object] = {}
    for name, pair in all_pairs.items():
        list(of_both(pair, lambda ask: ask()))  # what is looked up once and kept
        for hidden, absent in (
            tuple(of_both(pair, lambda ask: said(ask()))),
            tuple(of_both(pair, statements)),
        ):
            if hidden != absent:
                different[name] = (hidden, absent)
    assert different == {}
    assert all_pairs.keys() >= set(TIMED)


def test_what_is_called_hidden_is_there(cast: Cast, settings: Any) -> None:
    """Or the pairs would compare nothing with nothing: whoever sees all is answered otherwise."""
    settings.OIDC = {}
    seen = pairs(cast, scope="*")
    alike = {name for name in TIMED if _alike(seen[name])}
    assert alike - NOT_FROZEN == NOBODYS


def _alike(pair: Pair) -> bool:
    first, second = of_both(pair, lambda ask: said(ask()))
    return first == second


@pytest.mark.prove
def test_both_take_the_same_time(all_pairs: dict[str, Pair]) -> None:
    found: dict[str, float] = {}
    for name in TIMED:
        for clock, differences in longer(all_pairs[name], random.Random(name)).items():
            p = found[f"{name} by the {clock}"] = signed_rank(differences)
            middle = median(differences) * 1e6
            print(f"{name} by the {clock}: {PAIRS} pairs, median {middle:+.1f} µs, p = {p:.4f}")  # noqa: T201
    assert found_by_holm(found) == {}


@pytest.mark.prove
@pytest.mark.parametrize("name", ["GET /incidents/{ref}/", "api GET /incidents/{ref}"])
def test_a_planted_leak_is_found(
    name: str, all_pairs: dict[str, Pair], monkeypatch: pytest.MonkeyPatch
) -> None:
    """200 µs more where the incident is there, on this machine as it is, held to the measure of the whole family."""
    find, hidden = queries.find, set(Incident.objects.values_list("reference", flat=True))

    def leaking(actor: Any, reference: str) -> Any:
        until = time.perf_counter() + (LEAK if reference in hidden else 0)
        while time.perf_counter() < until:
            pass
        return find(actor, reference)

    monkeypatch.setattr(queries, "find", leaking)
    found = {clock: signed_rank(each) for clock, each in longer(all_pairs[name], random.Random(name)).items()}
    print(f"{name}: 200 µs planted, p = {found}")  # noqa: T201
    assert min(found.values()) < LEAST / (len(TIMED) * len(CLOCKS))
