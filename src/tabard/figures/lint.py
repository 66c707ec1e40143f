"""Keeps a table's SQL in the subset that DuckDB, SQLite and Spark answer alike, and inside its own views.

Each fault is a short code; what a table may use is a list, so that what nobody thought of is refused too."""

from __future__ import annotations

import re

VIEWS = frozenset({"i", "h", "m", "o", "f", "asked"})
FUNCTIONS = frozenset(
    {"coalesce", "nullif", "count", "sum", "min", "max", "substr", "cast", "row_number", "rank", "dense_rank"}
)
# Words that an opening bracket may follow without being functions.
BEFORE_BRACKET = frozenset(
    "all and as by case distinct else except exists filter from group having in intersect join not on or "
    "order over partition select then union using values varchar when where with between".split()
)
TEXT = re.compile(r"'(?:[^']|'')*'")
COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
NAME = r"[a-z_][a-z0-9_]*"
NUMBERS = "n|unknown|at_least|cases|iid|hid|person|from_half|to_half|half_first|half_last"

# Each pattern is matched against the SQL in lower case, without comments and with every text as ''.
FORBIDDEN = {
    "not_a_select": r"\A(?!\s*(?:select|with)\b)",
    "second_statement": r";",
    "integer_division": r"(?<!as double\))(?<!as double\) )/",
    "cast_to_other": r"\bas\s+(?:int|integer|smallint|tinyint|decimal|numeric|bool|boolean|date|timestamp)\b",
    "cast_of_fraction": r"cast\s*\(\s*[0-9]*\.[0-9]+[^)]*as\s+bigint|\bas\s+double\)[^,;]*\bas\s+bigint",
    "text_cast_without_length": r"\bas\s+(?:varchar(?!\s*\()|text|string|char)\b",
    "double_colon": r"::",
    "boolean": r"\b(?:true|false)\b",
    "date_literal": r"\b(?:date|timestamp|interval)\s*''|\binterval\b|\bcurrent_(?:date|timestamp|time)\b",
    "rollup": r"\b(?:rollup|cube|grouping\s+sets)\b",
    "like": r"\b(?:i?like|glob|regexp|similar)\b",
    "quoted_name": r"[\"`\[]",
    "parameter": r"[:?$@]",
    "values_as_table": r"\b(?:from|join)\s*\(\s*values\b",
    "everything": r"(?:select|\.|,)\s*\*",
    "engine_word": r"\b(?:qualify|pivot|unpivot|lateral|exclude|offset|limit|pragma|attach|copy)\b",
    "natural_join": r"\bnatural\b",
    "number_as_text": rf"\b(?:{NUMBERS})\s*(?:=|<>|<|>|<=|>=|in\s*\()\s*''",
    "text_as_number": r"''\s*(?:=|<>|<|>)\s*[0-9]|\bcol\s*(?:=|<>|<|>)\s*[0-9]",
    "integer_as_boolean": rf"\b(?:where|when|and|or|not|having|on)\s+(?:{NAME}\.)?"
    rf"(?!exists\b|not\b|case\b|null\b){NAME}\s*(?:\bthen\b|\band\b|\bor\b|\)|\bgroup\b|\bunion\b|\border\b|\Z)",
}
ORDER = re.compile(r"\border\s+by\b(.*?)(?:\)|\Z|\bunion\b|\brows\b|\brange\b)", re.DOTALL)
ALIAS = rf"(?:\s+(?:as\s+)?(?!on\b|join\b|where\b){NAME})?"
TABLE = re.compile(rf"(?<!distinct )\b(?:from|join)\s+({NAME}(?:\.{NAME})?){ALIAS}\s*(,)?")
CTE = re.compile(rf"(?:\bwith|,)\s*({NAME})\s*(?:\([^()]*\))?\s+as\s*\(")
BRACKET = re.compile(rf"\b({NAME})\s*\(")


def check(sql: str) -> tuple[str, ...]:
    """The faults of a table's SQL; none when it may be used."""
    bare = re.sub(r"\s+", " ", COMMENT.sub(" ", sql).lower())
    faults = ["doubled_quote"] if any("''" in text[1:-1] for text in TEXT.findall(bare)) else []
    plain = TEXT.sub("''", bare)
    faults += [code for code, pattern in FORBIDDEN.items() if re.search(pattern, plain)]
    faults += [*_functions(plain), *_orders(plain), *_tables(plain)]
    if not bare.isascii():
        faults.append("beyond_ascii")
    return tuple(faults)


def _functions(plain: str) -> list[str]:
    named = {cte.group(1) for cte in CTE.finditer(plain)} | set(_with_columns(plain))
    used = {match.group(1) for match in BRACKET.finditer(plain)}
    return [f"function_{name}" for name in sorted(used - FUNCTIONS - BEFORE_BRACKET - named)]


def _with_columns(plain: str) -> list[str]:
    """The names of CTEs that list their columns: `shown(a, b) AS (`."""
    return [match.group(1) for match in re.finditer(rf"\b({NAME})\s*\([^()]*\)\s+as\s*\(", plain)]


def _orders(plain: str) -> list[str]:
    """Every ordered column says where its nulls go."""
    keys = [key for order in ORDER.finditer(plain) for key in order.group(1).split(",")]
    return ["order_without_nulls"] if any(not re.search(r"\bnulls\s+(first|last)\b", k) for k in keys) else []


def _tables(plain: str) -> list[str]:
    """Only the cut views and the query's own steps; joined with JOIN, never by a comma."""
    known = VIEWS | {cte.group(1) for cte in CTE.finditer(plain)} | set(_with_columns(plain))
    faults = []
    for match in TABLE.finditer(plain):
        if match.group(1) not in known:
            faults.append("table_outside")
        if match.group(2):
            faults.append("comma_join")
    return faults + (["table_outside"] if re.search(r"\b(?:from|join)\s*''", plain) else [])
