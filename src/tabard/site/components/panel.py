"""A panel: one section of a page that a room brings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Panel:
    """A template that makes one `<section class="sheet">`, with what it needs; `aside` stands in the narrow column."""

    template: str
    shown: Mapping[str, Any] = field(default_factory=dict)
    aside: bool = True
