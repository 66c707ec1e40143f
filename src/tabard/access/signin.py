"""Signing in by handle and password; a wrong one costs the same time whether or not the account exists."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import check_password, make_password
from django.http import HttpRequest

from tabard.access.models import Account


class AccountBackend(BaseBackend):
    """Django's question "who is this?" answered from `Account`."""

    def authenticate(
        self, request: HttpRequest | None, username: str = "", password: str = "", **_: Any
    ) -> Account | None:
        account = Account.objects.filter(handle=username, is_active=True).first()
        if account is None:
            make_password(password)
            return None
        return account if check_password(password, account.password) else None

    def get_user(self, user_id: str) -> Account | None:
        open_ones = Account.objects.filter(pk=user_id, is_active=True)
        return open_ones.prefetch_related("assignments").first()  # asked of at every turn of a page
