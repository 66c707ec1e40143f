"""Commands for an organisation's own log: suggest a column mapping, save it, and mend rows that were held."""

from __future__ import annotations

import json
from pathlib import Path

import click

from tabard.access.trail import console
from tabard.cli.outcome import reasons
from tabard.cli.say import as_json, refusing, say
from tabard.formats.engine import samples
from tabard.formats.log.mapping import from_json, suggest, to_json
from tabard.incidents.mending import cells_of
from tabard.incidents.mending import mend as mend_row
from tabard.intake import actions
from tabard.intake.models import Mapping, Row
from tabard.rules.refusals import Refused

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
SAMPLE = 40
LONGEST_NAME = 80


@click.group()
def mapping() -> None:
    """Column mappings for an organisation's own Excel or CSV log."""


@mapping.command("suggest")
@click.argument("file", type=FILE)
@refusing
def suggest_(file: Path) -> None:
    """Guess a mapping from FILE's header and first rows; prints JSON to correct and save."""
    for _, rows in samples(file.read_bytes(), SAMPLE):
        if rows:
            click.echo(json.dumps(to_json(suggest(rows[0], rows[1:])), ensure_ascii=False, indent=1))
            return
    raise Refused("empty_file")


@mapping.command()
@click.argument("name")
@click.argument("file", type=FILE)
@as_json
@refusing
def save(name: str, file: Path, json_: bool) -> None:
    """Keep the mapping in FILE (JSON) under NAME; the same name again replaces it."""
    try:
        data = json.loads(file.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Refused("unreadable_file", format="JSON") from error
    if not isinstance(data, dict):
        raise Refused("bad_value", field="mapping")
    if not 0 < len(name) <= LONGEST_NAME:
        raise Refused("bad_value", field="name")
    kept = actions.save_mapping(by=console(), name=name, mapping=to_json(from_json(data)))
    say({"mapping": kept.pk, "name": name}, json_, f"Mapping {name} is saved.")


@mapping.command("list")
@as_json
@refusing
def list_(json_: bool) -> None:
    """The mappings that are saved."""
    names = list(Mapping.objects.order_by("name").values_list("name", flat=True))
    say(names, json_, "\n".join(names))


@click.command()
@click.argument("batch")
@click.argument("row", type=int)
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="COLUMN=VALUE",
    help="What a cell should hold; may be repeated.",
)
@as_json
@refusing
def mend(batch: str, row: int, changes: tuple[str, ...], json_: bool) -> None:
    """Mend held ROW of BATCH. Without --set, show its cells and why it is held."""
    found = Row.objects.filter(batch=batch, number=row).select_related("batch").first()
    if found is None:
        raise Refused("not_found")
    if not changes:
        _show(found, json_)
        return
    if not all("=" in change for change in changes):
        raise Refused("bad_value", field="--set")
    pairs = dict(change.split("=", 1) for change in changes)
    mended = mend_row(by=console(), row=found, changes=pairs)
    say(
        {"row": mended.number, "effect": mended.effect},
        json_,
        f"Row {mended.number} is accepted: {mended.effect}.",
    )


def _show(row: Row, json_: bool) -> None:
    cells = cells_of(row)
    sentence = "\n".join([*reasons(row), *(f"  {name} = {cell}" for name, cell in cells.items() if cell)])
    say({"row": row.number, "state": row.state, "notes": row.notes, "cells": cells}, json_, sentence)
