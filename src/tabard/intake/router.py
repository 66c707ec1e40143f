"""Which file holds what: originals live in `intake.db` on SQLite, everything else in the register.

On PostgreSQL there is one database, and this router has nothing to say."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Model

APART = frozenset({"original", "originalbody", "turn"})


class IntakeRouter:
    """Django's database router for the two files."""

    def _alias(self, model: type[Model]) -> str | None:
        if "intake" not in settings.DATABASES:
            return None
        apart = model._meta.app_label == "intake" and model._meta.model_name in APART
        return "intake" if apart else "default"

    def db_for_read(self, model: type[Model], **_: Any) -> str | None:
        return self._alias(model)

    def db_for_write(self, model: type[Model], **_: Any) -> str | None:
        return self._alias(model)

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **_: Any) -> bool | None:
        if "intake" not in settings.DATABASES:
            return None
        if model_name is None:
            return db == "default"
        apart = app_label == "intake" and model_name in APART
        return (db == "intake") == apart
