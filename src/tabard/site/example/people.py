"""The people of one invented incident: how many, who they are, and what was done to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tabard.rules.facts import Harm, Outcome
from tabard.site.example.chance import Stream
from tabard.site.example.plan import profiles

EACH_APART = 45  # per cent of the groups in which the source describes every person


def harmed(
    scope: str, outcomes: Sequence[str], count: int, chance: Stream, local: Sequence[bool] = ()
) -> tuple[Harm, ...]:
    """The rows for `count` persons; `local` says of each, where the plan does, whether recruited locally."""
    kind = _what_happened(outcomes, chance)
    per_cent = profiles()["local"][scope]
    if not local and count > 1 and not chance.happens(EACH_APART):
        one = _who(scope, kind, chance, chance.happens(per_cent))
        return (replace(one, n=count, gender=None),)
    each = local or [chance.happens(per_cent) for _ in range(count)]
    return tuple(_who(scope, kind, chance, said) for said in each)


def _who(scope: str, kind: Harm, chance: Stream, local: bool) -> Harm:
    said = profiles()
    return replace(
        kind,
        scope=scope,
        org_type=chance.weighed(said["org_types"][scope]),
        recruitment="local" if local else "international",
        gender="female" if chance.happens(said["female"][scope]) else "male",
        function=chance.weighed(said["functions" if local else "functions_abroad"][scope]),
        contract=chance.weighed(said["contracts"][scope]),
        on_duty=chance.happens(70) if chance.happens(80) else None,
    )


def _what_happened(outcomes: Sequence[str], chance: Stream) -> Harm:
    """One person to whom this happened, and nothing yet on who it was."""
    kind = Harm(n=1, outcomes={code: Outcome(True) for code in outcomes})
    if "injured" in outcomes:
        return replace(kind, care=chance.happens(75), serious=chance.happens(30))
    if "detained" in outcomes:
        fate = chance.weighed({"released": 8, "held": 1, "unknown": 1})
        return replace(kind, captor="state", held_24h=chance.happens(55), fate=fate)
    if "abducted" in outcomes:
        fate = chance.weighed({"released": 7, "rescued": 1, "escaped": 1, "held": 1})
        return replace(kind, captor="non_state", held_24h=True, fate=fate)
    return kind
