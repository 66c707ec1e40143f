"""The room's name for Django."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "tabard.site"
    label = "site"
