"""What each value of a report may look like: lengths, ranges, alphabets. Nothing else gets in.

The bounds are those of the register's columns and of the files that come in, so that whatever is stored
can be written as a report and read again."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from tabard.formats.cells import MOST_NAME, MOST_PERSONS
from tabard.formats.reading import DEFAULT_LIMITS

MOST_DAYS_OFF = 3_660
MOST_HARM, MOST_MARGINS, MOST_OBJECTS, MOST_TAGS, MOST_SOURCES = 200, 500, 100, 100, 20
FIRST, LAST = date(1900, 1, 1), date(2200, 12, 31)


class Shape(BaseModel):
    """Base of all parts: immutable, no field beside those named, no value turned into another kind."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, allow_inf_nan=False, regex_engine="rust-regex"
    )


def iso_only(value: object) -> object:
    """A day is written YYYY-MM-DD and nothing else: `20260102`, or a moment, would be a guess."""
    if not (isinstance(value, str | date) and len(text := str(value)) == 10 and text[4] == text[7] == "-"):
        raise ValueError("not a date")
    return value


# No NUL anywhere: no database keeps one. Words of lists are checked against their list by the register.
Code = Annotated[str, Field(max_length=48, pattern=r"^[A-Za-z0-9_:+.-]*$")]
Ulid = Annotated[str, Field(min_length=26, max_length=26, pattern=r"^[0-7][0-9A-HJKMNP-TV-Z]{25}$")]
Key = Annotated[str, Field(min_length=26, max_length=26, pattern=r"^[0-9A-HJKMNP-TV-Z]{26}$")]  # opaque
Owner = Annotated[str, Field(max_length=26, pattern=r"^([0-7][0-9A-HJKMNP-TV-Z]{25})?$")]
Country = Annotated[str, Field(min_length=3, max_length=3, pattern=r"^[A-Z]{3}$")]
Collection = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z0-9_-]+$")]
Name = Annotated[str, Field(max_length=MOST_NAME, pattern=r"^[^\x00]*$")]
Prose = Annotated[str, Field(max_length=DEFAULT_LIMITS.chars_per_cell, pattern=r"^[^\x00]*$")]
Count = Annotated[int, Field(ge=0, le=MOST_PERSONS)]
Day = Annotated[date, BeforeValidator(iso_only), Field(strict=False, ge=FIRST, le=LAST)]
