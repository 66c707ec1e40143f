"""Takes a table away: CSV with an HXL row, XLSX, JSON. No cell is a formula; no number lacks its unit."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator

from tabard.access import door, policy
from tabard.access.door import action
from tabard.access.permissions import Permission
from tabard.figures.cells import TableResult
from tabard.formats.out import hxl_csv, xlsx
from tabard.formats.out.columns import CELLS, OutColumn, Row
from tabard.rules.refusals import Refused

# The promise of `formats`, and what makes each number defensible.
COLUMNS = (
    *CELLS,
    OutColumn("label", "#indicator+label"),
    OutColumn("state", "#status+cell"),
    OutColumn("unknown", "#indicator+unknown+num", "number"),
    OutColumn("at_least", "#indicator+at_least", "text"),
    OutColumn("rule", "#indicator+rule"),
    OutColumn("provenance", "#meta+provenance"),
    OutColumn("snapshot", "#meta+snapshot"),
)


def rows(table: TableResult) -> Iterator[Row]:
    """One line a cell, each complete in itself: a cell that is copied out keeps its unit, scope and dates."""
    shared = {
        "table": table.declaration.code,
        "known_on": table.known_on.isoformat(),
        "recorded_by": table.recorded_by.isoformat(),
        "snapshot": table.snapshot,
    }
    for cell in table.cells:
        said = cell.as_json() | {"at_least": "yes" if cell.at_least else "", "year": cell.column}
        yield shared | {name: value for name, value in said.items() if name != "repeats"}


def as_csv(table: TableResult) -> bytes:
    """CSV in UTF-8 with an HXL row."""
    stream = io.StringIO(newline="")
    hxl_csv.write(rows(table), stream, COLUMNS)
    return stream.getvalue().encode()


def as_xlsx(table: TableResult) -> bytes:
    """One sheet with an HXL row."""
    stream = io.BytesIO()
    xlsx.write(rows(table), stream, COLUMNS)
    return stream.getvalue()


def as_json(table: TableResult) -> bytes:
    """The published form."""
    return (json.dumps(table.as_json(), ensure_ascii=False, indent=1) + "\n").encode()


FORMS: dict[str, Callable[[TableResult], bytes]] = {"csv": as_csv, "xlsx": as_xlsx, "json": as_json}


def _keys(*, table: TableResult, **_: object) -> tuple[str, ...]:
    return tuple(f"collection:{collection}" for collection in table.collections)


@action(Permission.TABLE_EXPORT, about=_keys)
def export(*, by: policy.Actor, table: TableResult, form: str) -> bytes:
    """A counted table as a file; that it was taken away is written down."""
    if form not in FORMS:
        raise Refused("bad_value", field="form")
    door.record("figures:table:export", f"snapshot:{table.snapshot}", table=table.declaration.code, form=form)
    return FORMS[form](table)
