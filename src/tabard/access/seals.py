"""Secrets and ciphers: this module alone holds them. Today one: names for things that must not be guessed back."""

from __future__ import annotations

from django.utils.crypto import salted_hmac


def keyed(purpose: str, text: str) -> str:
    """A digest (64 hexadecimal characters) that only this installation's secret can make; the same every time."""
    return salted_hmac(f"tabard.{purpose}", text, algorithm="sha256").hexdigest()
