"""How many rows an append-only table holds and the sum of their digests, said by an audit line whenever it grows.

A row that vanishes below the application, the last one of its chain too, leaves a sum that no line says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tabard.access import audit
from tabard.access.models import AuditLine, ChainHead

MODULUS = 1 << 256  # digests add up in any order: who writes first does not matter
Digests = Callable[[], Iterable[str]]


@dataclass(frozen=True)
class Growth:
    """Rows that an act adds to a table; `everything` gives the digests of all rows, where none were summed before."""

    name: str
    digests: Sequence[str]
    everything: Digests


def close(grown: Sequence[Growth]) -> list[audit.Draft]:
    """Add up what an act wrote; the lines that say so. Must run inside the act's transaction."""
    return [_add([one for one in grown if one.name == name]) for name in sorted({one.name for one in grown})]


def _add(parts: Sequence[Growth]) -> audit.Draft:
    subject = f"tally:{parts[0].name}"
    digests = [digest for part in parts for digest in part.digests]
    _, new = ChainHead.objects.get_or_create(name=subject)
    head = ChainHead.objects.select_for_update().get(name=subject)
    if new:
        head.last, head.digest = _sum(parts[0].everything())
    else:
        head.last, head.digest = _sum(digests, head.last, head.digest)
    head.save()
    told: dict[str, audit.Value] = {"added": len(digests), "count": head.last, "sum": head.digest}
    return audit.Draft("access:tally:grow", subject, told)


def _sum(digests: Iterable[str], count: int = 0, digest: str = "0") -> tuple[int, str]:
    total = int(digest, 16)
    for one in digests:
        count, total = count + 1, total + int(one, 16)
    return count, f"{total % MODULUS:064x}"


def stands(name: str, everything: Digests) -> bool:
    """Whether the table holds exactly the rows that its lines say; so does one that no line speaks of yet."""
    lines = AuditLine.objects.filter(subject=f"tally:{name}").order_by("id")
    said = [audit.detail(line) for line in lines]
    if not said:
        return not ChainHead.objects.filter(name=f"tally:{name}").exists()
    grew = all(int(str(b["count"])) == int(str(a["count"])) + int(str(b["added"])) for a, b in pairwise(said))
    return grew and _sum(everything()) == (said[-1]["count"], said[-1]["sum"])
