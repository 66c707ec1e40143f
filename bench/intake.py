"""Taking reports in while the worker codes them and people look for them: `intake.py STORED SECONDS`, one engine.

A server and a worker of their own processes; the load client and the measuring share the machine with them."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import ready
from calling import session_of
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.db.models import Max
from knocking import Client, Found, knock, post

from tabard.access import guard, tokens
from tabard.access.actions import create_account, grant
from tabard.access.models import Account
from tabard.access.trail import console
from tabard.incidents.actions import create_collection
from tabard.incidents.models import Harm, Incident, Revision
from tabard.intake.line import backlog
from tabard.intake.models import Taken, Turn
from tabard.intake.receiving import Coming, keep_all

HERE = Path(__file__).resolve().parent
SENDERS, GROUP = 4, 5_000
COUNTRIES = "SSD AFG SOM SDN COD".split()
WORDS = "Two shots were heard at the gate of the compound; the guard saw a white car leave. " * 5
PAGES = {"review queue": "/review/", "search": "/incidents/?country=SSD&category=killed_violence"}
THREADS = {"sqlite": "48", "postgresql": "16"}
Told = dict[str, Any]


def report(number: int) -> bytes:
    """About one kilobyte: what happened in the last ten days, to whom, where, in words."""
    harm = [
        {
            "n": 1,
            "outcomes": {"died": {"holds": True}},
            "function": "driver",
            "scope": "unsms",
            "gender": "male",
        },
        {"n": 2, "outcomes": {"injured": {"holds": True}}, "scope": "ngo", "recruitment": "international"},
    ]
    day = datetime.now(UTC).date() - timedelta(days=number % 10)
    facts = {"first_day": day.isoformat(), "country": COUNTRIES[number % 5], "cause": "crime", "harm": harm}
    place = {"lat": 4.85, "lon": 31.6, "precision": "exact", "locality": f"Town {number % 30}"}
    told = {
        "collection": "own",
        "facts": facts,
        "position": place,
        "texts": {"details": f"{number}: {WORDS}"},
    }
    return json.dumps(told).encode()


def prepare(stored: int) -> list[str]:
    """Accounts with tokens, and so many reports that were taken in before; the tokens."""
    for alias in connections:
        call_command("migrate", database=alias, verbosity=0, interactive=False)
    by = console()
    create_collection(by=by, code="own", label="Own register")
    return [*_senders(by, stored)]


def _senders(by: Account, stored: int) -> Iterator[str]:
    for number in range(SENDERS):
        one = create_account(by=by, handle=f"sender{number}", password=None)
        grant(by=by, account=one, role="officer", scope="collection:own")
        yield tokens.issue(by=by, account=one, scopes=["incidents:incident:report"], lasts=timedelta(days=1))[
            0
        ]
    for first in range(0, stored, GROUP):
        some = range(first, min(first + GROUP, stored))
        keep_all([Coming(one.pk, f"old-{n}", "own", "", "application/json", report(n)) for n in some])
    _are_coded(one, stored)


def _are_coded(by: Account, stored: int) -> None:
    """The line begins behind them: what they would have become is another measurement's matter."""
    last = Turn.objects.aggregate(last=Max("pk"))["last"]
    if stored:
        with guard.lifted():
            now = datetime.now(UTC)
            Taken.objects.create(
                turn=last,
                original="0" * 26,
                received_at=now,
                by=by.pk,
                collection="own",
                state="rejected",
                at=now,
            )


@contextmanager
def serving() -> Iterator[tuple[int, Callable[[], subprocess.Popen[bytes]]]]:
    """The server's port, and how the worker is started."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    options += [
        "--blocking-threads",
        THREADS[connection.vendor],
        "--log-level",
        "error",
        "plainly:application",
    ]
    begun = [subprocess.Popen([sys.executable, "-m", "granian", *options], cwd=HERE)]
    try:
        _wait(port)

        def start_worker() -> subprocess.Popen[bytes]:
            worker = [sys.executable, "-m", "tabard", "work"]
            begun.append(subprocess.Popen(worker, stderr=subprocess.DEVNULL))
            return begun[-1]

        yield port, start_worker
    finally:
        for process in reversed(begun):
            process.terminate()
            process.wait(30)


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server does not answer")


def page(path: str, cookie: str) -> bytes:
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\nAccept-Language: en\r\nConnection: close\r\n"
    return head.encode() + b"\r\n"


def looked(port: int, path: str, cookie: str) -> float:
    """How long one page takes."""
    client = Client(port)
    client.ask(page(path, cookie))
    answer = None
    while answer is None:
        answer = client.answer()
    client.socket.close()
    if answer[9:12] != b"200":
        raise SystemExit(f"{path} answered {answer[:300]!r}")
    return time.perf_counter() - client.asked


class Looking(threading.Thread):
    """People at the review queue and the search, one request after the other with a moment between."""

    def __init__(self, port: int, cookie: str) -> None:
        super().__init__()
        self.port, self.cookie, self.over = port, cookie, threading.Event()
        self.took: dict[str, list[float]] = {name: [] for name in PAGES}

    def run(self) -> None:
        while not self.over.is_set():
            for name, path in PAGES.items():
                self.took[name].append(looked(self.port, path, self.cookie))
                self.over.wait(0.2)

    def end(self) -> dict[str, float]:
        self.over.set()
        self.join()
        return {name: round(statistics.median(took) * 1e3, 1) for name, took in self.took.items()}


class Sending:
    """Requests with keys of their own, by sender in turn."""

    def __init__(self, names: list[str]) -> None:
        self.names, self.run = names, os.urandom(4).hex()
        self.sent = 0

    def __call__(self, number: int) -> bytes:
        self.sent += 1
        bearer = f"Bearer {self.names[number % len(self.names)]}"
        key = f"{self.run}-{self.sent}"
        return post(
            "/api/v1/reports",
            report(number),
            Authorization=bearer,
            Idempotency_Key=key,
            Content_Type="application/json",
        )


def bare_commits(seconds: float) -> float:
    """Single rows of the same weight, a durable commit each, with nothing around it."""
    data, count, until = report(1), 0, time.perf_counter() + seconds
    began = time.perf_counter()
    if connection.vendor == "postgresql":
        with guard.lifted(), connection.cursor() as cursor:
            cursor.execute("CREATE TABLE bare (id serial PRIMARY KEY, body bytea)")
            while time.perf_counter() < until:
                cursor.execute("INSERT INTO bare (body) VALUES (%s)", [data])
                count += 1
            cursor.execute("DROP TABLE bare")
        return count / (time.perf_counter() - began)
    lite = sqlite3.connect(ready.HOME / "bare.db", isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        lite.execute(f"PRAGMA {pragma}")
    lite.execute("CREATE TABLE bare (id INTEGER PRIMARY KEY, body BLOB)")
    while time.perf_counter() < until:
        lite.execute("INSERT INTO bare (body) VALUES (?)", [data])
        count += 1
    lite.close()
    return count / (time.perf_counter() - began)


def coded() -> int:
    return Taken.objects.exclude(original="0" * 26).count()


def whole() -> Told:
    """Whether everything coded is whole, and in the order of its sender."""
    incidents = Incident.objects.count()
    turns = list(Taken.objects.filter(state="accepted").order_by("turn").values_list("incident", flat=True))
    # references are given in the order of coding, each country with numbers of its own
    numbers: dict[str, int] = {}
    in_order, names = True, dict(Incident.objects.values_list("pk", "reference"))
    for pk in turns:
        prefix, _, number = names[pk].rpartition("-")
        in_order &= int(number) > numbers.get(prefix, 0)
        numbers[prefix] = int(number)
    states = dict.fromkeys(Taken.objects.exclude(original="0" * 26).values_list("state", flat=True))
    return {
        "incidents": incidents,
        "whole": Revision.objects.count() == incidents == len(turns)
        and Harm.objects.count() == 2 * incidents,
        "in_order": in_order,
        "states": list(states),
    }


def measured(stored: int, seconds: float) -> Told:
    names = prepare(stored)
    cookie = _desk()
    told: Told = {
        "stored": stored,
        "engine": connection.vendor,
        "bare_commits": round(bare_commits(min(5, seconds))),
    }
    with serving() as (port, start_worker):
        send = Sending(names)
        knock(port, 8, 1, send)  # warm
        row = page(f"/one-row/{console().pk}/", cookie).replace(b"Connection: close\r\n", b"")
        told["plain"] = knock(port, 8, min(5, seconds), lambda _: row, good=b"200").told()
        told["alone"] = knock(port, 32, min(10, seconds), send).told()
        worker = start_worker()
        _drained(told)
        for clients in (1, 8):
            told[f"clients_{clients}"] = knock(port, clients, min(10, seconds), send).told()
        told["clients_32"] = _together(told, port, cookie, send, seconds)
        worker.terminate()
        worker.wait()
        told["quiet"] = {  # of the same rows, when nothing comes in and nothing is coded
            name: round(statistics.median(looked(port, path, cookie) for _ in range(20)) * 1e3, 1)
            for name, path in PAGES.items()
        }
    told["checked"] = whole()
    return told


def _desk() -> str:
    """The cookie of somebody at the desk."""
    by = console()
    account = create_account(by=by, handle="desk", password=None)
    grant(by=by, account=account, role="desk", scope="collection:own")
    with transaction.atomic(), guard.lifted():
        return session_of(account)


def _drained(told: Told) -> None:
    """The worker by itself: how many it codes in a second of what has come so far."""
    while not coded():
        time.sleep(0.05)
    before, began = coded(), time.perf_counter()
    while backlog().count and time.perf_counter() - began < 30:
        time.sleep(0.2)
    told["coded_alone"] = round((coded() - before) / (time.perf_counter() - began))
    while backlog().count:
        time.sleep(0.2)


def _together(told: Told, port: int, cookie: str, send: Sending, seconds: float) -> Told:
    looking, before = Looking(port, cookie), coded()
    looking.start()
    found: Found = knock(port, 32, seconds, send)
    told["coded_meanwhile"] = round((coded() - before) / found.seconds)
    line = backlog()
    told["backlog"] = {"count": line.count, "age": round(line.age(datetime.now(UTC)), 1)}
    told["busy"] = looking.end()
    return found.told()


if __name__ == "__main__":
    print(json.dumps(measured(int(sys.argv[1]), float(sys.argv[2]))))  # noqa: T201
