"""Commands for accounts: who may sign in, and what for."""

from __future__ import annotations

import re

import click

from tabard.access import actions, factors
from tabard.access.models import Account
from tabard.access.policy import EVERYTHING
from tabard.access.roles import roles
from tabard.access.trail import console
from tabard.cli.collections import exists
from tabard.cli.say import as_json, refusing, say
from tabard.people.models import Organisation
from tabard.places.countries import country
from tabard.rules.refusals import Refused

HANDLE = re.compile(r"[\w.@-]{1,150}")


@click.group()
def account() -> None:
    """Accounts: who may sign in, and what for."""


@account.command()
@click.argument("handle")
@click.option("--role", type=click.Choice(sorted(set(roles()) - {"operator"})), required=True)
@click.option("--scope", required=True, help="`*`, org:<id>, country:SSD or collection:own.")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
@as_json
@refusing
def add(handle: str, role: str, scope: str, password: str, json_: bool) -> None:
    """Make an account with one role within a scope."""
    by = console()
    _check(handle, scope)
    made = actions.create_account(by=by, handle=handle, password=password)
    actions.grant(by=by, account=made, role=role, scope=scope)
    say({"account": made.pk, "role": role, "scope": scope}, json_, f"{handle} is {role} within {scope}.")


def _check(handle: str, scope: str) -> None:
    if not HANDLE.fullmatch(handle):
        raise Refused("bad_value", field="handle")
    if Account.objects.filter(handle=handle).exists():
        raise Refused("handle_taken")
    if not _is_scope(scope):
        raise Refused("unknown_scope")


def _is_scope(scope: str) -> bool:
    """Whether there is something that the scope names: a misspelt one would cover nothing, silently."""
    kind, _, key = scope.partition(":")
    if kind == "org":
        return Organisation.objects.filter(pk=key).exists()
    if kind == "country":
        return country(key) is not None
    return exists(key) if kind == "collection" else scope == EVERYTHING


@account.command()
@click.argument("handle")
@as_json
@refusing
def close(handle: str, json_: bool) -> None:
    """Let nobody in by this account any more; its open sessions end with the next click."""
    found = _account(handle)
    actions.close_account(by=console(), account=found)
    say({"account": found.pk, "active": False}, json_, f"{handle} is closed.")


@account.command()
@click.argument("handle")
@as_json
@refusing
def unlock(handle: str, json_: bool) -> None:
    """End the wait after too many wrong passwords or codes."""
    found = _account(handle)
    actions.unlock_account(by=console(), account=found)
    say({"account": found.pk, "locked": False}, json_, f"{handle} may try again.")


@account.command()
@click.argument("handle")
@as_json
@refusing
def lost(handle: str, json_: bool) -> None:
    """Take all second factors away, as when a phone is lost; a password then opens the account alone."""
    found, by = _account(handle), console()
    taken = list(found.factors.all())
    for factor in taken:
        factors.remove(by=by, factor=factor)
    say({"account": found.pk, "removed": len(taken)}, json_, f"{handle} has no second factor any more.")


@account.command()
@click.argument("handle")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
@as_json
@refusing
def password(handle: str, password: str, json_: bool) -> None:
    """Choose another password; every open session ends."""
    found = _account(handle)
    actions.change_password(by=console(), account=found, password=password)
    say({"account": found.pk}, json_, f"{handle} has another password.")


def _account(handle: str) -> Account:
    found = Account.objects.filter(handle=handle).first()
    if found is None:
        raise Refused("not_found")
    return found
