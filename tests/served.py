"""A web server and a worker of an installation, each a process that a test may kill; clients that do not give up."""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from installation import Installation

PATIENCE = 240.0
PREPARE = """
import django; django.setup()
from datetime import timedelta
from tabard.access import tokens
from tabard.access.actions import create_account, grant
from tabard.access.trail import console
from tabard.incidents.actions import create_collection
by = console()
create_collection(by=by, code="own", label="Own register")
for n in range({senders}):
    one = create_account(by=by, handle=f"sender{{n}}", password=None)
    grant(by=by, account=one, role="officer", scope="collection:own")
    raw, _ = tokens.issue(
        by=by, account=one, scopes=["incidents:incident:report"], lasts=timedelta(days=1)
    )
    print(one.pk, raw)
"""


def environment(made: Installation) -> dict[str, str]:
    """As `Installation.run` has it."""
    named = {"TABARD_HOME": str(made.home), "DATABASE_URL": made.database}
    return os.environ | named | {"DJANGO_SETTINGS_MODULE": "tabard.site.settings"}


def python(made: Installation, script: str) -> str:
    """Run a script inside an installation; what it prints."""
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, env=environment(made), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def senders(made: Installation, number: int) -> list[tuple[str, str]]:
    """Accounts that may report, each with its token."""
    lines = python(made, PREPARE.format(senders=number)).splitlines()
    return [(pk, raw) for pk, raw in (line.split() for line in lines)]


@dataclass
class Served:
    """The two processes; each is started again after it was killed."""

    made: Installation
    port: int
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, which: str) -> None:
        granian = (
            "-m granian --interface wsgi --host 127.0.0.1 --workers 1 --blocking-threads 16 --log-level error"
        )
        commands = {
            "web": [*granian.split(), "--port", str(self.port), "tabard.site.wsgi:application"],
            "worker": ["-m", "tabard", "work"],
        }
        self.running[which] = subprocess.Popen(
            [sys.executable, *commands[which]],
            env=environment(self.made),
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self, which: str) -> None:
        """Without a warning, with all that it started."""
        process = self.running[which]
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextmanager
def served(made: Installation) -> Iterator[Served]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    both = Served(made, port)
    for which in ("web", "worker"):
        both.start(which)
    try:
        yield both
    finally:
        for which in both.running:
            both.kill(which)


def body(key: str) -> bytes:
    """One killed, two hurt, with words and a place of its own."""
    harm = [
        {"n": 1, "outcomes": {"died": {"holds": True}}, "function": "driver"},
        {"n": 2, "outcomes": {"injured": {"holds": True}}},
    ]
    told = {
        "collection": "own",
        "facts": {"first_day": "2026-11-20", "country": "SSD", "harm": harm},
        "position": {"lat": 4.85, "lon": 31.6, "precision": "exact", "locality": f"At {key}"},
        "texts": {"details": f"Words of {key}."},
    }
    return json.dumps(told).encode()


@dataclass
class Client:
    """Sends its reports one after the other, each again and again until it is acknowledged."""

    port: int
    token: str
    keys: Sequence[str]
    acknowledged: dict[str, str] = field(default_factory=dict)
    odd: list[str] = field(default_factory=list)
    tries: int = 0

    def run(self) -> None:
        until = time.monotonic() + PATIENCE
        connection: http.client.HTTPConnection | None = None
        for key in self.keys:
            while key not in self.acknowledged and time.monotonic() < until:
                try:
                    connection = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
                    self._try(connection, key)
                except (OSError, http.client.HTTPException):
                    if connection:
                        connection.close()
                    connection = None
                    time.sleep(0.05)
        if connection:
            connection.close()

    def _try(self, connection: http.client.HTTPConnection, key: str) -> None:
        self.tries += 1
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key}
        headers["Content-Type"] = "application/json"
        connection.request("POST", "/api/v1/reports", body(key), headers)
        answer = connection.getresponse()
        told = answer.read()
        if answer.status == 202:
            self.acknowledged[key] = json.loads(told)["id"]
        elif answer.status != 503:
            self.odd.append(f"{answer.status} {told[:200]!r}")
            raise http.client.HTTPException


def send_while_killing(both: Served, clients: Sequence[Client], kills: int, seed: int) -> list[str]:
    """All clients at once; so many kills, spread over their way, at moments that a seed decides. Whom it hit."""
    chance, hit = random.Random(seed), []
    threads = [threading.Thread(target=client.run) for client in clients]
    total = sum(len(client.keys) for client in clients)
    for thread in threads:
        thread.start()
    for number in range(1, kills + 1):
        share = total * number // (kills + 1)
        while sum(len(c.acknowledged) for c in clients) < share and any(t.is_alive() for t in threads):
            time.sleep(0.005)
        time.sleep(chance.random() * 0.2)
        which = ("web", "worker")[number % 2] if number <= 2 else chance.choice(("web", "worker"))
        both.kill(which)
        hit.append(which)
        both.start(which)
    for thread in threads:
        thread.join()
    return hit
