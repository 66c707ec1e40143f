"""Second factors: one-time codes by an app, and recovery codes for the day it is lost. Passkeys: `passkeys.py`.

A code is good once: the time step that was used is kept, and a recovery code is deleted as it is used."""

from __future__ import annotations

import base64
import secrets
from datetime import UTC, datetime

from pyotp import random_base32
from pyotp.totp import TOTP
from pyotp.utils import strings_equal

from tabard.access import policy, seals
from tabard.access.door import action, opened, record
from tabard.access.models import Account, Factor
from tabard.access.permissions import Permission
from tabard.rules.refusals import Refused

STEP = 30  # seconds (RFC 6238)
SKEW = (0, -1, 1)  # steps that a phone's clock may be off
CODES = 10
BYTES = 15  # 120 bits a recovery code
FIRST_FACTORS = (Factor.TOTP, Factor.PASSKEY)  # recovery codes alone are none


def about_account(*, account: Account, **_: object) -> tuple[str, ...]:
    return (policy.key_of(account),)


def about_factor(*, factor: Factor, **_: object) -> tuple[str, ...]:
    return (f"account:{factor.account_id}",)


def has_second(account: Account) -> bool:
    """Whether a password alone no longer opens the account."""
    return account.factors.filter(kind__in=FIRST_FACTORS).exists()


def new_secret() -> str:
    """A secret for an app, in the letters that one can type."""
    return random_base32()


def address_of(secret: str, handle: str, host: str) -> str:
    """The `otpauth:` address that an app reads from a picture."""
    return TOTP(secret).provisioning_uri(name=handle, issuer_name=f"Tabard {host}")


@action(Permission.FACTOR_ADD, about=about_account)
def add_totp(*, by: Account, account: Account, secret: str, code: str, label: str = "") -> Factor:
    """An app that shows codes; its first code proves that it has the secret."""
    if account.factors.filter(kind=Factor.TOTP).exists():
        raise Refused("factor_there")
    step = _step(secret, code, 0, datetime.now(UTC))
    if step is None:
        raise Refused("code_wrong")
    return keep(account, Factor.TOTP, seals.locked("totp", secret), label, step)


def keep(account: Account, kind: str, secret: str, label: str, last: int) -> Factor:
    """Part of the verbs that add a factor, within their act."""
    made = Factor.objects.create(
        account=account, kind=kind, secret=secret, label=label[:60], last=last, made_at=datetime.now(UTC)
    )
    record("access:factor:add", policy.key_of(account), factor=made.pk, kind=kind)
    return made


@action(Permission.FACTOR_ADD, about=about_account)
def renew_recovery(*, by: Account, account: Account) -> list[str]:
    """New recovery codes, shown here and never again; older ones end."""
    account.factors.filter(kind=Factor.RECOVERY).delete()
    codes = [_code() for _ in range(CODES)]
    now, kind = datetime.now(UTC), Factor.RECOVERY
    kept = [Factor(account=account, kind=kind, secret=_digest(account, code), made_at=now) for code in codes]
    Factor.objects.bulk_create(kept)
    record("access:factor:add", policy.key_of(account), kind=kind, count=CODES)
    return codes


@action(Permission.FACTOR_REMOVE, about=about_factor)
def remove(*, by: Account, factor: Factor) -> None:
    """Take a factor away; with the last of them the recovery codes go too."""
    subject = f"account:{factor.account_id}"
    if not Factor.objects.filter(pk=factor.pk).delete()[0]:
        return
    record("access:factor:remove", subject, factor=factor.pk, kind=factor.kind)
    others = Factor.objects.filter(account=factor.account_id)
    if not others.filter(kind__in=FIRST_FACTORS).exists():
        others.delete()


def use(account: Account, code: str) -> str | None:
    """Which kind of factor the code is of, now used up; none for a wrong or used one."""
    tidy = "".join(code.split()).replace("-", "").upper()
    if tidy.isascii() and tidy.isdigit() and len(tidy) == 6:
        return _use_totp(account, tidy)
    return _use_recovery(account, tidy)


def _use_totp(account: Account, code: str) -> str | None:
    factor = account.factors.filter(kind=Factor.TOTP).first()
    step = factor and _step(seals.unlocked("totp", factor.secret), code, factor.last, datetime.now(UTC))
    return Factor.TOTP if factor and step and used(factor, step) else None


def used(factor: Factor, last: int) -> bool:
    """Mark a step or a count as used; `False` where another process was first."""
    with opened(factor.account_id):
        fresh = Factor.objects.filter(pk=factor.pk, last__lt=last)
        return bool(fresh.update(last=last, used_at=datetime.now(UTC)))


def _use_recovery(account: Account, code: str) -> str | None:
    found = account.factors.filter(kind=Factor.RECOVERY, secret=_digest(account, code)).first()
    if found is None:
        return None
    with opened(account.pk):
        gone = Factor.objects.filter(pk=found.pk).delete()[0]
        if gone:
            record("access:factor:remove", policy.key_of(account), factor=found.pk, kind=found.kind)
    return Factor.RECOVERY if gone else None


def _step(secret: str, code: str, last: int, now: datetime) -> int | None:
    """The time step that the code is of, if it is later than the last one used."""
    app, today = TOTP(secret), int(now.timestamp()) // STEP
    steps = [today + skew for skew in SKEW if strings_equal(app.at((today + skew) * STEP), code)]
    return next((step for step in steps if step > last), None)


def _code() -> str:
    letters = base64.b32encode(secrets.token_bytes(BYTES)).decode()
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def _digest(account: Account, code: str) -> str:
    return seals.keyed("recovery", f"{account.pk} {code.replace('-', '')}")
