"""The locks hold a hash for every pin and no address, and satisfy what pyproject.toml asks for."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements-build.lock", "requirements.lock", "requirements-dev.lock")
ADDRESS = re.compile(r"\w+://|^\s*--(index-url|extra-index-url|find-links|trusted-host)", re.MULTILINE)
PIN = re.compile(
    r"^(?P<name>[\w.-]+)(\[[\w,-]+\])?==(?P<version>[^\s;\\]+)(?P<rest>(?:.*\\\n)*.*)", re.MULTILINE
)


def pins(text: str) -> dict[str, list[tuple[str, str]]]:
    """Name -> (version, what follows it); several versions where an environment marker picks one."""
    found: dict[str, list[tuple[str, str]]] = {}
    for match in PIN.finditer(text):
        found.setdefault(canonicalize_name(match["name"]), []).append((match["version"], match["rest"]))
    return found


def asked_for() -> dict[str, list[str]]:
    """Lock -> the requirements it answers."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    runtime = project["project"]["dependencies"]
    dev = project["project"]["optional-dependencies"]["dev"]
    return dict(zip(LOCKS, (project["dependency-groups"]["build"], runtime, runtime + dev), strict=True))


def faults_of(name: str, requirements: list[str]) -> list[str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    locked = pins(text)
    faults = [f"{name}: holds an address: {match.group().strip()}" for match in ADDRESS.finditer(text)]
    faults += [
        f"{name}: {package} has no hash"
        for package, versions in locked.items()
        for _, rest in versions
        if "--hash=sha256:" not in rest
    ]
    for requirement in map(Requirement, requirements):
        versions = [version for version, _ in locked.get(canonicalize_name(requirement.name), [])]
        if not versions or not all(requirement.specifier.contains(version) for version in versions):
            faults.append(
                f"{name}: {requirement} is not what is locked ({versions or 'absent'}); run make lock"
            )
    return faults


def main() -> int:
    faults = [fault for name, asked in asked_for().items() for fault in faults_of(name, asked)]
    print("\n".join(faults) or f"locks: {len(LOCKS)} files, every pin with its hash, no address")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
