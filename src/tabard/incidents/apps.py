"""The room's name for Django."""

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "tabard.incidents"
    label = "incidents"
