"""Printed figures on the command line: taken in, listed, compared; a text or a file checked, with its exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from figures.test_printed import REPORT, ROWS, file
from tabard.cli.commands import main

pytestmark = pytest.mark.django_db(databases="__all__")
WRONG = "In 2019 there were 483 recorded attacks on humanitarian personnel, resulting in 125 killed, 234 injured and "
WRONG += "134 abducted."
RIGHT = (
    "In 2019, 483 aid workers were attacked in 277 incidents: 125 were killed, 234 wounded and 124 kidnapped."
)
FOUND = 3


def run(*arguments: object, given: bytes | None = None) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments], input=given)


def told(*arguments: object, given: bytes | None = None) -> Any:
    return json.loads(run(*arguments, "--json", given=given).stdout)


@pytest.fixture
def printed(tmp_path: Path) -> Path:
    path = tmp_path / "printed.csv"
    path.write_bytes(file(*ROWS, REPORT))
    return path


def test_a_wrong_text_ends_with_3_and_says_why() -> None:
    found = run("check", WRONG)
    assert found.exit_code == FOUND
    assert "125 + 234 + 134 = 493" in found.stdout


def test_a_right_text_ends_with_0() -> None:
    assert run("check", RIGHT).exit_code == 0


def test_a_text_without_figures_is_refused() -> None:
    assert run("check", "Nothing.").exit_code == 1


def test_a_file_and_standard_input_are_read(tmp_path: Path) -> None:
    path = tmp_path / "draft.txt"
    path.write_text(WRONG, encoding="utf-8")
    for found in (told("check", path), told("check", "-", given=WRONG.encode())):
        assert [each["value"] for each in found["figures"]] == ["483", "125", "234", "134"]
        assert {each["rule"] for each in found["findings"]} == {"check_parts_total", "check_unit_wrong"}


def test_a_file_of_figures_is_checked_without_being_kept(printed: Path) -> None:
    found = told("check", printed)
    (sums,) = [each for each in found["findings"] if each["rule"] == "check_parts_total"]
    assert sums["suggestions"] == [
        {"figure": "row 5", "printed": "134", "should_be": "124", "why": "also_printed"}
    ]
    assert told("published", "list")["figures"] == []


def test_a_text_is_checked_against_what_is_stored_unless_alone(printed: Path) -> None:
    assert told("published", "import", printed)["new"] == 5
    stored = told("check", WRONG)["findings"][0]["suggestions"]
    assert [(each["printed"], each["should_be"]) for each in stored] == [("134", "124")]
    assert len(told("check", WRONG, "--alone")["findings"][0]["suggestions"]) == 4


def test_the_list_and_its_exit_code(printed: Path) -> None:
    run("published", "import", printed)
    assert run("published", "list").exit_code == FOUND
    assert run("published", "list", "--year", "1999").exit_code == 0
    assert [row["printed"] for row in told("published", "list", "--text", "kidnapped")["figures"]] == [
        "134",
        "124",
    ]


def test_documents_are_compared(printed: Path) -> None:
    run("published", "import", printed)
    asked = ("published", "compare", "--source", "A/RES/75/125", "--with", REPORT[0])
    assert run(*asked).exit_code == FOUND
    (pair,) = told(*asked)
    assert (pair["measure"], pair["off"]) == ("aid.kidnapped", "-10")
