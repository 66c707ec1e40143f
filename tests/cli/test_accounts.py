"""Tokens and the ways back in, on the command line: what is printed, what is kept, what ends."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from installation import migrated

TOKEN = ("token", "issue", "amina", "--scope", "incidents:incident:report")
PASSWORD = "tea with the neighbours"


def test_a_token_is_printed_once_and_ended(tmp_path: Path) -> None:
    with migrated(tmp_path / "home") as here:
        add = ("account", "add", "amina", "--role", "officer", "--scope", "*", "--password", PASSWORD)
        here.run(*add)
        raw = here.run(*TOKEN, "--days", "7", "--label", "Phone").strip()
        assert re.fullmatch(r"tbd_[A-Za-z0-9_-]{43}", raw)
        (kept,) = here.json("token", "list", "amina")
        assert (kept["state"], kept["scopes"]) == ("open", ["incidents:incident:report"])
        assert raw not in str(kept)
        here.run("token", "revoke", kept["id"])
        assert here.json("token", "list", "amina")[0]["state"] == "revoked"
        assert "may not do" in here.error("token", "issue", "amina", "--scope", "access:audit:read", code=1)
        assert "at most 366" in here.error(*TOKEN, "--days", "367", code=1)
        assert here.json("token", "revoke", "NOSUCH", code=1)["error"] == "not_found"
        assert "may try again" in here.run("account", "unlock", "amina")
        assert here.json("account", "lost", "amina")["removed"] == 0
        here.run("account", "password", "amina", "--password", "another long sentence")
        assert (
            here.json("account", "password", "amina", "--password", "short", code=1)["error"]
            == "weak_password"
        )


@pytest.mark.parametrize("command", ["unlock", "lost", "close"])
def test_nobody_is_not_found(command: str, tmp_path: Path) -> None:
    with migrated(tmp_path / "home") as here:
        assert here.json("account", command, "nobody", code=1)["error"] == "not_found"
