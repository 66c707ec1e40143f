"""`light` is a fact of an incident: migrated, refused when no word, stored as fact and column, read back, shown."""

from __future__ import annotations

import django
import pytest
from django.core.management import call_command

from tabard.desk.form.reading import read as typed
from tabard.formats.report.read import read as sent
from tabard.rules.facts import Harm, Incident
from tabard.rules.refusals import Refused
from tabard.rules.schemes import lost
from tabard.vocab.schemes import scheme
from tabard.vocab.words import LANGUAGES, is_word, label

READ = {"ar": "الضوء", "zh": "光线", "en": "Light", "fr": "Lumière", "ru": "Освещённость", "es": "Luz"}
TOLD = Incident(country="SSD", cause="crime", light="darkness")  # type: ignore[call-arg]
assert all(label("light", "darkness", language) != "darkness" for language in LANGUAGES)
assert "light" in lost(scheme("annex"), TOLD, Harm(1))
assert is_word("fact", "light")
assert {language: label("fact", "light", language) for language in LANGUAGES} == READ
assert typed({"light": ("darkness",)}).told.facts.light == "darkness"  # type: ignore[attr-defined]
assert sent(b'{"collection":"own","facts":{"light":"darkness"}}').facts.plain().light == "darkness"  # type: ignore[attr-defined]

django.setup()

from tabard.access.trail import console  # noqa: E402  models are ready only now
from tabard.cli.setup import prepare  # noqa: E402
from tabard.incidents.actions import create_collection, report  # noqa: E402
from tabard.incidents.checks import check  # noqa: E402
from tabard.incidents.entries import entry_of  # noqa: E402
from tabard.incidents.models import Revision  # noqa: E402
from tabard.incidents.writer import Entry  # noqa: E402
from tabard.site.components.telling import stated  # noqa: E402
from tabard.site.doctor import examine  # noqa: E402

call_command("makemigrations", check=True, dry_run=True, verbosity=0)
prepare()
by = console()
create_collection(by=by, code="own", label="Own register")
report(by=by, collection="own", entry=Entry(TOLD))
stored = Revision.objects.get()
assert entry_of(stored).facts == TOLD
assert stored.light == "darkness"  # type: ignore[attr-defined]
assert set(Revision.SENSITIVITY) == {field.name for field in Revision._meta.concrete_fields}
assert "Darkness" in [fact.value for fact in stated(TOLD)]
ill = {found.check for found in examine() if not found.well and found.check != "space"}
assert not ill, ill
with pytest.raises(Refused, match="unknown_word"):
    check(Incident(light="twilight"))  # type: ignore[call-arg]
