"""The frame the tests run in: their own home folder, no network, required tests that may not be skipped."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import textwrap
from importlib.resources import files
from pathlib import Path

import duckdb
import pytest
from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]


def test_the_home_folder_is_this_runs_own() -> None:
    assert Path(os.environ["TABARD_HOME"]).resolve() == settings.HOME
    assert settings.HOME.name.startswith("tabard-test-")


def test_no_other_machine_is_reached() -> None:
    with socket.socket() as here, pytest.raises(OSError, match="no other machine"):
        here.connect(("192.0.2.1", 80))  # an address kept for documentation


def test_loopback_is_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()


@pytest.mark.parametrize(("required", "code"), [("", 0), ("shared", 0), ("browser", 1)])
def test_a_required_test_may_not_be_skipped(tmp_path: Path, required: str, code: int) -> None:
    (tmp_path / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text(encoding="utf-8"))
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n browser:\n shared:\n postgres:\n prove:\n")
    (tmp_path / "test_one.py").write_text(
        textwrap.dedent("""
            import pytest

            @pytest.mark.browser
            def test_one():
                pytest.skip("no Chromium")
        """)
    )
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:django",
        "-p",
        "no:cacheprovider",
        str(tmp_path),
    ]
    environment = os.environ | {"TABARD_REQUIRE": required, "PYTEST_ADDOPTS": ""}
    run = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == code, run.stdout
    assert ("no Chromium" in run.stdout) == bool(code)


def test_duckdb_reads_sqlite_with_what_is_installed(tmp_path: Path) -> None:
    """The extension comes in its wheel, in the version that this DuckDB loads: nothing is downloaded."""
    wheel = files("duckdb_extension_sqlite_scanner")
    extension = wheel / "extensions" / f"v{duckdb.__version__}" / "sqlite_scanner.duckdb_extension"
    closed = {"autoinstall_known_extensions": False, "extension_directory": str(tmp_path)}
    with duckdb.connect(config=closed) as engine:
        engine.execute(f"LOAD '{extension}'")
        engine.execute(f"ATTACH '{tmp_path / 'made.db'}' AS made (TYPE sqlite)")
        engine.execute("CREATE TABLE made.t AS SELECT 7 AS n")
        assert engine.execute("SELECT n FROM made.t").fetchall() == [(7,)]
