"""The roof's name for Django; connects the wiring once all rooms are ready."""

from django.apps import AppConfig

from tabard.site import wiring


class SiteConfig(AppConfig):
    name = "tabard.site"
    label = "site"

    def ready(self) -> None:
        wiring.connect()
