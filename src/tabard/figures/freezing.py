"""The SQL of a freeze: which revision stood, and the four files that are written from it.

Everything runs inside DuckDB on the register's own rows; no document is opened and no row passes Python."""

from __future__ import annotations

from pathlib import Path

import duckdb

from tabard.figures.layout import (
    EFFECTS,
    HARM_CODES,
    INCIDENT_CODES,
    PARQUET,
    STATED,
    WHEN,
    half_sql,
)
from tabard.rules.facts import OUTCOMES
from tabard.vocab.words import column as words_column

# One pass: the key of the latest revision is one number, so that no wide row is kept while picking.
PICKED = """
CREATE TEMP TABLE picked AS
SELECT arg_max(id, epoch_us(known_at)::HUGEINT * 4294967296 + number) AS revision_id
FROM r_revision
WHERE known_at <= TIMESTAMP '{known_on}' AND recorded_at <= TIMESTAMP '{recorded_by}' AND reason <> 'void'
  AND id NOT IN (
    SELECT voids_id FROM r_revision WHERE voids_id IS NOT NULL AND recorded_at <= TIMESTAMP '{recorded_by}')
GROUP BY incident_id"""
# Codes as one byte each: a million rows wait in memory to meet their harm rows. No type may be empty.
CODES = (
    "CREATE TYPE collections AS ENUM (SELECT collection_id FROM r_incident UNION SELECT '')",
    "CREATE TYPE causes AS ENUM (SELECT cause FROM r_revision WHERE cause IS NOT NULL UNION SELECT '')",
    "CREATE TYPE branch AS ENUM (SELECT DISTINCT branch FROM branches)",
    "CREATE TYPE captor AS ENUM (SELECT DISTINCT captor FROM captors)",
)
LATEST = f"""
CREATE TEMP TABLE latest AS
SELECT r.id AS revision_id, r.reason, i.collection_id::collections AS collection,
  r.cause::causes AS cause, a.captor::captor AS captor,
  {half_sql("r.first_day")} AS half_first, {half_sql("r.last_day")} AS half_last
FROM r_revision r JOIN picked p ON p.revision_id = r.id JOIN r_incident i ON i.id = r.incident_id
LEFT JOIN captors a ON a.actor = r.actor"""
# What no longer counts is told in numbers only.
STANDING = """
CREATE TEMP TABLE standing AS SELECT collection, CASE WHEN reason IN ('withdrawn', 'counted_as') THEN reason
ELSE 'counted' END AS standing, count(*) AS n FROM latest GROUP BY ALL ORDER BY ALL"""
STATED_BY = ", ".join(
    f"max((dimension = '{dimension}')::TINYINT) AS stated_{dimension}" for dimension in STATED
)
STATED_FLAGS = ", ".join(
    f"coalesce(stated_{dimension}, 0)::TINYINT AS stated_{dimension}" for dimension in STATED
)
# Shuffled apart from the wide rows: sorting those by chance would take four times as long.
SHUFFLED = """
CREATE TEMP TABLE shuffled AS SELECT row_number() OVER () AS place, iid::INTEGER AS iid
FROM (SELECT iid FROM range(1, (SELECT count(*) FROM latest) + 1) AS numbers(iid) ORDER BY random())"""
NUMBERED = f"""
CREATE TEMP TABLE counted AS
SELECT n.iid, l.* EXCLUDE (place, reason), b.branch::branch AS branch, {STATED_FLAGS}
FROM (SELECT row_number() OVER () AS place, * FROM latest) l JOIN shuffled n USING (place)
LEFT JOIN branches b ON b.cause = l.cause
LEFT JOIN (SELECT revision_id, {STATED_BY} FROM r_margin WHERE dimension2 = '' GROUP BY 1) s
  USING (revision_id)
WHERE reason NOT IN ('withdrawn', 'counted_as')"""
# A person has a number only where the register knows the same person more than once.
REPEATED = """
CREATE TEMP TABLE repeated AS
SELECT subject, (row_number() OVER (ORDER BY random()))::INTEGER AS person
FROM (SELECT h.subject FROM r_harm h JOIN counted c USING (revision_id) WHERE h.subject IS NOT NULL
  GROUP BY 1 HAVING count(*) > 1)"""
# An incident in which somebody of a scope was threatened or harassed is one reported case of that scope.
CASES = """
CREATE TEMP TABLE cases AS SELECT min(h.id) AS id FROM r_harm h JOIN counted c USING (revision_id)
WHERE h.threatened = 1 OR h.harassed = 1 GROUP BY h.revision_id, h.scope"""
SCOPES = """
CREATE TEMP TABLE scopes AS
SELECT h.revision_id, min(h.scope) AS scope, count(DISTINCT coalesce(h.scope, '')) AS scopes
FROM r_harm h JOIN (SELECT DISTINCT revision_id FROM r_object) o USING (revision_id) GROUP BY 1"""
# Read apart, so that no million of ids waits in memory beside the codes.
KEY = "SELECT c.iid, r.incident_id FROM r_revision r JOIN counted c ON c.revision_id = r.id"
COUNTED = """coalesce({t}.n, 0)::INTEGER AS n, ({t}.n IS NULL)::INTEGER AS unknown,
  coalesce({t}.n_basis IN ('at_least', 'estimate', 'imputed'), false)::INTEGER AS at_least"""


def _own_half(code: str) -> str:
    """The half-year of an outcome's own day; the day of something that did not happen picks nothing."""
    return f"CASE WHEN h.{code} = 1 THEN {half_sql(f'h.{code}_on')} END"


HARM_OUTCOMES = ", ".join(
    f"h.{code}, {_own_half(code)} AS {code}_half" for code in OUTCOMES if code != "died"
)
# Who died in captivity died, whichever of the two the source wrote down.
DIED = f"""CASE WHEN h.died_in_captivity = 1 THEN 1 ELSE h.died END::SMALLINT AS died,
  coalesce({_own_half("died")}, {_own_half("died_in_captivity")}) AS died_half"""
# Who holds them: as stated; else the word that was chosen; else what the actor is (`rules.schemes`).
TAKEN_BY = """CASE WHEN h.captor IS NOT NULL THEN h.captor WHEN h.abducted = 1 AND h.detained = 1 THEN NULL
  WHEN h.abducted = 1 THEN 'non_state' WHEN h.detained = 1 THEN 'state' ELSE c.captor::VARCHAR END"""
# Whose building it is, its kind says; another thing belongs to the scope of the persons harmed with it,
# if they are of one scope only; hit with nobody harmed, it is the reporting organisation's own.
OBJECT_SCOPE = """CASE WHEN o.kind = 'un_premises' THEN 'unsms' WHEN o.kind = 'ngo_premises' THEN 'ngo'
  WHEN s.scopes IS NULL THEN 'unsms' WHEN s.scopes = 1 THEN s.scope END"""
WRITTEN = {
    "incidents": f"""SELECT c.iid, {", ".join(f"c.{name}" for name in WHEN)},
  r.first_day::VARCHAR AS first_day, r.last_day::VARCHAR AS last_day, r.date_precision, c.branch,
  {", ".join(f"r.{code}" for code in INCIDENT_CODES)}, 1 AS n FROM r_revision r
JOIN counted c ON c.revision_id = r.id""",
    "harm": f"""SELECT c.iid, {", ".join(f"c.{name}" for name in WHEN)},
  h.scope, coalesce(h.cause, c.cause::VARCHAR) AS cause,
  CASE WHEN h.cause IS NULL THEN c.branch::VARCHAR ELSE b.branch END AS branch,
  {", ".join(f"h.{code}" for code in HARM_CODES)}, {TAKEN_BY} AS taken_by, p.person,
  {", ".join(f"c.stated_{dimension}" for dimension in STATED)}, {DIED}, {HARM_OUTCOMES},
  h.n_basis, {COUNTED.format(t="h")}, (k.id IS NOT NULL)::INTEGER AS cases
FROM r_harm h JOIN counted c USING (revision_id) LEFT JOIN repeated p ON p.subject = h.subject
LEFT JOIN branches b ON b.cause = h.cause LEFT JOIN cases k ON k.id = h.id""",
    "margins": f"""SELECT c.iid, {", ".join(f"c.{name}" for name in WHEN)}, m.dimension, m.value,
  m.dimension2, m.value2, m.n_basis, {COUNTED.format(t="m")} FROM r_margin m JOIN counted c USING (revision_id)""",
    "objects": f"""SELECT c.iid, {", ".join(f"c.{name}" for name in WHEN)}, {OBJECT_SCOPE} AS scope, o.kind,
  {", ".join(f"o.{effect}" for effect in EFFECTS)}, o.n_basis, {COUNTED.format(t="o")}
FROM r_object o JOIN counted c USING (revision_id) LEFT JOIN scopes s USING (revision_id)""",
    "standing": "SELECT * FROM standing",
}


def pick(duck: duckdb.DuckDBPyConnection, known_on: str, recorded_by: str, key: Path) -> None:
    """Make the table `counted`: the incidents that stood, numbered at random; and write the key."""
    _words(duck, "branches", "cause", "branch")
    _words(duck, "captors", "actor", "captor")
    duck.execute(PICKED.format(known_on=known_on, recorded_by=recorded_by))
    for statement in (*CODES, LATEST, "DROP TABLE picked", STANDING, SHUFFLED, NUMBERED, "DROP TABLE latest"):
        duck.execute(statement)
    for statement in (REPEATED, CASES, SCOPES):
        duck.execute(statement)
    duck.execute(f"COPY ({KEY}) TO '{key}' ({PARQUET})")


def _words(duck: duckdb.DuckDBPyConnection, table: str, list_code: str, column: str) -> None:
    """One column of a list as a table: the branch of a cause, the side for which an actor holds people."""
    duck.execute(f"CREATE TEMP TABLE {table} ({list_code} VARCHAR, {column} VARCHAR)")
    duck.executemany(f"INSERT INTO {table} VALUES (?, ?)", list(words_column(list_code, column).items()))


def write(duck: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """The files of the snapshot, row by row."""
    for name, query in WRITTEN.items():
        duck.execute(f"COPY ({query}) TO '{folder / name}.parquet' ({PARQUET})")
