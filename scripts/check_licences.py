"""Every locked package that is installed here has a licence that this project may stand on."""

from __future__ import annotations

import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PIN = re.compile(r"^([\w.-]+)(?:\[[\w,-]+\])?==", re.MULTILINE)
FINE = re.compile(
    r"\b(MIT|BSD|0BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla|Zlib|CC0|Unlicense)\b"
    r"|LGPL|Lesser",
    re.IGNORECASE,
)
# The full GPL and its network form bind whoever passes Tabard on; LGPL and MPL stay replaceable.
BINDING = re.compile(r"(?<!L)(?<!Lesser )\bA?GPL|(?<!Lesser )General Public License", re.IGNORECASE)
# A package that states nothing machine-readable, and where its licence was read.
KNOWN: dict[str, str] = {
    "axe-playwright-python": "MIT",  # its own licence file; the axe-core inside is MPL 2.0, as its first lines say
}


def stated(package: Distribution) -> str:
    """The licence expression, else the classifiers, else the first line of the licence field."""
    expression = package.metadata.get("License-Expression")
    classifiers = [c for c in package.metadata.get_all("Classifier") or [] if c.startswith("License ::")]
    free_text = (package.metadata.get("License") or "").strip().partition("\n")[0]
    return expression or "; ".join(classifiers) or free_text


def fault_of(name: str) -> str | None:
    try:
        licence = KNOWN.get(name) or stated(distribution(name))
    except PackageNotFoundError:
        return None  # locked for another platform
    if BINDING.search(licence) or not FINE.search(licence):
        return f"{name}: {licence or 'states no licence'}"
    return None


def main() -> int:
    locks = [ROOT / "requirements.lock", ROOT / "requirements-dev.lock"]
    names = sorted({name for lock in locks for name in PIN.findall(lock.read_text(encoding="utf-8"))})
    faults = [fault for name in names if (fault := fault_of(name))]
    print("\n".join(faults) or f"licences: {len(names)} packages, none of them binding")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
