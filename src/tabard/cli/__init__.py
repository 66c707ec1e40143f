"""The `tabard` command. Configured by the environment: DATABASE_URL, TABARD_HOME.

Exit codes: 0 done, 1 refused (with what to do next), 2 wrong usage, 3 a check found something."""

from __future__ import annotations

import os

import django

from tabard.cli.say import refusing

os.umask(0o077)  # what is written, a backup or an export, holds what is restricted
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tabard.site.settings")
refusing(django.setup)()  # an environment that cannot be right is refused like anything else

from tabard.cli.commands import main  # noqa: E402  models are ready only now

__all__ = ["main"]
