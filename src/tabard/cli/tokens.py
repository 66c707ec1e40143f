"""Commands for tokens: the keys by which machines act for an account."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import click

from tabard.access import tokens
from tabard.access.models import Account, Token
from tabard.access.permissions import Permission
from tabard.access.trail import console
from tabard.cli.say import as_json, refusing, say
from tabard.rules.refusals import Refused

SCOPES = sorted(each.value for each in Permission)


@click.group()
def token() -> None:
    """Tokens: keys by which a machine acts for an account."""


@token.command()
@click.argument("handle")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice(SCOPES))
@click.option("--days", default=90, show_default=True, type=int, help="How long it lasts, at most 366.")
@click.option("--label", default="", help="What it is for, in your words.")
@as_json
@refusing
def issue(handle: str, scopes: tuple[str, ...], days: int, label: str, json_: bool) -> None:
    """Make a token. It is printed once and kept nowhere."""
    account = _account(handle)
    lasts = timedelta(days=min(max(days, 0), tokens.LONGEST.days + 1))
    raw, made = tokens.issue(by=console(), account=account, scopes=scopes, lasts=lasts, label=label)
    say({"token": raw, "id": made.pk, "ends": made.expires_at.isoformat()}, json_, raw)


@token.command(name="list")
@click.argument("handle")
@as_json
@refusing
def list_(handle: str, json_: bool) -> None:
    """The tokens of an account, without what opens."""
    found = [_told(each) for each in _account(handle).tokens.order_by("made_at")]
    lines = [f"{one['id']}  {one['state']:7}  {one['ends']}  {' '.join(one['scopes'])}" for one in found]
    say(found, json_, "\n".join(lines) or f"{handle} has no token.")


@token.command()
@click.argument("id")
@as_json
@refusing
def revoke(id: str, json_: bool) -> None:
    """End a token at once."""
    found = Token.objects.filter(pk=id).first()
    if found is None:
        raise Refused("not_found")
    tokens.revoke(by=console(), token=found)
    say({"token": found.pk, "state": "revoked"}, json_, f"{found.pk} is revoked.")


def _account(handle: str) -> Account:
    found = Account.objects.filter(handle=handle, is_active=True).first()
    if found is None:
        raise Refused("not_found")
    return found


def _told(one: Token) -> dict[str, Any]:
    ended = one.expires_at <= datetime.now(UTC)
    state = "revoked" if one.revoked_at else "ended" if ended else "open"
    return {"id": one.pk, "state": state, "ends": one.expires_at.isoformat(), "scopes": one.scopes}
