-- Contributions to the cells: cell_row, col, iid, person, n, unknown, at_least.
WITH
-- One person, one outcome: the first that holds.
graded AS (
  SELECT iid, person, half_first, half_last, recruitment, org_type, n, unknown, at_least,
    stated_total, stated_outcome, stated_recruitment, stated_org_type,
    CASE
      WHEN died = 1 THEN 'killed'
      WHEN sexual_violence = 1 THEN 'injured'
      WHEN injured = 1 AND coalesce(care, 1) = 1 THEN 'injured'
      WHEN coalesce(held_24h, 1) = 0
        AND coalesce(abducted, 0) + coalesce(detained, 0) + coalesce(missing, 0) > 0 THEN 'below'
      WHEN abducted = 1 AND coalesce(taken_by, 'non_state') = 'non_state' THEN 'kidnapped'
      WHEN detained = 1 AND taken_by = 'non_state' THEN 'kidnapped'
      WHEN missing = 1 AND taken_by = 'non_state' THEN 'kidnapped'
      WHEN detained = 1 AND coalesce(taken_by, 'state') = 'state' THEN 'detained'
      WHEN abducted = 1 AND taken_by = 'state' THEN 'detained'
      WHEN missing = 1 AND taken_by = 'state' THEN 'detained'
      WHEN coalesce(injured, 0) + coalesce(abducted, 0) + coalesce(detained, 0) + coalesce(missing, 0)
        + coalesce(exploited, 0) + coalesce(assaulted, 0) + coalesce(robbed, 0) + coalesce(broken_in, 0)
        + coalesce(burgled, 0) + coalesce(threatened, 0) + coalesce(harassed, 0) + coalesce(other_harm, 0) > 0
        THEN 'below'
      ELSE 'not_stated'
    END AS grade
  FROM h
  WHERE coalesce(branch, 'violence') = 'violence' AND coalesce(family_member, 0) = 0
),
-- What the source states by a dimension stands; what it does not state so is summed from its rows.
persons AS (
  SELECT 'victims' AS cell_row, iid, person, half_first, half_last, n, unknown, at_least
  FROM graded WHERE stated_total = 0 AND grade <> 'below'
  UNION ALL
  SELECT grade, iid, person, half_first, half_last, n, unknown, at_least
  FROM graded WHERE stated_outcome = 0 AND grade NOT IN ('below', 'not_stated')
  UNION ALL
  SELECT CASE recruitment WHEN 'local' THEN 'national' ELSE 'international' END,
    iid, person, half_first, half_last, n, unknown, at_least
  FROM graded
  WHERE stated_recruitment = 0 AND grade <> 'below' AND recruitment IN ('local', 'international')
  UNION ALL
  SELECT
    CASE
      WHEN org_type IN ('un', 'un_secretariat', 'un_afp', 'unrwa') THEN 'un'
      WHEN org_type IN ('ingo', 'icrc', 'ifrc') THEN org_type
      WHEN org_type IN ('lngo_nrcs', 'lngo_cbo', 'nngo', 'national_society', 'nrcs_ifrc') THEN 'lngo_rcs'
      ELSE 'other'
    END,
    iid, person, half_first, half_last, n, unknown, at_least
  FROM graded WHERE stated_org_type = 0 AND grade <> 'below' AND org_type IS NOT NULL
  UNION ALL
  SELECT
    CASE
      WHEN dimension = 'total' THEN 'victims'
      WHEN dimension = 'recruitment' AND value = 'local' THEN 'national'
      WHEN dimension = 'recruitment' THEN value
      WHEN dimension = 'outcome' AND value = 'died' THEN 'killed'
      WHEN dimension = 'outcome' AND value = 'abducted' THEN 'kidnapped'
      WHEN dimension = 'outcome' THEN value
      WHEN value IN ('un', 'un_secretariat', 'un_afp', 'unrwa') THEN 'un'
      WHEN value IN ('ingo', 'icrc', 'ifrc') THEN value
      WHEN value IN ('lngo_nrcs', 'lngo_cbo', 'nngo', 'national_society', 'nrcs_ifrc') THEN 'lngo_rcs'
      ELSE 'other'
    END,
    iid, NULL, half_first, half_last, n, unknown, at_least
  FROM m
  WHERE dimension2 = '' AND (dimension IN ('total', 'recruitment', 'org_type')
    OR (dimension = 'outcome' AND value IN ('died', 'injured', 'abducted', 'detained')))
)
SELECT persons.cell_row, asked.col, persons.iid, persons.person, persons.n, persons.unknown, persons.at_least
FROM persons JOIN asked
  ON persons.half_first >= asked.from_half AND persons.half_last <= asked.to_half
UNION ALL
SELECT 'incidents', asked.col, i.iid, NULL, i.n, 0, 0
FROM i JOIN asked ON i.half_first >= asked.from_half AND i.half_last <= asked.to_half
UNION ALL
SELECT 'straddling', asked.col, i.iid, NULL, i.n, 0, 0
FROM i JOIN asked
  ON i.half_first IS NULL
  OR (i.half_first <= asked.to_half AND i.half_last >= asked.from_half
    AND (i.half_first < asked.from_half OR i.half_last > asked.to_half))
