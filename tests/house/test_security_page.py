"""`docs/security.md`: one row for each id of ASVS levels 1 and 2, and everything it names is there."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
IDS = ROOT.parent / "shared" / "domain" / "asvs-5.0-l2.csv"  # lies beside the checkout, never in it
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line[:3] == "| V"
]
STATES = {"met", "not applicable", "open"}
NAMED = re.compile(r"`([\w./-]+?(?:/|\.(?:py|toml|csv|md|js|css|html|lock)))(?:::(\w+))?`")
ELSEWHERE = {"/api/v1/openapi.json", "/api/v1/docs", "/health/"}  # addresses, no files


def found(name: str) -> Path | None:
    """The file of a name, below the package or below the project."""
    places = (ROOT / "src" / "tabard" / name, ROOT / name)
    return next((place for place in places if place.exists()), None)


def faults(text: str) -> list[str]:
    """Files and tests that a text names and that are not there."""
    wrong = []
    for name, test in NAMED.findall(text):
        place = found(name)
        if name not in ELSEWHERE and place is None:
            wrong.append(name)
        if test and place and f"def {test}(" not in place.read_text(encoding="utf-8"):
            wrong.append(f"{name}::{test}")
    return wrong


def test_each_id_has_one_row() -> None:
    assert [row[0] for row in ROWS if len(row) != 3] == []
    assert {pk: n for pk, n in Counter(row[0] for row in ROWS).items() if n > 1} == {}
    assert {row[1] for row in ROWS} <= STATES


@pytest.mark.shared
def test_the_ids_are_those_of_levels_1_and_2() -> None:
    if not IDS.is_file():
        pytest.skip("shared data absent")
    with IDS.open(encoding="utf-8", newline="") as file:
        wanted = [row["req_id"] for row in csv.DictReader(file)]
    assert [row[0] for row in ROWS] == wanted


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_says_why(row: list[str]) -> None:
    assert len(row[2]) > 7
    assert faults(row[2]) == []
    assert row[1] != "met" or NAMED.search(row[2]), "met, and nothing shows it"


def test_all_that_the_page_names_is_there() -> None:
    assert faults(PAGE) == []


def test_the_counts_are_right() -> None:
    told = re.search(r"^(\d+) met, (\d+) not applicable, (\d+) open\.$", PAGE, re.MULTILINE)
    states = Counter(row[1] for row in ROWS)
    assert told
    assert tuple(map(int, told.groups())) == (states["met"], states["not applicable"], states["open"])


@pytest.mark.parametrize("text", ["`access/nowhere.py`", "`access/policy.py::test_nothing`", "`tests/gone/`"])
def test_a_wrong_name_is_found(text: str) -> None:
    assert faults(text)
