"""How the command line speaks: sentences for people, one JSON value with `--json`, refusals with a next step."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

import click

from tabard.rules.refusals import Refused
from tabard.vocab.catalogue import message, next_step

P = ParamSpec("P")
FOUND = 3

as_json = click.option("--json", "json_", is_flag=True, help="Print one JSON value instead of sentences.")


def refusing(command: Callable[P, None]) -> Callable[P, None]:
    """A refusal ends with exit code 1, its sentence and the next step; on standard error."""

    @wraps(command)
    def careful(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except Refused as refusal:
            said = {
                "error": refusal.code,
                "message": message(refusal.code, "en", **refusal.fields),
                "next_step": next_step(refusal.code, "en", **refusal.fields),
            }
            if kwargs.get("json_"):
                click.echo(json.dumps(said, ensure_ascii=False))
            else:
                click.echo(f"{said['message']} {said['next_step']}", err=True)
            sys.exit(1)

    return careful


def say(value: Any, json_: bool, sentence: str) -> None:
    """The value as JSON, or the sentence."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=1, default=str) if json_ else sentence)
