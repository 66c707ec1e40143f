"""Commands for figures that others have printed: take them in, list them, compare them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from tabard.access.trail import console
from tabard.cli.say import FOUND, as_json, refusing, say
from tabard.figures.fresh import fresh
from tabard.figures.models import Published
from tabard.figures.published import actions, comparing, queries
from tabard.figures.published.queries import Asked
from tabard.figures.published.telling import tell
from tabard.rules.checks.compare import Compared
from tabard.rules.checks.figure import Figure
from tabard.rules.checks.finding import Finding, asks

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
YEAR = click.option("--year", default="", help="Only this reference year, such as 2019.")
SOURCE = click.option("--source", default="", help="Only this document, named as it was entered.")


@click.group()
def published() -> None:
    """Figures that others have printed."""


@published.command("import")
@click.argument("file", type=FILE)
@as_json
@refusing
def import_(file: Path, json_: bool) -> None:
    """Take in a CSV FILE of printed figures; its first row names the columns."""
    done = actions.take_in(by=console(), data=file.read_bytes())
    sentence = (
        f"{done.rows} figures: {done.new} new, {done.corrected} corrected, {done.unchanged} unchanged. "
        f"{done.derived} are derived and count as printed nowhere."
    )
    say(asdict(done), json_, sentence)


@published.command("list")
@YEAR
@SOURCE
@click.option("--text", default="", help="Only where the row, the column or the document holds this.")
@as_json
@refusing
def list_(year: str, source: str, text: str, json_: bool) -> None:
    """The figures that stand, and what the checks find among them; exit code 3 where somebody has to look."""
    by = console()
    found = list(queries.narrowed(queries.standing(by), Asked(source=source, year=year, text=text)))
    keys = {each.pk for each in found}
    findings = [each for each in queries.findings(by) if keys & set(each.keys)]
    shown = {each.pk: queries.as_figure(each) for each in queries.standing(by)}
    said = {"figures": [_row(each) for each in found], "findings": told(findings)}
    say(said, json_, "\n".join([*map(_line, found), *lines(findings, shown)]))
    sys.exit(FOUND if asks(findings) else 0)


@published.command()
@YEAR
@SOURCE
@click.option("--with", "other", default="", help="The document to compare with; left out, our own table.")
@click.option("--table", default="awsd-summary", show_default=True, help="Which of our tables.")
@click.option("--register", type=click.Choice(["own", "example"]), help="Whose annexes.")
@as_json
@refusing
def compare(year: str, source: str, other: str, table: str, register: str | None, json_: bool) -> None:
    """Compare printed figures with another document, or with one of our tables; exit code 3 where they differ."""
    by = console()
    left = queries.narrowed(queries.standing(by), Asked(source=source, year=year))
    if other:
        right = queries.narrowed(queries.standing(by), Asked(source=other, year=year))
        pairs = comparing.with_each_other(left, right)
    else:
        pairs = comparing.with_ours(left, by=by, snapshot=fresh(by=by), table=table, register=register)
    say([pair.as_json() for pair in pairs], json_, "\n".join(map(_pair, pairs)) or "Nothing to compare.")
    sys.exit(0 if all(pair.same for pair in pairs) else FOUND)


def told(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Findings for programs, with their sentences."""
    found = []
    for finding in findings:
        said = tell(finding)
        found.append(finding.as_json() | {"message": said.sentence, "next_step": said.next_step})
    return found


def lines(findings: Iterable[Finding], shown: Mapping[str, Figure]) -> list[str]:
    """Findings for people: what is wrong, where, what it should be, what to do."""
    found = []
    for finding in findings:
        said = tell(finding)
        figure = shown.get(finding.keys[0])
        where = f"{figure.source}, {figure.year}, {figure.text}: " if figure else ""
        found.append(f"{finding.severity.upper():8}{where}{said.sentence}")
        found += [f"        {each}" for each in (*said.suggestions, said.next_step)]
    return found


def _row(one: Published) -> dict[str, Any]:
    names = ("source", "year", "table", "row", "column", "unit", "scope", "printed", "derived", "as_of")
    return {"id": one.pk, "measure": queries.as_figure(one).measure} | {
        name: getattr(one, name) for name in names
    }


def _line(one: Published) -> str:
    derived = " (derived)" if one.derived else ""
    return f"{one.year:18}{one.printed:>10} {one.unit:16} {one.row}, {one.column} [{one.source}]{derived}"


def _pair(pair: Compared) -> str:
    left, right = pair.left, pair.right
    off = (
        "same"
        if pair.same
        else f"{pair.off:+f}"
        if pair.off is not None
        else f"{left.unit} against {right.unit}"
    )
    return f"{left.year:8}{left.measure:26}{left.text:>8}{right.text:>8}  {off}  [{left.source}] [{right.source}]"
