"""Passkeys (WebAuthn): a key on the person's own device; here lies only its public half.

Every answer of a browser is hostile until `fido2` has verified it against the challenge that we kept."""

from __future__ import annotations

import base64
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from tabard.access import factors, seals
from tabard.access.door import action
from tabard.access.models import Account, Factor
from tabard.access.permissions import Permission
from tabard.rules.refusals import Refused

Answer = Mapping[str, Any]
# What parsing rubbish may raise, in the library and below it.
BAD: tuple[type[Exception], ...] = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    AssertionError,
)
BAD += (NotImplementedError, OverflowError, RecursionError, StopIteration, struct.error)


@dataclass(frozen=True)
class Place:
    """Where the pages are: a passkey answers there and nowhere else."""

    scheme: str
    host: str  # with its port

    @property
    def name(self) -> str:
        return self.host.rpartition(":")[0] or self.host if ":" in self.host else self.host

    @property
    def server(self) -> Fido2Server:
        entity = PublicKeyCredentialRpEntity(id=self.name, name="Tabard")
        origin = f"{self.scheme}://{self.host}"
        return Fido2Server(entity, verify_origin=lambda said: said == origin)


def ask_to_make(place: Place, account: Account) -> tuple[dict[str, Any], Any]:
    """What the browser is asked in order to make a passkey, and what to keep until it answers."""
    person = PublicKeyCredentialUserEntity(
        id=account.pk.encode(), name=account.handle, display_name=account.handle
    )
    asked, kept = place.server.register_begin(
        person,
        [_credential(factor) for factor in account.factors.filter(kind=Factor.PASSKEY)],
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return dict(asked), kept


@action(Permission.FACTOR_ADD, about=factors.about_account)
def add(*, by: Account, account: Account, place: Place, kept: Any, answer: Answer, label: str = "") -> Factor:
    """A passkey that the browser made."""
    try:
        made = place.server.register_complete(kept, answer)
        data = bytes(AttestedCredentialData(made.credential_data or b""))
    except BAD:
        raise Refused("passkey_wrong") from None
    secret = seals.locked("passkey", base64.b64encode(data).decode())
    return factors.keep(account, Factor.PASSKEY, secret, label, made.counter)


def ask_who(place: Place, account: Account | None) -> tuple[dict[str, Any], Any]:
    """What the browser is asked; without an account any passkey of this place will do, if it knows its person."""
    known = [_credential(f) for f in account.factors.filter(kind=Factor.PASSKEY)] if account else None
    wanted = UserVerificationRequirement.PREFERRED if account else UserVerificationRequirement.REQUIRED
    asked, kept = place.server.authenticate_begin(known, user_verification=wanted)
    return dict(asked), kept


def who(place: Place, kept: Any, answer: Answer, account: Account | None = None) -> Account:
    """Whose passkey answered; refused unless it is one of the account's, or of an open account."""
    try:
        said = AuthenticationResponse.from_dict(answer)
        owner = account or _owner(said)
        keys = {f.pk: (f, _credential(f)) for f in owner.factors.filter(kind=Factor.PASSKEY)}
        found = place.server.authenticate_complete(kept, [key for _, key in keys.values()], said)
        factor = next(f for f, key in keys.values() if key.credential_id == found.credential_id)
        count = said.response.authenticator_data.counter
    except BAD:
        raise Refused("passkey_wrong") from None
    if count and not factors.used(factor, count):  # a count that does not grow: a copied key
        raise Refused("passkey_wrong")
    return owner


def _owner(said: AuthenticationResponse) -> Account:
    handle = (said.response.user_handle or b"").decode("ascii")
    owner = Account.objects.filter(pk=handle.replace("\0", ""), is_active=True).first()
    if owner is None:
        raise ValueError("nobody's")
    return owner


def _credential(factor: Factor) -> AttestedCredentialData:
    return AttestedCredentialData(base64.b64decode(seals.unlocked("passkey", factor.secret)))
