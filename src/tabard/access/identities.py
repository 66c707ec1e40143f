"""Who an account is at a provider of sign-ins (OpenID Connect): bound once by the person, never guessed."""

from __future__ import annotations

from datetime import UTC, datetime

from tabard.access import policy, seals
from tabard.access.door import action, record
from tabard.access.factors import about_account
from tabard.access.models import Account, Identity
from tabard.access.permissions import Permission
from tabard.rules.refusals import Refused


def account_of(issuer: str, subject: str) -> Account | None:
    """The open account that this person of the provider is bound to."""
    bound = Identity.objects.filter(subject=digest_of(issuer, subject), account__is_active=True)
    found = bound.select_related("account").first()
    return found.account if found else None


def digest_of(issuer: str, subject: str) -> str:
    """What is kept of the provider's name for a person."""
    return seals.keyed("identity", f"{issuer}\n{subject}")


@action(Permission.IDENTITY_LINK, about=about_account)
def link(*, by: Account, account: Account, issuer: str, subject: str) -> Identity:
    """Bind an account to a person of the provider; neither may be bound already."""
    digest = digest_of(issuer, subject)
    if Identity.objects.filter(subject=digest).exists() or Identity.objects.filter(account=account).exists():
        raise Refused("identity_taken")
    bound = Identity.objects.create(account=account, subject=digest, made_at=datetime.now(UTC))
    record("access:identity:link", policy.key_of(account), identity=bound.pk)
    return bound


@action(Permission.IDENTITY_UNLINK, about=about_account)
def unlink(*, by: Account, account: Account) -> None:
    """Undo it. Harmless to repeat."""
    if Identity.objects.filter(account=account).delete()[0]:
        record("access:identity:unlink", policy.key_of(account))
