"""Every refusal has a sentence and a next step, and none can be made to say more than it should."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tabard.vocab
from tabard.vocab.catalogue import codes, message, next_step
from tabard.vocab.words import LANGUAGES

HOME = Path(tabard.vocab.__file__).parent
STARTING = """
not_allowed not_found bad_value unknown_word unreadable_file too_large wrong_encoding unknown_header
empty_file zip_bomb external_entity row_too_long no_identity bad_number bad_date unknown_country
future_date withdrawals_held already_imported nothing_to_undo no_snapshot engines_differ
table_unknown table_out_of_bounds write_outside_door example_not_public backup_not_empty
backup_damaged audit_broken originals_missing seals_missing sign_in_failed locked_out
mapping_incomplete erased
""".split()
FIELD = re.compile(r"\{(\w*)[^}]*\}")


def table(language: str) -> dict[str, dict[str, str]]:
    folder = HOME / "data" if language == "en" else HOME / "labels" / language
    path = folder / "errors.csv"
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as stream:
        return {row["code"]: row for row in csv.DictReader(stream, strict=True)}


def test_the_catalogue_holds_the_codes_named_for_it() -> None:
    assert set(STARTING) <= set(codes())


def test_codes_are_plain_and_stand_once() -> None:
    with (HOME / "data" / "errors.csv").open(encoding="utf-8", newline="") as stream:
        found = [row["code"] for row in csv.DictReader(stream, strict=True)]
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


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_starting_codes_speak_all_six_languages(language: str) -> None:
    assert set(STARTING) <= set(table(language))
