"""Keys for machines: `tbd_` and 256 random bits, of which only a keyed digest is kept.

A token acts for its account and never does more: what it names is cut with what the account holds now."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from tabard.access import policy, seals
from tabard.access.door import action, record
from tabard.access.models import Account, Token
from tabard.access.permissions import Permission
from tabard.rules.refusals import Refused

PREFIX = "tbd_"
FORM = re.compile(r"tbd_[A-Za-z0-9_-]{43}")
LONGEST = timedelta(days=366)


def account_of(raw: str, now: datetime) -> tuple[Account, frozenset[Permission]] | None:
    """Whom the token acts for, narrowed to what it names; none for a wrong, ended or revoked one.

    Found by its digest, so that no comparison tells how much of a guess was right."""
    if not FORM.fullmatch(raw):
        return None
    standing = Token.objects.filter(digest=digest_of(raw), revoked_at=None, expires_at__gt=now)
    token = standing.filter(account__is_active=True).select_related("account").first()
    if token is None:
        return None
    scopes = scopes_of(token)
    token.account.narrowed = scopes
    return token.account, scopes


def scopes_of(token: Token) -> frozenset[Permission]:
    """The permissions that the token names; one that no longer exists is none."""
    return frozenset(permission for permission in Permission if permission.value in token.scopes)


def digest_of(raw: str) -> str:
    """What is kept of a token."""
    return seals.keyed("token", raw)


def about_account(*, account: Account, **_: object) -> tuple[str, ...]:
    return (policy.key_of(account),)


def about_token(*, token: Token, **_: object) -> tuple[str, ...]:
    return (f"account:{token.account_id}",)


@action(Permission.TOKEN_ISSUE, about=about_account)
def issue(
    *, by: Account, account: Account, scopes: Collection[str], lasts: timedelta, label: str = ""
) -> tuple[str, Token]:
    """A new token, shown here and never again. It names only what its account holds somewhere."""
    named = sorted(set(scopes))
    if not named or not all(_may_name(account, scope) for scope in named):
        raise Refused("token_scope")
    if not timedelta(0) < lasts <= LONGEST:
        raise Refused("token_days", most=LONGEST.days)
    raw, now = PREFIX + secrets.token_urlsafe(32), datetime.now(UTC)
    made = Token.objects.create(
        account=account,
        digest=digest_of(raw),
        scopes=named,
        label=label[:100],
        made_at=now,
        expires_at=now + lasts,
    )
    record("access:token:issue", policy.key_of(account), token=made.pk, scopes=named, days=lasts.days)
    return raw, made


def _may_name(account: Account, scope: str) -> bool:
    """What everybody may do to their own account is for people at a page, never for a token."""
    named = next((each for each in Permission if each.value == scope), None)
    return named is not None and named not in policy.OWN and policy.may_somewhere(account, named)


@action(Permission.TOKEN_REVOKE, about=about_token)
def revoke(*, by: Account, token: Token) -> None:
    """End a token at once, and forget its label. Harmless to repeat."""
    ended = Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=datetime.now(UTC), label="")
    if ended:
        record("access:token:revoke", f"account:{token.account_id}", token=token.pk)
