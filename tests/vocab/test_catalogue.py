"""Every refusal has a sentence and a next step, and none can be made to say more than it should."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tabard.vocab
from tabard.vocab.catalogue import FILES, codes, message, next_step
from tabard.vocab.words import LANGUAGES

HOME = Path(tabard.vocab.__file__).parent
STARTING = """
not_allowed not_found bad_value unknown_word unreadable_file too_large wrong_encoding unknown_header
empty_file zip_bomb external_entity row_too_long no_identity bad_number bad_date unknown_country
future_date withdrawals_held already_imported nothing_to_undo no_snapshot engines_differ
table_unknown table_out_of_bounds write_outside_door example_not_public backup_not_empty
backup_damaged audit_broken originals_missing triggers_missing sign_in_failed locked_out
mapping_incomplete erased
""".split()
FIELD = re.compile(r"\{(\w*)[^}]*\}")
COMMAND = re.compile(r"tabard [a-z]+")
LATIN = re.compile("[A-Za-z\u00c0-\u024f]+")
SCRIPTS = {"ar": "[\u0600-\u06ff]", "zh": "[\u4e00-\u9fff]", "ru": "[\u0400-\u04ff]"}
TRANSLATED = tuple(language for language in LANGUAGES if language != "en")


def table(language: str) -> dict[str, dict[str, str]]:
    folder = HOME / "data" if language == "en" else HOME / "labels" / language
    return {row["code"]: row for name in FILES for row in rows(folder / f"{name}.csv")}


def rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, strict=True))


def test_the_catalogue_holds_the_codes_named_for_it() -> None:
    assert set(STARTING) <= set(codes())


def test_codes_are_plain_and_stand_once() -> None:
    found = [row["code"] for name in FILES for row in rows(HOME / "data" / f"{name}.csv")]
    assert len(found) == len(set(found))
    assert all(re.fullmatch(r"[a-z0-9_]+", code) for code in found)


@pytest.mark.parametrize("code", codes())
def test_every_code_says_what_happened_and_what_to_do(code: str) -> None:
    row = table("en")[code]
    assert None not in row, "an unquoted comma"
    assert row["message"].endswith((".", "?"))
    assert row["next_step"].endswith(".")
    assert "{}" not in row["message"] + row["next_step"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_names_the_same_fields(language: str) -> None:
    english = table("en")
    for code, row in table(language).items():
        for part in ("message", "next_step"):
            assert row[part], code
            assert set(FIELD.findall(row[part])) == set(FIELD.findall(english[code][part])), code


def test_fields_are_filled_in() -> None:
    assert message("row_too_long", row=17) == "Row 17 is longer than a row may be."
    assert message("withdrawals_held", count=3, total=100).startswith("3 of 100 records")


def test_a_missing_field_or_code_never_breaks_the_refusal() -> None:
    assert message("row_too_long") == "Row … is longer than a row may be."
    assert message("no_such_code") == "no_such_code"
    assert next_step("no_such_code") == ""
    assert message("row_too_long", "xx", row=1).startswith("Row 1")


@given(st.text())
def test_a_field_is_text_and_never_a_format(text: str) -> None:
    assert text in message("unknown_word", field=text)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_code_is_translated_in_the_order_of_the_english(language: str) -> None:
    missing = [code for code in codes() if code not in table(language)]
    assert not missing
    assert list(table(language)) == list(codes())


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_is_a_whole_sentence_of_its_own(language: str) -> None:
    english = table("en")
    for code, row in table(language).items():
        assert set(row) == {"code", "message", "next_step"}, (code, "an unquoted comma")
        for part in ("message", "next_step"):
            said, meant = row[part], english[code][part]
            assert said.endswith((".", "?", "。", "？", "؟")), (code, part)
            assert said == said.strip(), (code, part)
            assert said != meant, (code, part)
            assert COMMAND.findall(said) == COMMAND.findall(meant), (code, part)
            assert sorted(FIELD.findall(said)) == sorted(FIELD.findall(meant)), (code, part)


@pytest.mark.parametrize("language", SCRIPTS)
def test_a_translation_is_in_the_script_of_its_language(language: str) -> None:
    english = table("en")
    for code, row in table(language).items():
        for part in ("message", "next_step"):
            said = FIELD.sub("", row[part])
            assert re.search(SCRIPTS[language], said), (code, part)
            # Formats, commands and names stay as they are; no other Latin letter stands in it, not even in a word.
            kept = {word for word in LATIN.findall(english[code][part].lower()) if len(word) > 1}
            strays = {word for word in LATIN.findall(said.lower()) if not {word, f"{word}s"} & kept}
            assert not strays, (code, part)
