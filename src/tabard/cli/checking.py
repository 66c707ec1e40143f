"""The command that checks a text, or a file of figures, before somebody prints it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from tabard.access.trail import console
from tabard.cli.published import lines, told
from tabard.cli.say import FOUND, as_json, refusing, say
from tabard.figures.published import queries
from tabard.figures.published.declared import bound, declared
from tabard.figures.published.reading import COLUMNS, LARGEST, entries
from tabard.rules.checks.figure import Figure
from tabard.rules.checks.finding import Finding, asks
from tabard.rules.checks.paragraph import paragraph
from tabard.rules.checks.prose import check_found
from tabard.rules.checks.whole import check as check_figures
from tabard.rules.refusals import Refused


@click.command()
@click.argument("text")
@click.option("--alone", is_flag=True, help="By itself: against nothing that others have printed.")
@as_json
@refusing
def check(text: str, alone: bool, json_: bool) -> None:
    """Check the figures of TEXT: a paragraph in English, a file that holds one, `-` for standard input, or a CSV
    file of printed figures. Exit code 3 where somebody has to look."""
    data = _data(text)
    others = () if alone else queries.figures(queries.standing(console()))
    figures, findings = _table(data) if _is_table(data) else _prose(data, others)
    shown = {figure.key: figure for figure in (*others, *figures)}
    said = {"figures": [_figure(figure) for figure in figures], "findings": told(findings)}
    found = [f"{each.text:>8} {each.unit:16} {each.measure} {each.year}".rstrip() for each in figures]
    say(said, json_, "\n".join([*found, *_findings(findings, shown)]))
    sys.exit(FOUND if asks(findings) else 0)


def _data(text: str) -> bytes:
    """What is to be checked: of standard input, of a file by that name, or the argument itself."""
    if text == "-":
        return sys.stdin.buffer.read(LARGEST + 1)
    try:
        path = Path(text)
        return path.read_bytes() if path.is_file() else text.encode()
    except (OSError, ValueError):  # too long for a name
        return text.encode()


def _is_table(data: bytes) -> bool:
    first = data.partition(b"\n")[0].decode("utf-8-sig", "replace")
    return set(COLUMNS) <= set(first.strip().split(","))


def _table(data: bytes) -> tuple[tuple[Figure, ...], tuple[Finding, ...]]:
    """A file of figures, against itself."""
    numbered = enumerate(entries(data), 2)
    figures = tuple(bound(f"row {line}", entry) for line, entry in numbered if not entry.derived)
    return figures, check_figures(figures, declared())


def _prose(data: bytes, others: tuple[Figure, ...]) -> tuple[tuple[Figure, ...], tuple[Finding, ...]]:
    """A paragraph, against itself and what others have printed."""
    if len(data) > LARGEST:
        raise Refused("too_large", limit="5 MB")
    try:
        found = paragraph(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Refused("wrong_encoding") from None
    if not found:
        raise Refused("no_figures")
    return tuple(each.figure for each in found), check_found(found, declared(), others)


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "figure": figure.key,
        "value": figure.text,
        "unit": figure.unit,
        "measure": figure.measure,
        "year": figure.year,
        "source": figure.source,
    }


def _findings(findings: tuple[Finding, ...], shown: Mapping[str, Figure]) -> list[str]:
    return lines(findings, shown) or ["Nothing is wrong among these figures, as far as the checks see."]
