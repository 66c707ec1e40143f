"""The room's name for Django."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "tabard.places"
    label = "places"
