"""Imported first by every measurement: the settings are read and the models are there."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import django
from django.conf import settings

# An installation has neither; DuckDB would load them where it finds them, at a second and 100 MiB a process.
sys.modules["pandas"] = sys.modules["pyarrow"] = None  # type: ignore[assignment]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tabard.site.settings")
django.setup()

HOME = Path(settings.HOME)
