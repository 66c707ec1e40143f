"""Commands that count: freeze, tables, table."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from tabard.access.trail import console
from tabard.cli.say import as_json, refusing, say
from tabard.figures import actions, queries, sheets

DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.option(
    "--known-on", type=DAY, default=None, help="What was known by the end of this day, UTC (default: now)."
)
@click.option("--recorded-by", type=DAY, default=None, help="What was recorded here by the end of this day.")
@as_json
@refusing
def freeze(known_on: datetime | None, recorded_by: datetime | None, json_: bool) -> None:
    """Freeze the register to a snapshot that tables count over."""
    snapshot = actions.freeze(
        by=console(),
        known_on=known_on.date() if known_on else datetime.now(UTC),
        recorded_by=recorded_by.date() if recorded_by else None,
    )
    found = {
        "snapshot": snapshot.pk,
        "known_on": snapshot.known_on.isoformat(),
        "recorded_by": snapshot.recorded_by.isoformat(),
        "incidents": snapshot.incidents,
        "manifest_sha256": snapshot.manifest_sha256,
    }
    say(found, json_, f"Snapshot {snapshot.pk}: {snapshot.incidents} incidents.")
