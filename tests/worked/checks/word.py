"""`drone` is a means: it is read in Arabic, counts as what it is finer than, is accepted, and needs no migration."""

from __future__ import annotations

import django
from django.core.management import call_command

from tabard.incidents.checks import check
from tabard.rules.facts import Incident
from tabard.vocab.words import LANGUAGES, ancestors, column, label

READ = {
    "ar": "طائرة مسيرة",
    "zh": "无人机",
    "en": "Drone",
    "fr": "Drone armé",
    "ru": "Беспилотник",
    "es": "Dron",
}

check(Incident(means="drone"))
assert {language: label("means", "drone", language) for language in LANGUAGES} == READ
assert ancestors("means", "drone")[0] == "aerial_bombardment"
assert column("means", "awsd")["drone"] == "AB"
django.setup()
call_command("makemigrations", check=True, dry_run=True, verbosity=0)
