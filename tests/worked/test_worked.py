"""Each worked example of `docs/worked` touches only the places that ARCHITECTURE.md names for it, and works.

It is applied to a copy of the source and checked there by `checks/<name>.py`, which fails without it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATCHES = ROOT / "docs" / "worked"
CHECKS = Path(__file__).parent / "checks"
# How each check ends without its patch: what is missing is the very thing that the patch adds.
WITHOUT = {
    "word": "unknown_word",
    "column": "unexpected keyword argument 'light'",
    "rule": "AssertionError: ()",
    "table": "table_unknown",
    "format": "KeyError: 'partner'",
}
each = pytest.mark.parametrize("name", WITHOUT)


def places(name: str) -> list[str]:
    """What the row of ARCHITECTURE.md that shows this example names, below `src/tabard/`."""
    lines = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").splitlines()
    [row] = [line for line in lines if line.startswith("| ") and f"`docs/worked/{name}.patch`" in line]
    return re.findall(r"`([^`]+)`", row.split(" | ")[1])


def is_at(path: str, place: str) -> bool:
    """Whether a path is at a place: a file, a folder (`rules/`), or a file with a `<name>` of its own."""
    pattern = re.sub(r"<\w+>", "[^/]+", re.escape(place).replace(r"\-", "-"))
    return re.fullmatch(pattern + (".+" if place.endswith("/") else ""), path) is not None


def touched(name: str) -> set[str]:
    """The files that a patch adds or changes."""
    text = (PATCHES / f"{name}.patch").read_text(encoding="utf-8")
    return set(re.findall(r"^diff --git a/\S+ b/(\S+)$", text, re.MULTILINE))


def copied(folder: Path) -> Path:
    """The source by itself."""
    ignore = shutil.ignore_patterns("__pycache__", "static", "locale")
    shutil.copytree(ROOT / "src", folder / "src", ignore=ignore)
    return folder


def checked(copy: Path, name: str) -> subprocess.CompletedProcess[str]:
    """Run a check on a copy, with a data folder of its own on SQLite."""
    home = copy / f"home-{name}"
    home.mkdir()
    env = {key: value for key, value in os.environ.items() if not key.startswith(("TABARD_", "DATABASE_URL"))}
    env |= {"PYTHONPATH": str(copy / "src"), "TABARD_HOME": str(home), "PYTHONWARNINGS": "ignore"}
    env |= {"DJANGO_SETTINGS_MODULE": "tabard.site.settings", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-P", str(CHECKS / f"{name}.py")]
    return subprocess.run(command, cwd=copy, env=env, capture_output=True, text=True)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy as it is."""
    return copied(tmp_path_factory.mktemp("plain"))


def patched(folder: Path, name: str) -> Path:
    """A copy with one example applied."""
    if shutil.which("git") is None:
        pytest.skip("git absent: no patch can be applied")
    copy = copied(folder)
    env = os.environ | {"GIT_CEILING_DIRECTORIES": str(copy.parent)}  # in no checkout that lies above
    command = ["git", "apply", str(PATCHES / f"{name}.patch")]
    done = subprocess.run(command, cwd=copy, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return copy


def test_every_example_has_a_check_and_a_row() -> None:
    assert {path.stem for path in PATCHES.glob("*.patch")} == set(WITHOUT)
    assert {path.stem for path in CHECKS.glob("*.py")} == set(WITHOUT)
    assert all(places(name) for name in WITHOUT)


@each
def test_an_example_touches_only_its_places(name: str) -> None:
    prefix, allowed = "src/tabard/", places(name)
    outside = [
        path
        for path in touched(name)
        if not path.startswith(prefix) or not any(is_at(path[len(prefix) :], place) for place in allowed)
    ]
    assert touched(name)
    assert not outside


@each
def test_an_example_works(name: str, tmp_path: Path) -> None:
    done = checked(patched(tmp_path, name), name)
    assert done.returncode == 0, done.stderr


@each
def test_nothing_is_shown_without_the_example(name: str, plain: Path) -> None:
    done = checked(plain, name)
    assert done.returncode == 1
    assert WITHOUT[name] in done.stderr.splitlines()[-1]
