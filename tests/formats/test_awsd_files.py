"""The two real exports: every row is accepted, and every column's sums come back out of the facts."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

import pytest

from formats.made import stated
from tabard.formats.reading import Reading, ReadRow
from tabard.formats.registry import FORMATS

Read = tuple[Reading, list[ReadRow]]
FILES = {"awsd_2016-10-03.csv": ("awsd-35", 2088), "awsd_2020-11-23.csv": ("awsd-39", 2997)}
COLUMNS = {
    "Total affected": ("total", ""),
    "Total killed": ("outcome", "died"),
    "Total wounded": ("outcome", "injured"),
    "Total kidnapped": ("outcome", "abducted"),
    "Total nationals": ("recruitment", "local"),
    "Total internationals": ("recruitment", "international"),
    "Gender Male": ("gender", "male"),
    "Gender Female": ("gender", "female"),
    "Gender Unknown": ("gender", "undisclosed"),
    "UN": ("org_type", "un"),
    "INGO": ("org_type", "ingo"),
    "LNGO/NRCS": ("org_type", "lngo_nrcs"),
    "ICRC": ("org_type", "icrc"),
    "IFRC": ("org_type", "ifrc"),
    "Other": ("org_type", "other"),
}


def some_country(name: str, _: str | None) -> str | None:
    return name.upper()[:3] or None


@pytest.fixture(scope="module", params=FILES)
def file(request: pytest.FixtureRequest, shared_data: Path) -> Path:
    return shared_data / "awsd" / str(request.param)


@pytest.fixture(scope="module")
def reading(file: Path) -> Read:
    reading = FORMATS["awsd"].read(file, country=some_country)
    return reading, list(reading)


@pytest.fixture(scope="module")
def originals(file: Path) -> list[dict[str, str]]:
    text = file.read_bytes().decode("utf-8", "replace")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_no_row_is_lost(file: Path, reading: Read) -> None:
    generation, count = FILES[file.name]
    assert reading[0].header.generation == generation
    assert reading[0].header.unknown == ()
    assert reading[0].counts == {"accepted": count}
    assert {row.key for row in reading[1]} == {row.key for row in reading[1] if row.facts}


def test_every_number_comes_back_by_row(reading: Read, originals: list[dict[str, str]]) -> None:
    for row, original in zip(reading[1], originals, strict=True):
        assert row.facts is not None
        for column, (dimension, value) in COLUMNS.items():
            assert stated(row.facts, dimension, value) == int(original[column]), (row.key, column)


def test_recruitment_by_outcome_comes_back(reading: Read, originals: list[dict[str, str]]) -> None:
    found: Counter[str] = Counter()
    expected: Counter[str] = Counter()
    for row, original in zip(reading[1], originals, strict=True):
        assert row.facts is not None
        for harm in row.facts.harm:
            word = "Nationals" if harm.recruitment == "local" else "Internationals"
            outcome = (
                "killed"
                if "died" in harm.outcomes
                else "wounded"
                if "injured" in harm.outcomes
                else "kidnapped"
            )
            found[f"{original['Year']} {word} {outcome}"] += harm.n or 0
        for word in ("Nationals", "Internationals"):
            for outcome in ("killed", "wounded", "kidnapped"):
                expected[f"{original['Year']} {word} {outcome}"] += int(original[f"{word} {outcome}"])
    assert +found == +expected


def test_the_originals_are_kept_word_for_word(file: Path, reading: Read) -> None:
    whole = file.read_bytes()
    for row in reading[1]:
        encoding = "cp1252" if any(note.code == "mixed_encoding" for note in row.notes) else "utf-8"
        assert row.verbatim.encode(encoding, "replace")[:40] in whole
    length = len(whole.decode("utf-8", "replace"))
    header = len(whole.split(b"\n", 1)[0])
    assert header + sum(len(row.verbatim) + 1 for row in reading[1]) + 1 == pytest.approx(length, abs=2)


def test_the_published_year(file: Path, reading: Read) -> None:
    """2019 as printed in the report that resolution 75/125 cites; 2015 as the 2016 file has it."""
    year, expected = (
        (2019, (277, 125, 234, 124, 483)) if "2020" in file.name else (2015, (148, 109, 110, 68, 287))
    )
    held = [
        row.facts
        for row in reading[1]
        if row.facts and row.facts.first_day and row.facts.first_day.year == year
    ]
    sums = [sum(stated(f, "outcome", o) or 0 for f in held) for o in ("died", "injured", "abducted")]
    if "2020" in file.name:
        assert (len(held), *sums, sum(sums)) == expected
    else:
        assert (len(held), sums[0]) == expected[:2]


def test_what_is_known_to_be_odd_is_noted(file: Path, reading: Read) -> None:
    noted = reading[0].noted
    if "2016" in file.name:
        assert (noted["gender_not_affected"], noted["organisations_not_affected"]) == (44, 18)
        assert sum(row.facts is not None and stated(row.facts, "total", "") == 0 for row in reading[1]) == 6
        assert noted["mixed_encoding"] > 0
    else:
        assert noted["gender_not_affected"] == noted["organisations_not_affected"] == 0
        assert noted["text_cleaned"] > 0
    assert reading[0].coverage.years == set(range(1997, 2017 if "2016" in file.name else 2021))


def test_the_hostages_of_record_1584(file: Path, reading: Read) -> None:
    """Four kidnapped in the 2016 file are four killed in the 2020 file."""
    row = next(row for row in reading[1] if row.key == "1584")
    assert row.facts is not None
    held = {outcome for harm in row.facts.harm for outcome in harm.outcomes}
    assert held == ({"died"} if "2020" in file.name else {"abducted"})
    assert sum(harm.n or 0 for harm in row.facts.harm) == 4
