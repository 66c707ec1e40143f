"""Every sentence of the pages in every language: none untranslated, none stale, placeholders whole, compiled."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPT = ROOT / "scripts" / "messages.py"
LATIN = {"es", "fr"}


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("messages", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MESSAGES = script()


def test_the_catalogues_are_those_of_the_settings() -> None:
    offered = {code.replace("-hans", "_Hans") for code, _ in settings.LANGUAGES} - {"en"}
    assert set(MESSAGES.LANGUAGES) == offered


@pytest.mark.parametrize("language", MESSAGES.LANGUAGES)
def test_nothing_is_untranslated_stale_or_behind(language: str) -> None:
    assert MESSAGES.faults(language) == []


@pytest.mark.parametrize("language", sorted(set(MESSAGES.LANGUAGES) - LATIN))
def test_a_translation_is_in_the_script_of_its_language(language: str) -> None:
    """A sentence of several words that is all Latin letters was left in English."""
    catalog = MESSAGES.load(language)
    left = [
        message.id
        for message in catalog
        if message.id
        and message.id.count(" ") > 2
        and str(message.string).isascii()
        and "KIKA" not in message.id
    ]
    assert left == (["Aid Worker Security Database"] if language == "ru" else [])


def test_the_script_sees_a_sentence_in_each_kind_of_source(tmp_path: Path) -> None:
    page, module, table = tmp_path / "a.html", tmp_path / "a.py", tmp_path / "a.toml"
    page.write_text("{% translate 'One.' %}{% blocktranslate %}Of {{ year }}{% endblocktranslate %}")
    module.write_text("from x import gettext as _\nA = _('Two.')\nB = 'not a sentence'\n")
    table.write_text("title='T'\nyear_rule='Y'\nfootnotes=['F']\n[[rows]]\nlabel='L'\nsays='S'\n")
    assert list(MESSAGES.from_template(page)) == ["One.", "Of %(year)s"]
    assert list(MESSAGES.from_python(module)) == ["Two."]
    assert list(MESSAGES.from_table(table)) == ["T", "Y", "F", "L", "S"]
