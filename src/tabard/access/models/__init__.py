"""Accounts, what opens them, their sessions, and the audit chain. No foreign key leaves this room."""

from tabard.access.models.account import Account, AccountManager, Assignment
from tabard.access.models.audit import AuditLine, ChainHead
from tabard.access.models.keys import Factor, Identity, Token
from tabard.access.models.sessions import Attempts, OpenSession

__all__ = [
    "Account",
    "AccountManager",
    "Assignment",
    "Attempts",
    "AuditLine",
    "ChainHead",
    "Factor",
    "Identity",
    "OpenSession",
    "Token",
]
