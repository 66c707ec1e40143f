"""Imported first by every measurement: the settings are read and the models are there."""

from __future__ import annotations

import os
from pathlib import Path

import django
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tabard.site.settings")
django.setup()

HOME = Path(settings.HOME)
