"""Killing the server and the worker at any moment: what was acknowledged is there once, whole, with its line."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from installation import Installation, migrated
from served import Client, body, environment, python, send_while_killing, senders, served

# In one statement, so at one moment: incidents that lack any of what was written with them.
HALF_DONE = """
SELECT count(*) FROM incidents_incident i
JOIN incidents_revision r ON r.incident_id = i.id
WHERE (SELECT count(*) FROM incidents_harm h WHERE h.revision_id = r.id) <> 2
   OR NOT EXISTS (SELECT 1 FROM incidents_words w WHERE w.id = r.words)
   OR NOT EXISTS (SELECT 1 FROM places_position p WHERE p.id = r.place)
   OR NOT EXISTS (SELECT 1 FROM incidents_current c WHERE c.incident_id = i.id)
   OR NOT EXISTS (SELECT 1 FROM incidents_listing l WHERE l.incident_id = i.id)
   OR NOT EXISTS (SELECT 1 FROM access_auditline a WHERE a.subject = 'incident:' || i.id)
"""
TAKEN = "SELECT count(*) FROM intake_taken"
FOUND = """
import django, json; django.setup()
from collections import Counter
from tabard.access.models import AuditLine
from tabard.incidents.models import Current, Harm, Incident, Listing, Revision, Words
from tabard.intake.models import Original, OriginalBody, Taken, Turn
from tabard.places.models import Position
lines = Counter(AuditLine.objects.filter(verb="incidents:incident:report").values_list("subject", "actor"))
words = dict(Words.objects.values_list("pk", "details"))
places = dict(Position.objects.values_list("pk", "locality"))
revisions = {r.incident_id: r for r in Revision.objects.all()}
harm = Counter(Harm.objects.values_list("revision__incident_id", flat=True))
taken = {t.original: t for t in Taken.objects.all()}
bodies = dict(OriginalBody.objects.values_list("original", "body"))
rows = []
for one in Original.objects.all():
    at = taken[one.pk]
    told = revisions[at.incident]
    rows.append({
        "original": one.pk, "by": one.by, "key": one.key, "turn": at.turn, "state": at.state,
        "notes": at.notes, "incident": at.incident, "body": bytes(bodies[one.pk]).decode(),
        "words": words[told.words], "place": places[told.place], "harm": harm[at.incident],
        "lines": lines[(f"incident:{at.incident}", one.by)],
    })
counts = {m.__name__: m.objects.count() for m in
          (Original, OriginalBody, Turn, Taken, Incident, Revision, Words, Position, Current)}
print(json.dumps({"rows": rows, "counts": counts, "lines": sum(lines.values())}))
"""


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Installation]:
    with migrated(tmp_path / "home") as made:
        yield made


def asked(made: Installation, sql: str) -> int:
    """One statement on the register, by a connection that knows nothing of Tabard."""
    if made.database:
        with psycopg.connect(made.database) as postgres:
            return int(postgres.execute(sql).fetchone()[0])  # type: ignore[index]
    lite = sqlite3.connect(made.home / "register.db", timeout=20)
    try:
        return int(lite.execute(sql).fetchone()[0])
    finally:
        lite.close()


class Watch:
    """Looks all the while for anything half-done."""

    def __init__(self, made: Installation) -> None:
        self.made, self.seen, self.looks, self.over = made, 0, 0, threading.Event()
        self.thread = threading.Thread(target=self.look)
        self.thread.start()

    def look(self) -> None:
        while not self.over.wait(0.3):
            self.seen += asked(self.made, HALF_DONE)
            self.looks += 1

    def end(self) -> None:
        self.over.set()
        self.thread.join()


def killed(made: Installation, reports: int, kills: int, seed: int) -> None:
    people = senders(made, 4)
    each = reports // len(people)
    with served(made) as both:
        clients = [
            Client(both.port, token, [f"{number}-{n}" for n in range(each)])
            for number, (_, token) in enumerate(people)
        ]
        watch = Watch(made)
        hit = send_while_killing(both, clients, kills, seed)
        assert set(hit) == {"web", "worker"}
        until = time.monotonic() + 120
        while asked(made, TAKEN) < reports and time.monotonic() < until:
            time.sleep(0.2)
        watch.end()
    check(made, people, clients, watch)


def check(made: Installation, people: list[tuple[str, str]], clients: list[Client], watch: Watch) -> None:
    assert [client.odd for client in clients] == [[]] * len(clients)
    assert (watch.seen, watch.looks > 3) == (0, True)
    found = json.loads(python(made, FOUND))
    total = sum(len(client.keys) for client in clients)
    assert set(found["counts"].values()) == {total}, found["counts"]
    assert found["lines"] == total
    for (account, _), client in zip(people, clients, strict=True):
        rows = sorted((row for row in found["rows"] if row["by"] == account), key=lambda row: row["turn"])
        assert {row["key"]: row["original"] for row in rows} == client.acknowledged
        assert [row["key"] for row in rows] == list(client.keys)  # in the order of its sender
        for row in rows:
            whole(row)
    assert made.json("audit", "verify")["whole"]
    wrong = [each["check"] for each in made.json("doctor") if not each["well"]]
    assert wrong == []


def whole(row: dict[str, Any]) -> None:
    key = row["key"]
    assert row["body"].encode() == body(key)
    assert (row["state"], row["notes"], row["harm"], row["lines"]) == ("accepted", [], 2, 1)
    assert (row["words"], row["place"]) == (f"Words of {key}.", f"At {key}")


def test_what_was_acknowledged_survives_a_kill(made: Installation) -> None:
    killed(made, 200, 2, seed=20261124)


def children(pid: int) -> dict[str, int]:
    """The processes that one started, by a word of their command lines."""
    found = {}
    for name in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        line = Path(f"/proc/{name}/cmdline").read_text().split("\0")
        found["worker" if "work" in line else "web"] = int(name)
    return found


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc")
@pytest.mark.parametrize("which", ["worker", "web", "within the web server"])
def test_when_one_part_dies_all_is_stopped_and_said(which: str, made: Installation, tmp_path: Path) -> None:
    """Also when it is only the process that answers, as after its writer of reports ended."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (tmp_path / "said").open("wb") as said:
        command = [sys.executable, "-m", "tabard", "serve", "--port", str(port)]
        serve = subprocess.Popen(command, env=environment(made), stdout=said, stderr=said)
    try:
        wait_for(port)
        parts = children(serve.pid)
        answering = list(children(parts["web"]).values())
        name = "web" if which.startswith("within") else which
        pid = children(parts["web"]).popitem()[1] if which.startswith("within") else parts[name]
        os.kill(pid, signal.SIGKILL)
        assert serve.wait(60) == 1
    finally:
        serve.kill()
        serve.wait()
    text = (tmp_path / "said").read_text()
    assert f"The {'worker' if name == 'worker' else 'web server'} ended" in text
    assert all(map(ends, [*parts.values(), *answering]))
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port))


def ends(pid: int) -> bool:
    """Whether a process is gone, or nothing is left of it but its name, within some seconds."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        try:
            if not Path(f"/proc/{pid}/cmdline").read_text():
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.05)
    return False


def wait_for(port: int) -> None:
    until = time.monotonic() + 90
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("nobody answers")


@pytest.mark.prove
def test_what_was_acknowledged_survives_many_kills(made: Installation) -> None:
    killed(made, 2_000, 16, seed=75125)
