"""The room's name for Django."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "tabard.desk"
    label = "desk"
