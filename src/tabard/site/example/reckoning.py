"""What the stories already count for, so that the mass of incidents fills up what is left of the plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from tabard.rules.dates import within
from tabard.rules.facts import Harm, Incident
from tabard.rules.schemes import Projection, project
from tabard.site.example.plan import CASES, Plan
from tabard.vocab.schemes import scheme


def taken(plan: Plan, incidents: Iterable[Incident]) -> Mapping[str, int]:
    """By row; `row:local` and `row:cause` for the killed; `affected`, `premises` and `vehicles`."""
    found: Counter[str] = Counter()
    met: set[str] = set()
    for told in incidents:
        if within(told.first_day, told.last_day, *plan.days) != "inside":
            continue
        ours = [(harm, _projection(told, harm)) for harm in told.harm if harm.scope == plan.scope]
        counted = [(harm, projection.categories) for harm, projection in ours if projection.counted]
        found[CASES] += any(CASES in categories for _, categories in counted)
        for harm, categories in counted:
            found.update(_persons(told, harm, categories))
            found["affected"] += 0 if harm.subject in met else harm.n or 0
            met.update({harm.subject} if harm.subject else ())
        found.update(_things(plan.scope, told))
    return found


def _projection(told: Incident, harm: Harm) -> Projection:
    """What the annex counts, also for the scopes that it leaves to other reports."""
    return project(scheme("annex"), told, replace(harm, scope=None))


def _persons(told: Incident, harm: Harm, categories: Iterable[str]) -> Mapping[str, int]:
    n, found = harm.n or 0, Counter[str]()
    for row in set(categories) - {CASES}:
        found[row] += n
        found[f"{row}:{harm.cause or told.cause}"] += n
        found[f"{row}:local"] += n if harm.recruitment == "local" else 0
    return found


def _things(scope: str, told: Incident) -> Iterator[str]:
    """Attacks on things. The people harmed with them say whose they are; with nobody harmed, our own."""
    scopes = {harm.scope for harm in told.harm} or {"unsms"}
    for thing in told.objects:
        if "attacked" not in thing.effects:
            continue
        if thing.kind == "un_premises" and scope == "unsms":
            yield "premises"
        if thing.kind in ("vehicle", "ambulance") and scopes == {scope}:
            yield "vehicles"
