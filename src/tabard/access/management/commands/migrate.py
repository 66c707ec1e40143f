"""Django's migrate, with the door held open: migrations write without an act."""

from typing import Any

from django.core.management.commands import migrate

from tabard.access import guard


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with guard.lifted():
            super().handle(*args, **options)
