-- Contributions to the cells: cell_row, col, iid, person, n, unknown, at_least.
WITH
graded AS (
  SELECT iid, person, half_first, half_last, recruitment, n, unknown, at_least, stated_outcome,
    CASE
      WHEN died = 1 THEN 'killed'
      WHEN sexual_violence = 1 OR (injured = 1 AND coalesce(care, 1) = 1) THEN 'injured'
      WHEN coalesce(held_24h, 1) = 0 THEN 'below'
      WHEN (abducted = 1 AND coalesce(taken_by, 'non_state') = 'non_state')
        OR (coalesce(detained, missing) = 1 AND taken_by = 'non_state') THEN 'kidnapped'
      WHEN (detained = 1 AND coalesce(taken_by, 'state') = 'state')
        OR (coalesce(abducted, missing) = 1 AND taken_by = 'state') THEN 'detained'
      ELSE 'below'
    END AS grade
  FROM h
  WHERE coalesce(branch, 'violence') = 'violence' AND coalesce(family_member, 0) = 0
),
crossed AS (
  SELECT grade || CASE recruitment WHEN 'local' THEN '_national' WHEN 'international' THEN '_international'
      ELSE '_not_stated' END AS cell_row,
    iid, person, half_first, half_last, n, unknown, at_least
  FROM graded WHERE grade <> 'below' AND (stated_outcome = 0 OR recruitment IS NOT NULL)
  UNION ALL
  -- Where the source gives the outcome by itself, what its rows do not explain has no recruitment stated.
  SELECT CASE value WHEN 'died' THEN 'killed' WHEN 'abducted' THEN 'kidnapped' ELSE value END || '_not_stated',
    iid, NULL, half_first, half_last, n, unknown, at_least
  FROM m WHERE dimension = 'outcome' AND dimension2 = '' AND value IN ('died', 'injured', 'abducted', 'detained')
  UNION ALL
  SELECT grade || '_not_stated', iid, NULL, half_first, half_last, 0 - n, 0, 0
  FROM graded WHERE grade <> 'below' AND stated_outcome = 1 AND recruitment IS NOT NULL
)
SELECT crossed.cell_row, asked.col, crossed.iid, crossed.person, crossed.n, crossed.unknown, crossed.at_least
FROM crossed JOIN asked
  ON crossed.half_first >= asked.from_half AND crossed.half_last <= asked.to_half
