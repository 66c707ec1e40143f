"""Records in and out on the command line, each command in a process of its own; and what a kill leaves behind."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from formats.made import AWSD_39, ONE_KILLED, awsd
from installation import SERVER, Installation, migrated

CANARY = "Zyxwv Canaryname"


@pytest.fixture
def ours(tmp_path: Path) -> Iterator[Installation]:
    """An installation with its tables."""
    with migrated(tmp_path / "home") as new:
        yield new


def file(folder: Path, keys: Any, **more: str) -> Path:
    """A made export."""
    path = folder / "export.csv"
    path.write_bytes(awsd(AWSD_39, *[ONE_KILLED | {"Incident ID": str(key)} | more for key in keys]))
    return path


def exported(ours: Installation, *options: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(ours.run("export", "json", *options))
    return rows


def test_in_and_out_and_undone(ours: Installation, tmp_path: Path) -> None:
    path = file(tmp_path, range(5))
    told = ours.json("import", "awsd", path, "--as-of", "2019-12-31")
    assert (told["rows"], told["accepted"], told["held"], told["rejected"]) == (5, 5, 0, 0)
    assert told["effects"] == {"new": 5}
    again = ours.json("import", "awsd", path, "--as-of", "2019-12-31")
    assert {name: count for name, count in again["effects"].items() if count} == {"unchanged": 5}
    assert {row["source_key"] for row in exported(ours)} == {"0", "1", "2", "3", "4"}
    table = list(csv.reader(io.StringIO(ours.run("export", "hxl-csv", "--country", "SOM"))))
    assert len(table) == 2 + 5
    assert exported(ours, "--country", "unknown") == exported(ours, "--years", "2018") == []
    for batch in (again, told):
        assert ours.json("undo", batch["batch"])["state"] == "undone"
    assert exported(ours) == []
    assert ours.json("undo", told["batch"], code=1)["error"] == "nothing_to_undo"
    assert ours.json("audit", "verify")["whole"]


def test_many_missing_wait_for_a_confirmation(ours: Installation, tmp_path: Path) -> None:
    ours.run("import", "awsd", file(tmp_path, range(10)), "--as-of", "2019-12-31")
    told = ours.json("import", "awsd", file(tmp_path, range(5)), "--as-of", "2020-12-31")
    assert (told["withdrawn"], told["withdrawals_held"]) == (0, 5)
    assert len(exported(ours)) == 10
    assert ours.json("confirm", told["batch"])["withdrawn"] == 5
    assert len(exported(ours)) == 5


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("import", "awsd", "FILE", "--as-of", "2999-01-01"), "future_date"),
        (("import", "kika", "FILE"), "unknown_header"),
        (("import", "awsd", "FILE", "--covers", "some-years"), "bad_value"),
        (("import", "log", "FILE", "--mapping", "no such"), "not_found"),
        (("undo", "01ARZ3NDEKTSV4RRFFQ69G5FAV"), "not_found"),
        (("confirm", "01ARZ3NDEKTSV4RRFFQ69G5FAV"), "not_found"),
        (("erase", "01ARZ3NDEKTSV4RRFFQ69G5FAV"), "not_found"),
    ],
)
def test_a_refusal_has_a_code_and_a_next_step(
    ours: Installation, tmp_path: Path, arguments: tuple[str, ...], error: str
) -> None:
    path = file(tmp_path, range(2))
    said = ours.json(*(path if part == "FILE" else part for part in arguments), code=1)
    assert said["error"] == error
    assert said["message"]
    assert said["next_step"]


def bytes_of(home: Path) -> Iterator[tuple[Path, bytes]]:
    for path in home.rglob("*"):
        if path.is_file():
            yield path, path.read_bytes()


def test_erased_words_are_in_no_file(ours: Installation, tmp_path: Path) -> None:
    words = {"Details": f"{CANARY} was there. " * 200, "City": CANARY, "Actor name": CANARY}
    ours.run("import", "awsd", file(tmp_path, range(30), **words), "--as-of", "2019-12-31")
    told = ours.json("import", "awsd", file(tmp_path, range(30, 40), Year="2018"), "--as-of", "2019-12-31")
    assert told["withdrawn"] == 0
    before = exported(ours)
    assert any(CANARY in str(row) for row in before)
    [original] = _originals(ours)[:1]
    ours.run("erase", original, "--reason", "request")
    if not SERVER:
        assert [path.name for path, data in bytes_of(ours.home) if CANARY.encode() in data] == []
    after = exported(ours)
    assert CANARY not in str(after)
    numbers = ("reference", "died", "affected", "country", "first_day")
    assert [[row[n] for n in numbers] for row in after] == [[row[n] for n in numbers] for row in before]
    assert ours.json("audit", "verify")["whole"]
    assert all(one["well"] for one in ours.json("doctor"))


def _originals(ours: Installation) -> list[str]:
    """The originals in the order in which they came."""
    return _column(ours, "Original", "pk", "received_at")


def _column(ours: Installation, model: str, name: str, order: str) -> list[str]:
    """A column of one of intake's tables, read by a process of its own."""
    setup = (
        "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'tabard.site.settings'; django.setup(); "
    )
    code = f"from tabard.intake.models import {model} as M; rows = M.objects.order_by('{order}'); "
    code += f"print(*rows.values_list('{name}', flat=True))"
    environment = os.environ | {"TABARD_HOME": str(ours.home), "DATABASE_URL": ours.database}
    command = [sys.executable, "-c", setup + code]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split()


def test_a_kill_at_any_moment_leaves_nothing_half_done(ours: Installation, tmp_path: Path) -> None:
    ours.run("import", "awsd", file(tmp_path, range(20)), "--as-of", "2019-12-30")
    path = file(tmp_path, range(1500))
    environment = os.environ | {"TABARD_HOME": str(ours.home), "DATABASE_URL": ours.database}
    command = [sys.executable, "-m", "tabard", "import", "awsd", str(path), "--as-of", "2019-12-31"]
    moments = random.Random(5)
    for _ in range(10 if os.environ.get("TABARD_PROVE") == "1" else 3):
        running = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, start_new_session=True
        )
        time.sleep(moments.uniform(0.8, 3))
        finished = running.poll() is not None
        running.send_signal(signal.SIGKILL)
        running.wait(20)
        count = len(exported(ours))
        assert count == 1500 if finished else count in (20, 1500)
    assert ours.json("audit", "verify")["whole"]
    ours.run("import", "awsd", path, "--as-of", "2019-12-31")
    ours.run("work", "--once")  # what was killed half-read is read again, and changes nothing
    assert len(exported(ours)) == 1500
    assert all(one["well"] for one in ours.json("doctor"))
    assert set(_column(ours, "Batch", "state", "pk")) == {"done"}
