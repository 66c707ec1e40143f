"""Commands that count: freeze, tables, table."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime

import click

from tabard.access.trail import console
from tabard.cli.say import as_json, refusing, say
from tabard.figures import actions, declarations, queries, writing
from tabard.figures.cells import Cell, TableResult
from tabard.figures.fresh import fresh
from tabard.site.example import FILLING_NOTE

DAY = click.DateTime(["%Y-%m-%d"])
KNOWN = click.option(
    "--as-of",
    "--known-on",
    "known_on",
    type=DAY,
    help="What was known by the end of this day, UTC (default: now).",
)
RECORDED = click.option("--recorded-by", type=DAY, help="What was recorded here by the end of this day, UTC.")


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


@click.command()
@KNOWN
@RECORDED
@as_json
@refusing
def freeze(known_on: datetime | None, recorded_by: datetime | None, json_: bool) -> None:
    """Freeze the register to a snapshot that tables count over."""
    snapshot = actions.freeze(
        by=console(), known_on=_day(known_on) or datetime.now(UTC), recorded_by=_day(recorded_by)
    )
    found = {
        "snapshot": snapshot.pk,
        "known_on": snapshot.known_on.isoformat(),
        "recorded_by": snapshot.recorded_by.isoformat(),
        "incidents": snapshot.incidents,
        "manifest_sha256": snapshot.manifest_sha256,
    }
    say(found, json_, f"Snapshot {snapshot.pk}: {snapshot.incidents} incidents.")


@click.command()
@as_json
@refusing
def tables(json_: bool) -> None:
    """List the tables that can be counted."""
    found = {name: declarations.declaration(name).title for name in declarations.names()}
    say(found, json_, "\n".join(f"{name:24} {title}" for name, title in found.items()))


@click.command()
@click.argument("name")
@click.option(
    "--year", "years", multiple=True, required=True, help="2019, or a half such as 2020-H1; may be repeated."
)
@KNOWN
@RECORDED
@click.option(
    "--register",
    type=click.Choice(["own", "example"]),
    help="Whose annexes (default: own once it holds something).",
)
@click.option(
    "--form", type=click.Choice(sorted(writing.FORMS)), help="Write a file to standard output instead."
)
@as_json
@refusing
def table(
    name: str,
    years: tuple[str, ...],
    known_on: datetime | None,
    recorded_by: datetime | None,
    register: str | None,
    form: str | None,
    json_: bool,
) -> None:
    """Count table NAME; `tabard tables` lists them. Freezes first where the register has grown since."""
    by = console()
    snapshot = fresh(by=by, known_on=_day(known_on), recorded_by=_day(recorded_by))
    found = queries.table(name, by=by, snapshot=snapshot, years=years, register=register)
    if form:
        sys.stdout.buffer.write(writing.export(by=by, table=found, form=form))
        return
    say(found.as_json(), json_, _page(found))


def _page(found: TableResult) -> str:
    lines = [
        found.declaration.title,
        f"Known on {found.known_on:%Y-%m-%d}, recorded by {found.recorded_by:%Y-%m-%d %H:%M} UTC. "
        f"Collection: {', '.join(found.collections)}.",
        "",
    ]
    wide = max((len(row.label) for row in found.rows), default=0)
    lines.append(" " * wide + "".join(f"{column:>10}" for column in found.columns))
    for row in found.rows:
        cells = [found.cell(row.code, column) for column in found.columns]
        lines.append(
            f"{row.label:{wide}}" + "".join(f"{_shown(cell):>10}" for cell in cells) + f"  {row.unit}"
        )
    filling = [FILLING_NOTE] if found.register == "example" else []
    return "\n".join([*lines, "", *found.declaration.footnotes, *filling])


def _shown(cell: Cell) -> str:
    if cell.value is None:
        return "n/s"
    return f"{'>=' if cell.at_least else ''}{cell.value:,}"
