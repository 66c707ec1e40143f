"""The lock check and the licence check find what they are for."""

from __future__ import annotations

import importlib.util
from email.message import Message
from pathlib import Path
from types import ModuleType
from typing import cast

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


LOCKS = script("check_locks")
LICENCES = script("check_licences")
HASH = "--hash=sha256:" + "0" * 64


def faults(text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    (folder / "made.lock").write_text(text)
    monkeypatch.setattr(LOCKS, "ROOT", folder)
    return len(cast(list[str], LOCKS.faults_of("made.lock", ["numpy>=2"])))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"numpy==2.4 \\\n    {HASH}\n", 0),
        (f"numpy==2.4 ; python_version < '3.12' \\\n    {HASH} \\\n    {HASH}\n", 0),
        (f"numpy==1.9 \\\n    {HASH}\n", 1),  # not what is asked for
        ("numpy==2.4\n", 1),  # no hash
        ("", 1),  # absent
        (f"--index-url somewhere\nnumpy==2.4 \\\n    {HASH}\n", 1),
        (f"# from https://somewhere\nnumpy==2.4 \\\n    {HASH}\n", 1),
        (f"numpy==2.4 \\\n    {HASH}\nother==1 \\\n    {HASH}\nthird==1\n", 1),
    ],
)
def test_lock_faults(text: str, expected: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert faults(text, tmp_path, monkeypatch) == expected


@pytest.mark.parametrize(
    ("header", "value", "fine"),
    [
        ("License-Expression", "MIT", True),
        ("License-Expression", "LGPL-3.0-only", True),
        ("License-Expression", "MPL-2.0", True),
        ("License-Expression", "GPL-3.0-or-later", False),
        ("License-Expression", "AGPL-3.0-only", False),
        ("License-Expression", "LicenseRef-Proprietary", False),
        ("Classifier", "License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)", True),
        ("Classifier", "License :: OSI Approved :: GNU General Public License v3 (GPLv3)", False),
        ("License", "", False),
    ],
)
def test_licences(header: str, value: str, fine: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    metadata = Message()
    metadata[header] = value

    class Package:
        pass

    Package.metadata = metadata  # type: ignore[attr-defined]
    monkeypatch.setattr(LICENCES, "distribution", lambda name: Package)
    assert (LICENCES.fault_of("made") is None) == fine
