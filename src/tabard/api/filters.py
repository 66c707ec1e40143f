"""What a list of incidents may be asked for: the same as on the page; a word that no list holds is refused."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from tabard.incidents.queries import Filters
from tabard.places import countries
from tabard.rules.refusals import Refused
from tabard.vocab import words
from tabard.vocab.schemes import scheme

Code = Annotated[str, Field(max_length=40, pattern=r"^[a-z0-9_-]*$")]
Year = Annotated[int, Field(ge=1900, le=2100)]


class Asked(BaseModel):
    """The filter. `unknown` asks for what is not stated."""

    country: Annotated[str, Field(pattern=r"^([A-Z]{3}|unknown)?$")] = ""
    category: Code = ""
    recruitment: Code = ""
    gender: Code = ""
    collection: Code = ""
    first_year: Year | None = None
    last_year: Year | None = None
    reference: Annotated[str, Field(pattern=r"^([A-Z]{3}(-([0-9]{4}(-[0-9]{0,6})?)?)?)?$")] = ""

    def filters(self) -> Filters:
        """As the register takes it."""
        for name in ("country", "category", "recruitment", "gender"):
            if (code := getattr(self, name)) and not _known(name, code):
                raise Refused("unknown_word", field=name)
        return Filters(**self.model_dump())


def _known(name: str, code: str) -> bool:
    if code == "unknown":
        return True
    if name == "country":
        return countries.country(code) is not None
    if name == "category":
        return code == "none" or any(rule.code == code for rule in scheme("annex").categories)
    return words.is_word(name, code)


class Page(BaseModel):
    """Which part of a list."""

    cursor: Annotated[str, Field(max_length=60)] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50
