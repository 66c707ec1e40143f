"""The room's name for Django; hangs the guards on every connection and seals after migrations."""

from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate

from tabard.access import appendonly, guard, unsaid


class AccessConfig(AppConfig):
    name = "tabard.access"
    label = "access"

    def ready(self) -> None:
        post_migrate.connect(seal_after, sender=self, dispatch_uid="tabard.seal")
        connection_created.connect(guard.install, dispatch_uid="tabard.guard")
        connection_created.connect(unsaid.install, dispatch_uid="tabard.unsaid")


def seal_after(using: str, **_: Any) -> None:
    """Append-only triggers stand again after each migration."""
    appendonly.seal(using)
