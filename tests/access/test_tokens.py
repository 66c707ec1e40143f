"""Tokens: what is kept of one, whom it acts for, how it narrows, and how it ends."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from cast import Cast, World, lines
from tabard.access import audit, policy, tokens
from tabard.access.actions import close_account, end_assignment
from tabard.access.models import Account, Token
from tabard.access.permissions import Permission
from tabard.incidents import queries
from tabard.rules.refusals import Forbidden, Refused

pytestmark = pytest.mark.django_db(databases="__all__")
READ, REVISE = Permission.INCIDENT_READ, Permission.INCIDENT_REVISE
MONTH = timedelta(days=30)


def now() -> datetime:
    return datetime.now(UTC)


def made(cast: Cast, *scopes: Permission) -> tuple[str, Token]:
    return tokens.issue(
        by=cast.amina, account=cast.amina, scopes=scopes or (READ,), lasts=MONTH, label="Laptop"
    )


def test_a_token_is_long_and_only_its_digest_is_kept(cast: Cast) -> None:
    raw, token = made(cast)
    assert re.fullmatch(r"tbd_[A-Za-z0-9_-]{43}", raw)
    kept = Token.objects.values().get(pk=token.pk)
    assert raw not in str(kept)
    assert raw[4:] not in str(kept)
    assert re.fullmatch("[0-9a-f]{64}", kept["digest"])
    assert made(cast)[0] != raw


def test_it_finds_its_account_narrowed_to_its_scopes(cast: Cast) -> None:
    raw, _ = made(cast)
    found = tokens.account_of(raw, now())
    assert found is not None
    account, scopes = found
    assert (account, scopes) == (cast.amina, {READ})
    ours = (cast.organisation_a.scope_key,)
    assert policy.may(cast.amina, REVISE, ours)
    assert policy.may(account, READ, ours)
    assert not policy.may(account, REVISE, ours)
    assert not policy.may_somewhere(account, REVISE)
    assert not policy.may(account, READ, (cast.organisation_b.scope_key,))


def test_what_it_may_not_read_it_does_not_see(cast: Cast, world: World) -> None:
    seeing, blind = made(cast)[0], made(cast, REVISE)[0]
    seen = [found[0] for raw in (seeing, blind) if (found := tokens.account_of(raw, now()))]
    counts = [queries.visible_to(account).count() for account in seen]
    assert counts == [1, 0]


def test_what_the_account_loses_the_token_loses(cast: Cast) -> None:
    raw, _ = made(cast)
    end_assignment(by=cast.administrator, assignment=cast.amina.assignments.get())
    found = tokens.account_of(raw, now())
    assert found is not None
    assert not policy.may_somewhere(found[0], READ)


@pytest.mark.parametrize(
    "raw",
    ["", "tbd_", "tbd_" + "A" * 43, "tbd_" + "A" * 42 + "\0", "tbd_" + "é" * 43, "A" * 100_000, "tbd_%s"],
)
def test_no_other_text_opens(cast: Cast, raw: str) -> None:
    made(cast)
    assert tokens.account_of(raw, now()) is None


def test_the_digest_itself_does_not_open(cast: Cast) -> None:
    _, token = made(cast)
    assert tokens.account_of(token.digest, now()) is None
    assert tokens.account_of("tbd_" + token.digest[:43], now()) is None


def test_it_ends_by_time_by_revoking_and_with_its_account(cast: Cast) -> None:
    raw, token = made(cast)
    assert tokens.account_of(raw, token.expires_at - timedelta(seconds=1))
    assert tokens.account_of(raw, token.expires_at) is None
    second, other = made(cast)
    tokens.revoke(by=cast.amina, token=other)
    assert tokens.account_of(second, now()) is None
    assert Token.objects.get(pk=other.pk).label == ""
    close_account(by=cast.administrator, account=cast.amina)
    assert tokens.account_of(raw, now()) is None


def test_nobody_names_more_than_the_account_holds(cast: Cast) -> None:
    for wanted in ([Permission.ACCOUNT_CREATE], [READ, Permission.AUDIT_READ], [], ["no:such:thing"]):
        with pytest.raises(Refused, match="token_scope"):
            tokens.issue(by=cast.amina, account=cast.amina, scopes=wanted, lasts=MONTH)
    for own in policy.OWN:  # the console holds them over everything, and yet
        with pytest.raises(Refused, match="token_scope"):
            tokens.issue(by=cast.console, account=cast.console, scopes=[own], lasts=MONTH)


@pytest.mark.parametrize("days", [-1, 0, 367, 100_000])
def test_none_lasts_for_ever(cast: Cast, days: int) -> None:
    with pytest.raises(Refused, match="token_days"):
        tokens.issue(by=cast.amina, account=cast.amina, scopes=[READ], lasts=timedelta(days=days))


def test_one_makes_and_ends_ones_own_only(cast: Cast) -> None:
    _, token = made(cast)
    for by in (cast.joseph, cast.stranger, cast.administrator, cast.auditor):
        with pytest.raises(Forbidden):
            tokens.issue(by=by, account=cast.amina, scopes=[READ], lasts=MONTH)
    for by in (cast.joseph, cast.stranger, cast.auditor):
        with pytest.raises(Forbidden):
            tokens.revoke(by=by, token=token)
    tokens.revoke(by=cast.administrator, token=token)
    tokens.issue(by=cast.console, account=cast.amina, scopes=[READ], lasts=MONTH)


def test_a_token_makes_no_token_and_ends_none(cast: Cast) -> None:
    raw, token = made(cast)
    found = tokens.account_of(raw, now())
    assert found is not None
    with pytest.raises(Forbidden):
        tokens.issue(by=found[0], account=cast.amina, scopes=[READ], lasts=MONTH)
    with pytest.raises(Forbidden):
        tokens.revoke(by=found[0], token=token)


def test_both_leave_lines_without_the_label(cast: Cast) -> None:
    _, token = made(cast)
    tokens.revoke(by=cast.amina, token=token)
    tokens.revoke(by=cast.amina, token=token)
    issued, revoked = lines()[-2:]
    assert (issued.verb, revoked.verb) == ("access:token:issue", "access:token:revoke")
    assert issued.subject == revoked.subject == f"account:{cast.amina.pk}"
    assert audit.detail(issued) == {"token": token.pk, "scopes": [READ.value], "days": 30}
    assert "Laptop" not in str([vars(line) for line in lines()])


def test_a_narrowed_account_is_narrowed_in_memory_only(cast: Cast) -> None:
    raw, _ = made(cast)
    tokens.account_of(raw, now())
    assert Account.objects.get(pk=cast.amina.pk).narrowed is None
