"""The room's name for Django."""

from django.apps import AppConfig


class FiguresConfig(AppConfig):
    name = "tabard.figures"
    label = "figures"
