"""The one way to say no: a code of the catalogue (`vocab/data/errors.csv`) and the fields it names.

A refusal carries codes, numbers and field names only: never a value somebody typed."""

from __future__ import annotations


class Refused(Exception):
    """The asked-for thing was not done. `code` finds the sentence that says what to do next."""

    def __init__(self, code: str, **fields: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.fields = fields


class Forbidden(Refused):
    """Refused because of who asks. Looks the same whether or not the thing exists."""

    def __init__(self, code: str = "not_allowed", **fields: str | int) -> None:
        super().__init__(code, **fields)
