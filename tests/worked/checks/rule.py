"""Who died of a public health hazard is among those killed in safety incidents; what else was counted is as it was."""

from __future__ import annotations

from tabard.rules.facts import Harm, Incident, Outcome
from tabard.rules.schemes import project
from tabard.vocab.schemes import scheme


def counted(cause: str) -> tuple[str, ...]:
    """What the annex makes of one who died of this."""
    dead = Harm(1, scope="unsms", outcomes={"died": Outcome(True)})
    return project(scheme("annex"), Incident(cause=cause), dead).categories


assert counted("road_traffic") == ("killed_safety",)
assert counted("crime") == ("killed_violence",)
assert counted("health_hazard") == ("killed_safety",), counted("health_hazard")
