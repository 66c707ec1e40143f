"""Secrets and ciphers: this module alone holds them. Names for things that must not be guessed back, and
seals: one key for one thing, so that who erases the key has erased the thing, wherever copies of it lie."""

from __future__ import annotations

import base64
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.crypto import salted_hmac

NONCE = 12


def keyed(purpose: str, text: str) -> str:
    """A digest (64 hexadecimal characters) that only this installation's secret can make; the same every time."""
    return salted_hmac(f"tabard.{purpose}", text, algorithm="sha256").hexdigest()


def seal(data: bytes, about: str) -> tuple[str, bytes]:
    """A new key (64 hexadecimal characters) and the bytes sealed with it; they open only as what they are about."""
    key, nonce = AESGCM.generate_key(256), secrets.token_bytes(NONCE)
    return key.hex(), nonce + AESGCM(key).encrypt(nonce, data, about.encode())


def unseal(key: str, sealed: bytes, about: str) -> bytes:
    """The bytes; `ValueError` where they are not what was sealed."""
    try:
        return AESGCM(bytes.fromhex(key)).decrypt(sealed[:NONCE], sealed[NONCE:], about.encode())
    except InvalidTag:
        raise ValueError("seal broken") from None


def locked(purpose: str, text: str) -> str:
    """A short secret as it lies in a table: only this installation's secret opens it, and for this purpose only."""
    return _box(purpose).encrypt(text.encode()).decode()


def unlocked(purpose: str, text: str) -> str:
    """What was locked; `ValueError` where the text or the installation's secret is another."""
    try:
        return _box(purpose).decrypt(text.encode()).decode()
    except InvalidToken:
        raise ValueError("not locked here") from None


def _box(purpose: str) -> MultiFernet:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(_derived(f"tabard.{purpose}", str(key))) for key in keys])


def _derived(purpose: str, key: str) -> bytes:
    made = HKDF(SHA256(), length=32, salt=None, info=purpose.encode()).derive(key.encode())
    return base64.urlsafe_b64encode(made)
