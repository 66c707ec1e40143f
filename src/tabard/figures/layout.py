"""What the files of a snapshot hold: codes, counts, half-years and per-snapshot random numbers, nothing else.

A *half* numbers the half-years: `2 * year`, plus one from July on. It is as fine as any published window."""

from __future__ import annotations

from datetime import date

from tabard.rules.facts import OUTCOMES

SNAPSHOT_VERSION = 1
FILES = ("incidents", "harm", "margins", "objects")
PARQUET = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 20480"

# The dimensions of margins; an incident that has one of them is read by it, not by its harm rows.
STATED = ("total", "outcome", "recruitment", "gender", "org_type")
EFFECTS = ("attacked", "looted", "destroyed", "damaged", "occupied", "entered", "stolen", "misused")

INCIDENT_CODES = (
    "country",
    "cause",
    "means",
    "context",
    "setting",
    "actor",
    "motive",
    "targeting",
    "complexity",
    "certainty",
    "severity",
    "near_miss",
)
HARM_CODES = (
    "org_type",
    "recruitment",
    "gender",
    "function",
    "contract",
    "on_duty",
    "family_member",
    "care",
    "serious",
    "held_24h",
    "captor",
    "fate",
)

WHEN = ("collection", "half_first", "half_last")
OUTCOME_COLUMNS = tuple(part for code in OUTCOMES for part in (code, f"{code}_half"))

# The columns that a table's SQL sees, by the name of the view. `iid` and the counts come on top of them.
INCIDENT_KEYS = (*WHEN, "branch", "near_miss")
HARM_KEYS = (
    *WHEN,
    "scope",
    "branch",
    "cause",
    "org_type",
    "recruitment",
    "gender",
    "care",
    "held_24h",
    "taken_by",
    "family_member",
    "person",
    *(f"stated_{dimension}" for dimension in STATED),
    *OUTCOME_COLUMNS,
)
MARGIN_KEYS = (*WHEN, "dimension", "value", "dimension2", "value2")
OBJECT_KEYS = (*WHEN, "scope", "kind", *EFFECTS)
KEYS = {"incidents": INCIDENT_KEYS, "harm": HARM_KEYS, "margins": MARGIN_KEYS, "objects": OBJECT_KEYS}
COUNTS = {
    "incidents": ("n",),
    "harm": ("n", "unknown", "at_least", "cases"),
    "margins": ("n", "unknown", "at_least"),
    "objects": ("n", "unknown", "at_least"),
}
VIEWS = {"i": "incidents", "h": "harm", "m": "margins", "o": "objects"}
SCOPED = frozenset({"harm", "objects"})


def half(day: date) -> int:
    """The half-year that a day lies in."""
    return 2 * day.year + (day.month > 6)


def half_sql(column: str) -> str:
    """The same, in DuckDB's SQL, for a column of dates."""
    return f"cast(2 * year({column}) + (month({column}) > 6)::int AS smallint)"
