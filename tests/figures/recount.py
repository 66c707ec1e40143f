"""The same figures, counted in plain Python from the facts by the schemes' own rules: no SQL, no snapshot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

from tabard.rules.counting import stated
from tabard.rules.facts import Harm, Incident
from tabard.rules.schemes import project
from tabard.vocab.schemes import scheme

ANNEX = scheme("annex")
AWSD = scheme("awsd")
ROWS = {
    "killed_violence": ("fatalities", "fatalities_violence"),
    "killed_safety": ("fatalities", "fatalities_safety"),
    "injured_violence": ("injuries", "injuries_violence"),
    "injured_safety": ("injuries", "injuries_safety"),
    "abducted": ("abducted",),
    "arrested_detained": ("detained",),
    "robbery": ("robbery",),
    "residence_break_in": ("break_in",),
    "burglary": ("burglary",),
    "aggravated_assault": ("assault",),
    "sexual_assault": ("sexual_assault",),
}


def inside(incident: Incident, on: date | None, year: int) -> bool:
    if on is not None:
        return on.year == year
    if incident.first_day is None or incident.last_day is None:
        return False
    return incident.first_day.year == incident.last_day.year == year


def own_day(harm: Harm, *codes: str) -> date | None:
    """The day of its own that the first of these outcomes has."""
    told = (harm.outcomes.get(code) for code in codes)
    return next(
        (outcome.on for outcome in told if outcome is not None and outcome.holds and outcome.on), None
    )


def persons(harms: Iterable[Harm]) -> int:
    """Known numbers added up, each known person once."""
    total, seen = 0, set[str]()
    for harm in harms:
        if harm.subject is None:
            total += harm.n or 0
        elif harm.subject not in seen:
            seen.add(harm.subject)
            total += 1
    return total


def annex(told: Iterable[Incident], year: int, scope: str = "unsms") -> dict[str, int]:
    """Annex I, without things and straddlers. Rows of which the cause is not stated are left to the caller."""
    found: dict[str, list[Harm]] = {row: [] for rows in ROWS.values() for row in rows}
    everybody: list[Harm] = []
    cases = 0
    for incident in told:
        ours = [h for h in incident.harm if h.scope == scope and not h.family_member]
        for harm in ours:
            for category, rows in ROWS.items():
                rule = next(rule for rule in ANNEX.categories if rule.code == category)
                if category in project(ANNEX, incident, harm).categories and inside(
                    incident, own_day(harm, *rule.outcomes), year
                ):
                    for row in rows:
                        found[row].append(harm)
            held = [code for code, outcome in harm.outcomes.items() if outcome.holds]
            if any(inside(incident, own_day(harm, code), year) for code in held):
                everybody.append(harm)
        cases += _case(incident, ours, year)
    return {row: persons(harms) for row, harms in found.items()} | {
        "affected": persons(everybody),
        "intimidation": cases,
    }


def _case(incident: Incident, ours: list[Harm], year: int) -> int:
    """One reported case where somebody was threatened or harassed; dates of their own are not made up here."""
    held = [
        h
        for h in ours
        for code in ("harassed", "threatened")
        if code in h.outcomes and h.outcomes[code].holds
    ]
    return int(bool(held) and inside(incident, None, year))


def awsd(told: Iterable[Incident], year: int) -> Counter[str]:
    """The summary's rows for incidents that lie in the year."""
    found: Counter[str] = Counter()
    for incident in told:
        if not inside(incident, None, year):
            continue
        found["incidents"] += 1
        for row, dimension, value in (
            ("victims", "total", ""),
            ("national", "recruitment", "local"),
            ("international", "recruitment", "international"),
            ("killed", "outcome", "died"),
            ("injured", "outcome", "injured"),
            ("kidnapped", "outcome", "abducted"),
            ("detained", "outcome", "detained"),
            ("ingo", "org_type", "ingo"),
            ("icrc", "org_type", "icrc"),
        ):
            found[row] += _awsd_number(incident, row, dimension, value)
    return found


def _awsd_number(incident: Incident, row: str, dimension: str, value: str) -> int:
    if any(m.dimension == dimension and not m.dimension2 for m in incident.margins):
        return stated(incident, dimension, value).known
    counted = [(h, project(AWSD, incident, h)) for h in incident.harm if h.scope == "humanitarian"]
    graded = {"killed": "killed", "injured": "wounded", "kidnapped": "kidnapped", "detained": "detained"}
    if dimension == "outcome":
        return sum(h.n or 0 for h, p in counted if graded[row] in p.categories)
    victims = [h for h, p in counted if p.categories or p.because == "no_outcome"]
    return sum(h.n or 0 for h in victims if dimension == "total" or getattr(h, dimension) == value)
