"""What may be a password."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from tabard.rules.refusals import Refused


def checked(password: str) -> str:
    """The password itself; one that is easily found is refused, and the refusal says nothing of it."""
    try:
        validate_password(password)
    except ValidationError:
        raise Refused("weak_password") from None
    return password
