"""The room's name for Django."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "tabard.people"
    label = "people"
