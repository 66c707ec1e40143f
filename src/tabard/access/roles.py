"""The roles of `data/roles.toml`, read once."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tabard.access.permissions import Permission

SENSITIVITIES = ("public", "internal", "restricted", "sealed")


@dataclass(frozen=True)
class Role:
    """A bundle of permissions, and how sensitive an incident its holder sees."""

    code: str
    label: str
    says: str
    clearance: str
    permissions: frozenset[Permission]
    mfa: bool = False  # wants a second factor in a browser, where the installation demands them


@cache
def roles() -> dict[str, Role]:
    """All roles by code."""
    data = tomllib.loads((Path(__file__).parent / "data" / "roles.toml").read_text())
    return {code: _role(code, part) for code, part in data.items()}


def _role(code: str, part: dict[str, object]) -> Role:
    granted = frozenset(Permission(name) for name in part["permissions"])  # type: ignore[attr-defined]
    label, says, clearance = str(part["label"]), str(part["says"]), str(part["clearance"])
    return Role(code, label, says, clearance, granted, mfa=part.get("mfa") is True)


def cleared(clearance: str) -> tuple[str, ...]:
    """The sensitivities at or below a clearance."""
    return SENSITIVITIES[: SENSITIVITIES.index(clearance) + 1]
