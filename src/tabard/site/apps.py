"""The roof's name for Django; connects the wiring once all rooms are ready."""

from importlib import import_module

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "tabard.site"
    label = "site"

    def ready(self) -> None:
        # wiring speaks of models, which exist only now
        import_module("tabard.site.wiring").connect()
