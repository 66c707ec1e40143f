"""Commands that keep the register well: audit, backup, restore, doctor, rebuild."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tabard.access import audit as chain
from tabard.access import guard
from tabard.access.trail import console
from tabard.cli.say import FOUND, as_json, refusing, say
from tabard.incidents import standing
from tabard.site import backup as archive
from tabard.site import doctor as health
from tabard.vocab.catalogue import message, next_step

FILE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def audit() -> None:
    """The audit chain."""


@audit.command()
@as_json
@refusing
def verify(json_: bool) -> None:
    """Walk the whole audit chain; exit code 3 where it is broken."""
    verdict = chain.verify()
    found = {
        "lines": verdict.lines,
        "whole": verdict.whole,
        "broken_at": verdict.broken_at,
        "head": verdict.digest,
    }
    sentence = (
        f"{verdict.lines} lines, whole. Head {verdict.digest[:16]}."
        if verdict.whole
        else f"Broken at line {verdict.broken_at}."
    )
    say(found, json_, sentence)
    sys.exit(0 if verdict.whole else FOUND)


@click.command()
@click.argument("file", type=FILE)
@as_json
@refusing
def backup(file: Path, json_: bool) -> None:
    """Write everything to one FILE (.tar.gz). It holds all that is restricted."""
    proof = archive.backup(file, by=console())
    say(
        archive.as_dict(proof),
        json_,
        f"{len(proof.files)} files, {proof.audit_lines} audit lines, in {file.name}.",
    )


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json
@refusing
def restore(file: Path, json_: bool) -> None:
    """Put a backup into an empty TABARD_HOME, and prove that it is whole."""
    proof = archive.restore(file)
    say(archive.as_dict(proof), json_, f"Restored; {proof.audit_lines} audit lines, the chain is whole.")


@click.command()
@as_json
@refusing
def doctor(json_: bool) -> None:
    """Say what is wrong with this installation and how to mend it; exit code 3 where something is."""
    findings = list(health.examine())
    lines = []
    for one in findings:
        lines.append(f"{'well ' if one.well else 'WRONG'} {one.check}")
        if not one.well:
            lines.append(f"      {message(one.code, 'en', count=one.count)} {next_step(one.code)}")
    say([vars(one) for one in findings], json_, "\n".join(lines))
    sys.exit(0 if all(one.well for one in findings) else FOUND)


@click.command()
@as_json
@refusing
def rebuild(json_: bool) -> None:
    """Make the index of current revisions again; a repair that changes no fact."""
    with guard.lifted():
        count = standing.rebuild()
    say({"incidents": count}, json_, f"{count} incidents indexed again.")
