-- Contributions to the cells: cell_row, col, iid, person, n, unknown, at_least.
WITH
own AS (
  SELECT hid, iid, person, half_first, half_last, branch, cause, taken_by, n, unknown, at_least, cases,
    died, died_half, died_in_captivity, died_in_captivity_half, injured, injured_half, abducted, abducted_half,
    detained, detained_half, missing, missing_half, sexual_violence, sexual_violence_half,
    assaulted, assaulted_half, robbed, robbed_half, broken_in, broken_in_half, burgled, burgled_half,
    threatened_half, harassed_half
  FROM h WHERE coalesce(family_member, 0) = 0
),
told AS (
  SELECT 'fatalities' AS cell_row, iid, person, coalesce(died_half, half_first) AS from_half,
    coalesce(died_half, half_last) AS to_half, n, unknown, at_least
  FROM own WHERE died = 1
  UNION ALL
  SELECT CASE WHEN cause IN ('terrorism', 'armed_conflict', 'crime', 'civil_unrest', 'road_traffic', 'aviation') THEN 'fatalities_' || cause
      WHEN branch = 'violence' THEN 'fatalities_violence_unknown' WHEN branch = 'safety' THEN 'fatalities_safety_other' END AS cell_row, iid, person, coalesce(died_half, half_first) AS from_half,
    coalesce(died_half, half_last) AS to_half, n, unknown, at_least
  FROM own WHERE died = 1 AND branch IN ('violence', 'safety')
  UNION ALL
  SELECT 'injuries' AS cell_row, iid, person, coalesce(injured_half, half_first) AS from_half,
    coalesce(injured_half, half_last) AS to_half, n, unknown, at_least
  FROM own WHERE injured = 1 AND coalesce(died, 0) = 0
  UNION ALL
  SELECT CASE WHEN cause IN ('terrorism', 'armed_conflict', 'crime', 'civil_unrest', 'road_traffic', 'aviation') THEN 'injuries_' || cause
      WHEN branch = 'violence' THEN 'injuries_violence_unknown' WHEN branch = 'safety' THEN 'injuries_safety_other' END AS cell_row, iid, person, coalesce(injured_half, half_first) AS from_half,
    coalesce(injured_half, half_last) AS to_half, n, unknown, at_least
  FROM own WHERE injured = 1 AND coalesce(died, 0) = 0 AND branch IN ('violence', 'safety')
),
straddling AS (
  SELECT DISTINCT f.hid, asked.col
  FROM f JOIN asked
    ON f.outcome IN ('died', 'injured') AND (f.from_half IS NULL
    OR (f.from_half <= asked.to_half AND f.to_half >= asked.from_half
      AND (f.from_half < asked.from_half OR f.to_half > asked.to_half)))
)
SELECT told.cell_row, asked.col, told.iid, told.person, told.n, told.unknown, told.at_least
FROM told JOIN asked ON told.from_half >= asked.from_half AND told.to_half <= asked.to_half
UNION ALL
SELECT 'straddling', straddling.col, own.iid, own.person, own.n, own.unknown, own.at_least
FROM straddling JOIN own ON own.hid = straddling.hid
