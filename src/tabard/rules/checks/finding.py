"""What a check says: the rule, how grave it is, the arithmetic as data, and what the figure should probably be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

ERROR, WARNING, NOTE = "error", "warning", "note"
GRAVEST = (ERROR, WARNING, NOTE)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What one figure should be; `why` is a code: what else would then be right."""

    key: str
    printed: str
    should_be: str
    why: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. `rule` is also the code of its sentence in the catalogue; `numbers` fill that sentence."""

    rule: str
    severity: str
    keys: tuple[str, ...]
    numbers: Mapping[str, str | int] = field(default_factory=dict)
    suggestions: tuple[Suggestion, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As the command line and the pages give it to programs."""
        return {
            "rule": self.rule,
            "severity": self.severity,
            "figures": list(self.keys),
            "numbers": dict(self.numbers),
            "suggestions": [
                {"figure": s.key, "printed": s.printed, "should_be": s.should_be, "why": s.why}
                for s in self.suggestions
            ],
        }


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The gravest first, then by rule and figure: the same figures always give the same list."""
    return tuple(sorted(findings, key=lambda f: (GRAVEST.index(f.severity), f.rule, f.keys)))


def stops(findings: Iterable[Finding]) -> bool:
    """Whether something may not be published as it stands: the gate before an edition."""
    return any(finding.severity == ERROR for finding in findings)


def asks(findings: Iterable[Finding]) -> bool:
    """Whether somebody has to look: a note alone explains, and asks for nothing."""
    return any(finding.severity != NOTE for finding in findings)
