"""The checker over what others have really printed: it finds their mistakes, and each of its alarms is known."""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tabard.access.trail import console
from tabard.figures.published import queries
from tabard.figures.published.actions import take_in
from tabard.figures.published.declared import declared
from tabard.rules.checks.figure import Figure
from tabard.rules.checks.finding import Finding
from tabard.rules.checks.whole import check

ROOT = Path(__file__).resolve().parents[2]
IN_SHORT = 60


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("measure_checker", ROOT / "scripts" / "measure_checker.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look themselves up
    spec.loader.exec_module(module)
    return module


MEASURED: Any = script()


@pytest.fixture(scope="module")
def file(shared_data: Path) -> bytes:
    """What was printed, without the notes that say what is wrong with it."""
    path = shared_data.parent / "domain" / "published_figures.csv"
    if not path.is_file():
        pytest.skip("published figures absent")
    return bytes(MEASURED.without_notes(path.read_bytes()))


@pytest.fixture(scope="module")
def printed(file: bytes) -> tuple[Figure, ...]:
    return tuple(MEASURED.figures(file))


@pytest.fixture(scope="module")
def found(printed: tuple[Figure, ...]) -> list[tuple[Finding, Figure, list[str]]]:
    """Each finding with its first figure and the texts of all."""
    known = {figure.key: figure for figure in printed}
    return [
        (each, known[each.keys[0]], [known[key].text for key in each.keys])
        for each in check(printed, declared())
    ]


def of(found: list[tuple[Finding, Figure, list[str]]], rule: str) -> set[tuple[str, str]]:
    return {(figure.source, figure.text) for finding, figure, _ in found if finding.rule == rule}


def test_every_printed_row_is_declared(printed: tuple[Figure, ...]) -> None:
    assert [figure for figure in printed if not figure.measure] == []
    assert len(printed) == 481 - 21  # what was worked out from other rows is printed nowhere


def test_the_sums_that_do_not_hold(found: list[tuple[Finding, Figure, list[str]]]) -> None:
    sums = {figure.source: finding for finding, figure, _ in found if finding.rule == "check_parts_total"}
    assert sums.keys() == {"A/RES/75/125", "A/RES/77/31"}
    assert sums["A/RES/75/125"].numbers == {
        "parts": "125 + 234 + 134",
        "sum": "493",
        "total": "483",
        "off": "10",
    }
    assert sums["A/RES/77/31"].numbers == {
        "parts": "141 + 203 + 141",
        "sum": "485",
        "total": "461",
        "off": "24",
    }
    told = {source: [(s.printed, s.should_be) for s in each.suggestions] for source, each in sums.items()}
    assert told == {"A/RES/75/125": [("134", "124")], "A/RES/77/31": [("141", "117")]}


def test_persons_that_are_called_attacks(found: list[tuple[Finding, Figure, list[str]]]) -> None:
    assert of(found, "check_unit_wrong") == {
        ("A/RES/70/104", "329"),
        ("A/RES/71/129", "287"),
        ("A/RES/74/116", "405"),
        ("A/RES/75/125", "483"),
        ("A/RES/76/127", "484"),
        ("A/RES/77/31", "461"),
    }


def test_attacks_in_a_series_of_persons(found: list[tuple[Finding, Figure, list[str]]]) -> None:
    assert of(found, "check_unit_mix_events") == {("A/RES/72/131", "158"), ("A/RES/73/137", "158")}


def test_shares(found: list[tuple[Finding, Figure, list[str]]]) -> None:
    assert of(found, "check_share_unreachable") == {("A/RES/74/116", "56")}
    assert of(found, "check_share_truncated") == {("A/RES/75/125", "54")}


def test_each_thing_it_says_is_on_the_reviewed_list(found: list[tuple[Finding, Figure, list[str]]]) -> None:
    """A mistake of the documents, or an alarm with the reason why it is none; a new one wants to be read."""
    said = Counter((each.rule, figure.year, figure.measure, " ".join(texts)) for each, figure, texts in found)
    reviewed = Counter((row["rule"], row["year"], row["of"], row["figures"]) for row in MEASURED.alarms())
    assert said == reviewed
    assert all(row["why"] and row["is"] in ("mistake", "alarm") for row in MEASURED.alarms())


def test_no_error_is_an_alarm(found: list[tuple[Finding, Figure, list[str]]]) -> None:
    alarms = {(row["rule"], row["year"], row["of"]) for row in MEASURED.alarms() if row["is"] == "alarm"}
    assert not alarms & {(each.rule, f.year, f.measure) for each, f, _ in found if each.severity == "error"}


def test_60_copies_with_one_change(printed: tuple[Figure, ...]) -> None:
    outcomes = list(MEASURED.copies(printed, IN_SHORT))
    held(outcomes, least=0.6)


@pytest.mark.prove
def test_1000_copies_with_one_change(printed: tuple[Figure, ...]) -> None:
    outcomes = list(MEASURED.copies(printed, MEASURED.COPIES))
    held(outcomes, least=0.7)
    page = (ROOT / "docs" / "checker.md").read_text(encoding="utf-8")
    assert MEASURED.page(printed, outcomes) == page, "run scripts/measure_checker.py again"


def held(outcomes: list[Any], least: float) -> None:
    """Every wrong unit is found, most wrong numbers, and nothing cries elsewhere."""
    units = [each for each in outcomes if each.kind == "another unit"]
    assert all(each.asks for each in units)
    assert sum(each.found for each in outcomes) >= least * len(outcomes)
    assert sum(each.elsewhere for each in outcomes) <= len(outcomes) / 50


@pytest.mark.django_db(databases="__all__")
def test_the_store_says_the_same(file: bytes, found: list[tuple[Finding, Figure, list[str]]]) -> None:
    by = console()
    done = take_in(by=by, data=file)
    assert (done.rows, done.new, done.derived) == (481, 481, 21)
    said = Counter(each.rule for each in queries.findings(by))
    assert said == Counter(each.rule for each, _, _ in found)
