"""What is wrong with a report, as one code of the catalogue and the dotted name of its field.

Never a word somebody typed: of the place where the fault lies only our own field names and numbers are told."""

from __future__ import annotations

from functools import cache

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from tabard.rules.refusals import Refused

CODES = {
    "json_invalid": "bad_json",
    "json_type": "bad_json",
    "extra_forbidden": "field_not_known",
    "missing": "missing_field",
    "string_too_long": "too_long",
    "too_long": "too_many",
    "greater_than_equal": "out_of_range",
    "less_than_equal": "out_of_range",
    "int_type": "bad_number",
    "int_parsing_size": "out_of_range",
    "int_from_float": "bad_number",
    "float_type": "bad_number",
    "finite_number": "bad_number",
    "literal_error": "unknown_word",
    "value_error": "bad_value",
    "string_pattern_mismatch": "bad_value",
    "string_too_short": "bad_value",
    "too_short": "bad_value",
    "string_unicode": "bad_json",
}
ON_GLOBE = frozenset(("lat", "lon"))
LIMITS = ("max_length",)


def refusal(kind: type[BaseModel], error: ValidationError) -> Refused:
    """The first fault as a refusal."""
    first = error.errors(include_url=False, include_input=False)[0]
    field = named(first["loc"], known(kind))
    code = code_of(first, field)
    limit = next((first["ctx"][name] for name in LIMITS if name in first.get("ctx", {})), None)
    if code == "bad_json":
        return Refused(code)
    return Refused(code, field=field) if limit is None else Refused(code, field=field, limit=int(limit))


def code_of(fault: ErrorDetails, field: str) -> str:
    """The catalogue's code of one fault."""
    kind = fault["type"]
    if field == "position" or field.rpartition(".")[2] in ON_GLOBE:
        return (
            "position_off_globe" if kind not in ("extra_forbidden", "model_type") else CODES.get(kind, WRONG)
        )
    if kind.startswith(("datetime_", "timezone_")):
        return "bad_moment"
    if kind.startswith("date_") or (kind == "value_error" and "not a date" in fault["msg"]):
        return "bad_date"
    return CODES.get(kind, WRONG)


WRONG = "wrong_kind"


def named(place: tuple[int | str, ...], names: frozenset[str]) -> str:
    """Where the fault lies, dotted: field names and positions only; a key that is no field of ours is left out."""
    return ".".join(str(part) for part in place if isinstance(part, int) or part in names) or "report"


@cache
def known(kind: type[BaseModel]) -> frozenset[str]:
    """Every field name of a model and of those inside it."""
    schema = kind.model_json_schema()
    parts = [schema, *schema.get("$defs", {}).values()]
    return frozenset(name for part in parts for name in part.get("properties", {}))
