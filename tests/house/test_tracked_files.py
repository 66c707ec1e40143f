"""What may stand in no file of the project: the address of a registry, a path of somebody's machine."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Written so that this file does not hold what it looks for.
REGISTRY = re.compile(r"(pypi|npmjs|pythonhosted|deb\.debian|crates|yarnpkg)\.(org|io|com)\b")
MACHINE = re.compile(r"(?<![\w.~/\-*}])/(work|root|home|opt|Users)/[\w.]+")
TEMPORARY = re.compile(r"(?<![\w.~/\-*}])/tmp" r"/\w+")


def project_files() -> list[str]:
    """Tracked or about to be; nothing outside a checkout."""
    command = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return [name for name in listed.splitlines() if (ROOT / name).is_file()]


@pytest.mark.parametrize("pattern", [REGISTRY, MACHINE, TEMPORARY], ids=["registry", "machine", "temporary"])
def test_no_file_holds_it(pattern: re.Pattern[str]) -> None:
    found = []
    for name in project_files():
        text = (ROOT / name).read_bytes().decode("utf-8", errors="replace")
        found += [f"{name}: {match.group()}" for match in pattern.finditer(text)]
    assert not found


def test_the_patterns_find_what_they_are_for() -> None:
    assert REGISTRY.search("see py" + "pi.org/simple")
    assert MACHINE.search("open('/wo" + "rk/main/x')")
    assert TEMPORARY.search("to /t" + "mp/x")
    assert not MACHINE.search("https://example.org/wo" + "rk/x")
    assert not MACHINE.search("tests/ro" + "ot/x")
