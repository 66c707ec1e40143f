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
  SELECT 'killed' AS cell_row, iid, person, coalesce(died_half, half_first) AS from_half,
    coalesce(died_half, half_last) AS to_half, n, unknown, at_least
  FROM own WHERE died = 1
  UNION ALL
  SELECT 'injured' AS cell_row, iid, person, coalesce(injured_half, half_first) AS from_half,
    coalesce(injured_half, half_last) AS to_half, n, unknown, at_least
  FROM own WHERE injured = 1 AND coalesce(died, 0) = 0
  UNION ALL
  SELECT 'abducted' AS cell_row, iid, person, coalesce(abducted_half, detained_half, died_in_captivity_half, half_first) AS from_half,
    coalesce(abducted_half, detained_half, died_in_captivity_half, half_last) AS to_half, n, unknown, at_least
  FROM own WHERE (abducted = 1 AND coalesce(taken_by, 'non_state') = 'non_state')
    OR (detained = 1 AND taken_by = 'non_state') OR (died_in_captivity = 1 AND taken_by = 'non_state')
  UNION ALL
  SELECT 'detained' AS cell_row, iid, person, coalesce(detained_half, abducted_half, died_in_captivity_half, half_first) AS from_half,
    coalesce(detained_half, abducted_half, died_in_captivity_half, half_last) AS to_half, n, unknown, at_least
  FROM own WHERE (detained = 1 AND coalesce(taken_by, 'state') = 'state')
    OR (abducted = 1 AND taken_by = 'state') OR (died_in_captivity = 1 AND taken_by = 'state')
  UNION ALL
  SELECT 'intimidation', iid, NULL, coalesce(harassed_half, threatened_half, half_first),
    coalesce(harassed_half, threatened_half, half_last), cases, 0, 0
  FROM own WHERE cases > 0
),
-- Everybody with any outcome in the window, once, whichever outcome brings them there.
affected AS (
  SELECT DISTINCT f.hid, asked.col
  FROM f JOIN asked ON f.from_half >= asked.from_half AND f.to_half <= asked.to_half
),
straddling AS (
  SELECT DISTINCT f.hid, asked.col
  FROM f JOIN asked
    ON f.from_half IS NULL
    OR (f.from_half <= asked.to_half AND f.to_half >= asked.from_half
      AND (f.from_half < asked.from_half OR f.to_half > asked.to_half))
)
SELECT told.cell_row, asked.col, told.iid, told.person, told.n, told.unknown, told.at_least
FROM told JOIN asked ON told.from_half >= asked.from_half AND told.to_half <= asked.to_half
UNION ALL
SELECT 'affected', affected.col, own.iid, own.person, own.n, own.unknown, own.at_least
FROM affected JOIN own ON own.hid = affected.hid
UNION ALL
SELECT 'straddling', straddling.col, own.iid, own.person, own.n, own.unknown, own.at_least
FROM straddling JOIN own ON own.hid = straddling.hid
