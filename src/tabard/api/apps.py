"""The room's name for Django."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "tabard.api"
    label = "api"
