"""What a DELETE leaves behind on SQLite: old pages in the write-ahead log, until it is written back and cut off."""

from __future__ import annotations

from django.db import connections


def forget() -> None:
    """Cut off the write-ahead logs. Deleted rows themselves are overwritten at once (`secure_delete`).

    Where somebody is reading meanwhile, SQLite does it at its next checkpoint; PostgreSQL when it vacuums."""
    for alias in connections:
        if connections[alias].vendor == "sqlite":
            with connections[alias].cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
