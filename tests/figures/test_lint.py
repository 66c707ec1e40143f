"""Each thing that one of the three engines would answer differently fails the lint, and every table passes it."""

from __future__ import annotations

import pytest

from tabard.figures.declarations import FOLDER, declaration, declared, names
from tabard.figures.lint import FORBIDDEN, check
from tabard.rules.refusals import Refused

FINE = (
    "WITH a(x, y) AS (VALUES (1, 'p'), (2, 'q')), b AS (SELECT iid, n FROM h WHERE scope = 'unsms') "
    "SELECT 'r' AS cell_row, asked.col, b.iid, NULL, "
    "sum(n) FILTER (WHERE n > 0) OVER (ORDER BY b.iid NULLS FIRST), cast(n as double) / 2, cast(n as bigint), "
    "cast(n as varchar(9)) || substr('x', 1, 1), coalesce(n, 0) % 2 "
    "FROM b JOIN asked ON b.n IS NOT DISTINCT FROM asked.from_half JOIN a ON a.x = b.n -- it's free\n"
    "WHERE EXISTS (SELECT 1 FROM m WHERE m.iid = b.iid) AND dimension2 = '' "
)
WRONG = {
    "not_a_select": "DELETE FROM h",
    "second_statement": "SELECT 1 FROM h; SELECT 2 FROM h",
    "integer_division": "SELECT n / 2 FROM h",
    "cast_to_other": "SELECT cast(n as integer) FROM h",
    "cast_of_fraction": "SELECT cast(1.5 as bigint) FROM h",
    "text_cast_without_length": "SELECT cast(n as varchar) FROM h",
    "double_colon": "SELECT n::bigint FROM h",
    "boolean": "SELECT true FROM h",
    "date_literal": "SELECT date '2019-01-01' FROM h",
    "rollup": "SELECT sum(n) FROM h GROUP BY ROLLUP (scope)",
    "like": "SELECT n FROM h WHERE scope LIKE 'u%'",
    "quoted_name": 'SELECT "n" FROM h',
    "parameter": "SELECT n FROM h WHERE half_first = :year",
    "values_as_table": "SELECT x FROM (VALUES (1)) t",
    "everything": "SELECT * FROM h",
    "engine_word": "SELECT n FROM h LIMIT 1",
    "natural_join": "SELECT n FROM h NATURAL JOIN asked",
    "number_as_text": "SELECT n FROM h WHERE n = '1'",
    "text_as_number": "SELECT n FROM h JOIN asked ON col = 2019",
    "integer_as_boolean": "SELECT n FROM h WHERE died AND injured = 1",
}
MORE = {
    "function_round": "SELECT round(n) FROM h",
    "function_concat": "SELECT concat(scope, 'x') FROM h",
    "function_left": "SELECT left(scope, 2) FROM h",
    "function_greatest": "SELECT greatest(n, 1) FROM h",
    "function_if": "SELECT if(n > 1, 1, 0) FROM h",
    "function_string_agg": "SELECT string_agg(scope, ',') FROM h",
    "function_upper": "SELECT upper(scope) FROM h",
    "function_lower": "SELECT lower(scope) FROM h",
    "function_year": "SELECT year(first_day) FROM h",
    "function_read_parquet": "SELECT n FROM read_parquet('harm.parquet')",
    "order_without_nulls": "SELECT row_number() OVER (ORDER BY n) FROM h",
    "doubled_quote": "SELECT 'it''s' FROM h",
    "table_outside": "SELECT n FROM harm",
    "comma_join": "SELECT n FROM h, asked",
    "beyond_ascii": "SELECT 'é' FROM h",
}


def test_what_all_engines_answer_alike_passes() -> None:
    assert check(FINE) == ()


def test_every_pattern_has_its_example() -> None:
    assert WRONG.keys() == FORBIDDEN.keys()


@pytest.mark.parametrize(("fault", "sql"), [*WRONG.items(), *MORE.items()])
def test_each_forbidden_thing_fails(fault: str, sql: str) -> None:
    assert fault in check(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT n FROM incidents_harm",
        "SELECT n FROM main.harm",
        "SELECT n FROM h JOIN harm ON harm.iid = h.iid",
        "WITH x AS (SELECT n FROM harm) SELECT n FROM x",
        "SELECT n FROM h WHERE iid IN (SELECT iid FROM incidents)",
        "SELECT n FROM h UNION ALL SELECT n FROM 'harm.parquet'",
        "SELECT n FROM duckdb_tables()",
    ],
)
def test_a_table_that_names_what_is_not_its_own_is_refused(sql: str) -> None:
    with pytest.raises(Refused) as refused:
        declared({"code": "made", "rows": []}, sql)
    assert refused.value.code == "table_out_of_bounds"


@pytest.mark.parametrize("name", names())
def test_every_table_is_complete(name: str) -> None:
    table = declaration(name)
    assert table.code == name
    assert table.footnotes
    assert table.year_rule
    codes = [row.code for row in table.rows]
    assert len(set(codes)) == len(codes)
    assert {row.part_of for row in table.rows} | {row.not_stated for row in table.rows} <= {"", *codes}
    assert check((FOLDER / f"{name}.sql").read_text(encoding="utf-8")) == ()


def test_a_table_that_is_not_there_is_refused() -> None:
    with pytest.raises(Refused):
        declaration("../secrets")
