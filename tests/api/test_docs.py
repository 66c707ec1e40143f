"""`docs/api.md` holds: its commands are run as they stand, by a shell, against a server that listens."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cast import Cast
from tabard.access.actions import grant
from tabard.cli import main
from tabard.incidents import coder
from tabard.incidents.actions import create_collection

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```sh (\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
pytestmark = [
    pytest.mark.django_db(databases="__all__", transaction=True),
    pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl"),
]


def commands() -> dict[str, str]:
    return dict(BLOCK.findall((ROOT / "docs" / "api.md").read_text(encoding="utf-8")))


def test_the_five_minutes(cast: Cast, live_server: Any, tmp_path: Path) -> None:
    create_collection(by=cast.console, code="own", label="Own register")
    grant(by=cast.console, account=cast.amina, role="desk", scope="collection:own")
    made = CliRunner().invoke(main, shlex.split(commands()["token"])[1:])
    assert made.exit_code == 0, made.output
    known = {"TABARD": f"{live_server.url}/api/v1", "TOKEN": made.output.strip()}

    def run(name: str) -> dict[str, Any]:
        shell = ["bash", "-euo", "pipefail", "-c", commands()[name]]
        done = subprocess.run(shell, env=os.environ | known, cwd=tmp_path, capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr
        said: dict[str, Any] = json.loads(done.stdout)
        return said

    first, again = run("report"), run("report")
    assert (first["state"], first["id"]) == ("received", again["id"])
    known["ID"] = first["id"]
    assert run("receipt")["state"] == "received"
    assert coder.work_once() == 1
    receipt = run("receipt")
    assert receipt["state"] == "accepted", receipt
    known["REFERENCE"] = receipt["reference"]
    read = run("read")
    assert read["facts"]["harm"][0]["outcomes"] == {"injured": {"holds": True}}
    headers = (tmp_path / "headers.txt").read_text().splitlines()
    known["ETAG"] = next(line.split(": ", 1)[1] for line in headers if line.lower().startswith("etag"))
    assert run("revise")["revision"] == 2
    assert run("revise")["revision"] == 2  # the same key
    assert run("read")["facts"]["certainty"] == "confirmed"
    known["TABARD"] = known["TABARD"]
    refused = run("refused")
    assert (refused["code"], refused["field"]) == ("bad_value", "country")
    assert refused["detail"].startswith("La valeur")
