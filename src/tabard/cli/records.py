"""Commands that take records in and out: import, undo, confirm, erase, export."""

from __future__ import annotations

import mimetypes
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import click

from tabard.access.trail import console
from tabard.cli.collections import known, open_known
from tabard.cli.outcome import report, told
from tabard.cli.say import as_json, refusing, say
from tabard.formats.registry import FORMATS
from tabard.incidents.actions import erase_words
from tabard.incidents.exporting import WRITERS, write
from tabard.incidents.imports import confirm_withdrawals
from tabard.incidents.imports import undo as undo_import
from tabard.incidents.queries import Filters
from tabard.incidents.worker import process
from tabard.intake import actions
from tabard.intake.models import Batch, Mapping
from tabard.intake.queries import fits
from tabard.places.countries import countries
from tabard.rules.refusals import Refused

DAY = click.DateTime(["%Y-%m-%d"])
DEFAULT = {"awsd": "awsd", "kika": "kika", "log": "own"}
SPAN = re.compile(r"([0-9]{4})(?:-([0-9]{4}))?")


@click.command("import")
@click.argument("format_", metavar="FORMAT", type=click.Choice(sorted(FORMATS)))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--as-of", type=DAY, default=None, help="The day on which the source knew this (default: today)."
)
@click.option("--collection", help="Whose counting the records belong to (default: by format).")
@click.option("--mapping", help="Name of a saved column mapping, for FORMAT log.")
@click.option(
    "--covers", metavar="FIRST-LAST", help="The years that the file declares to cover, e.g. 1997-2016."
)
@click.option("--held/--no-held", "show_held", default=True, help="List the rows that were held or rejected.")
@as_json
@refusing
def import_(
    format_: str,
    file: Path,
    as_of: datetime | None,
    collection: str | None,
    mapping: str | None,
    covers: str | None,
    show_held: bool,
    json_: bool,
) -> None:
    """Take a FILE in. Every row ends accepted, held or rejected; the original is kept word for word."""
    by = console()
    code = known(collection or DEFAULT.get(format_, "own"))
    by_mapping, span = _mapping(mapping), _years(covers, "covers")
    media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    fits(format_, code)
    original = actions.receive(by=by, data=file.read_bytes(), media_type=media_type, collection=code)
    batch = actions.open_batch(
        by=by,
        original=original,
        format=format_,
        collection=code,
        as_of=(as_of or datetime.now(UTC)).date(),
        mapping=by_mapping,
        covers=span,
    )
    open_known(by, code)
    process(by=by, batch=batch)
    if batch.state == "failed":
        raise Refused(batch.failure)
    found = told(batch)
    say(found, json_, report(batch, found, show_held))


def _mapping(name: str | None) -> Mapping | None:
    if name is None:
        return None
    found = Mapping.objects.filter(name=name).first()
    if found is None:
        raise Refused("not_found")
    return found


def _years(text: str | None, field: str) -> tuple[int, int] | None:
    if text is None:
        return None
    found = SPAN.fullmatch(text)
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
    if first > last:
        raise Refused("bad_value", field=field)
    return first, last


def _batch(pk: str) -> Batch:
    found = Batch.objects.filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


@click.command()
@click.argument("batch")
@as_json
@refusing
def undo(batch: str, json_: bool) -> None:
    """Undo an import: what it wrote never held; what later exports said stays."""
    undone = undo_import(by=console(), batch=_batch(batch))
    say({"batch": undone.pk, "state": undone.state}, json_, f"Batch {undone.pk} is undone.")


@click.command()
@click.argument("batch")
@as_json
@refusing
def confirm(batch: str, json_: bool) -> None:
    """Confirm that the many records missing from an export are really withdrawn."""
    done = confirm_withdrawals(by=console(), batch=_batch(batch))
    say(told(done), json_, f"{done.withdrawn} records withdrawn.")


@click.command()
@click.argument("original")
@click.option("--reason", default="request", help="One word: request, court, mistake.")
@as_json
@refusing
def erase(original: str, reason: str, json_: bool) -> None:
    """Erase an ORIGINAL (its id, or that of a batch made of it) for good: its bytes, verbatim rows, words and

    places. Figures and chains stand."""
    by = console()
    batch = Batch.objects.filter(pk=original).first()
    original = batch.original if batch else original
    gone = erase_words(by=by, original=original, reason=reason)
    actions.erase_original(by=by, original=original, reason=reason)
    say({"original": original, **gone}, json_, f"Original {original} is erased.")


@click.command()
@click.argument("format_", metavar="FORMAT", type=click.Choice(sorted(WRITERS)))
@click.option(
    "-o", "--output", type=click.File("wb"), default="-", help="Where to write (default: standard output)."
)
@click.option("--collection", default="", help="Only this collection.")
@click.option("--country", default="", help="Only this country (ISO 3166-1 alpha-3; `unknown` for none).")
@click.option("--years", default=None, metavar="FIRST-LAST", help="Only these years.")
@refusing
def export(format_: str, output: BinaryIO, collection: str, country: str, years: str | None) -> None:
    """Write incidents as hxl-csv, xlsx, geojson or json. The export is an audit line."""
    if collection:
        known(collection)
    if country not in ("", "unknown") and country not in countries():
        raise Refused("bad_value", field="country")
    first, last = _years(years, "years") or (None, None)
    wanted = Filters(collection=collection, country=country, first_year=first, last_year=last)
    rows = write(format_, wanted, output, by=console())
    click.echo(f"{rows} incidents", err=True)
