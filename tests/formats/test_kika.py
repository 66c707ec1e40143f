"""The KIKA file: 927 records, no tag row among them, and each column's sums out of the facts."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from formats.made import codes, facts_of, rows, sheet
from tabard.formats.kika.read import CAPTOR, SCHEME
from tabard.formats.reading import Reading, ReadRow
from tabard.formats.registry import FORMATS
from tabard.rules.facts import Incident, Margin
from tabard.rules.schemes import project
from tabard.vocab.schemes import scheme
from tabard.vocab.words import is_word

Read = tuple[Reading, list[ReadRow]]
COLUMNS = {"killed": 15, "injured": 16, "kidnapped": 17, "arrested": 18, "killed_in_captivity": 20}


@pytest.fixture(scope="module")
def file(shared_data: Path) -> Path:
    return shared_data / "kika" / "kika_2020-2023_v27.xlsx"


@pytest.fixture(scope="module")
def reading(file: Path) -> Read:
    reading = FORMATS["kika"].read(file, country=lambda _, code: code)
    return reading, list(reading)


@pytest.fixture(scope="module")
def originals(file: Path) -> list[list[object]]:
    """The file as another reader has it, without header and tag rows."""
    return list(CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python())[2:-1]


def counted(incident: Incident) -> Counter[str]:
    found: Counter[str] = Counter()
    for harm in incident.harm:
        for category in project(scheme("kika-file"), incident, harm).categories:
            found[category] += harm.n or 0
    return found


def test_927_records_and_no_tag_row(reading: Read) -> None:
    assert reading[0].counts == {"accepted": 927, "rejected": 1}
    assert (reading[0].header.tagged, reading[0].header.unknown) == (True, ())
    assert [row.notes[0].code for row in reading[1] if row.state == "rejected"] == ["tag_row"]


def test_sums_by_country_and_year(reading: Read, originals: list[list[object]]) -> None:
    expected: Counter[tuple[object, ...]] = Counter()
    for cells in originals:
        assert isinstance(cells[0], date)
        for name, at in COLUMNS.items():
            expected[cells[3], cells[0].year, name] += int(str(cells[at]).removesuffix(".0"))
    found: Counter[tuple[object, ...]] = Counter()
    for row in reading[1]:
        if row.facts is None:
            continue
        assert row.facts.first_day is not None
        assert row.facts.last_day is not None
        assert row.facts.first_day.year == row.facts.last_day.year
        for name, n in counted(row.facts).items():
            found[row.facts.country, row.facts.first_day.year, name] += n
    assert +found == +expected
    assert sum(n for key, n in found.items() if key[2] == "killed_in_captivity") == 51


def test_splits_come_back(reading: Read, originals: list[list[object]]) -> None:
    """Women killed, nationals arrested and so on: by margin where there are any, else by harm."""
    splits = {("died", "gender", "female"): 25, ("died", "recruitment", "international"): 21}
    splits |= {("injured", "gender", "male"): 33, ("detained", "recruitment", "local"): 41}
    accepted = [row.facts for row in reading[1] if row.facts]
    for (outcome, dimension, value), at in splits.items():
        for incident, cells in zip(accepted, originals, strict=True):
            assert crossed(incident, outcome, dimension, value) == float(str(cells[at])), cells[44]


def crossed(incident: Incident, outcome: str, dimension: str, value: str) -> int:
    pair = [m for m in incident.margins if (m.value, m.dimension2) == (outcome, dimension)]
    if pair:
        return sum(m.n or 0 for m in pair if m.value2 == value)
    return sum(h.n or 0 for h in incident.harm if outcome in h.outcomes and getattr(h, dimension) == value)


def test_the_originals_are_kept(reading: Read, originals: list[list[object]]) -> None:
    for row, cells in zip(reading[1], originals, strict=False):
        assert row.texts.details == str(cells[5]).strip()
        assert row.key == str(cells[44]).removesuffix(".0")
        assert row.verbatim.startswith('["20')


HEADER = (
    "Country,Country ISO,Date,Time Precision,Aid Workers Killed,Aid Workers Injured,Aid Workers Kidnapped,"
    "Aid Workers Arrested,Aid Workers Killed in Captivity,Organisation Affected,Actor,Weapon Carried/Used,"
    "Known Kidnapping or Arrest Outcome,International Aid Workers Kidnapped,National Aid Workers Kidnapped,"
    "Female Aid Workers Kidnapped,Male Aid Workers Kidnapped,Geo Precision,Latitude,Longitude,SiND Event ID"
).split(",")
CLOSE = "Close -The exact date is within 2-6 days of the indicated date"
WEEK = "Week-The event occurred within the week of this date "
MONTH = "Month- The event occurred within this month"
YEAR = "Year -The event occurred in this year"
BASE = {"Country ISO": "TCD", "Date": "2021-03-10", "Time Precision": "Exact Date", "SiND Event ID": "1"}


def one(**cells: str) -> ReadRow:
    """The one row of a file with the cells named (blanks for underscores); counts not named are 0."""
    counts = {name: "0" for name in HEADER if "Aid Workers" in name}
    named = {name.replace("_", " "): value for name, value in cells.items()}
    named["Weapon Carried/Used"] = named.get("Weapon", "")
    row = counts | BASE | named
    return rows("kika", sheet(HEADER, [[row.get(name, "") for name in HEADER]]))[0]


def test_another_order_of_columns_reads_too() -> None:
    incident = facts_of(one(Aid_Workers_Killed="2", Organisation_Affected="UN Agency"))
    assert [(h.n, h.org_type, set(h.outcomes)) for h in incident.harm] == [(2, "un", {"died"})]


def test_killed_in_captivity_are_the_same_persons() -> None:
    counts = {"Killed": "3", "Kidnapped": "4", "Killed_in_Captivity": "2"}
    incident = facts_of(one(Actor="NSA", **{f"Aid_Workers_{name}": n for name, n in counts.items()}))
    groups = {frozenset(h.outcomes): (h.n, h.captor, h.fate) for h in incident.harm}
    assert groups == {
        frozenset(("died", "died_in_captivity", "abducted")): (2, "non_state", "died"),
        frozenset(("died",)): (1, None, None),
        frozenset(("abducted",)): (2, "non_state", None),
    }
    assert Margin(None, "total", "", n_basis="unknown") in incident.margins


def test_captivity_that_no_column_explains_is_only_a_margin() -> None:
    row = one(Aid_Workers_Killed="3", Aid_Workers_Killed_in_Captivity="2")
    assert "captivity_unplaced" in codes(row)
    assert [set(h.outcomes) for h in facts_of(row).harm] == [{"died"}]
    assert Margin(2, "outcome", "died_in_captivity") in facts_of(row).margins


def test_splits_are_placed_only_where_certain() -> None:
    kidnapped = {"Aid_Workers_Kidnapped": "3", "National_Aid_Workers_Kidnapped": "2",
                 "Female_Aid_Workers_Kidnapped": "1"}  # fmt: skip
    incident = facts_of(one(**kidnapped))
    assert [(h.n, h.recruitment, h.gender) for h in incident.harm] == [(2, "local", None), (1, None, None)]
    assert incident.margins == (Margin(1, "outcome", "abducted", "gender", "female"),)
    row = one(**kidnapped | {"National_Aid_Workers_Kidnapped": "22"})
    assert "split_exceeds_total" in codes(row)
    assert Margin(22, "outcome", "abducted", "recruitment", "local") in facts_of(row).margins


@pytest.mark.parametrize(
    ("day", "precision", "first", "last", "code"),
    [
        ("2021-03-10", "Exact Date", date(2021, 3, 10), date(2021, 3, 10), "exact"),
        ("2021-03-10", CLOSE, date(2021, 3, 4), date(2021, 3, 16), "days"),
        ("2021-12-30", CLOSE, date(2021, 12, 24), date(2021, 12, 31), "days"),
        ("2021-03-10", WEEK, date(2021, 3, 8), date(2021, 3, 14), "week"),
        ("2021-02-10", MONTH, date(2021, 2, 1), date(2021, 2, 28), "month"),
        ("2021-02-10", YEAR, date(2021, 1, 1), date(2021, 12, 31), "year"),
    ],
)
def test_how_exactly_the_day_is_known(day: str, precision: str, first: date, last: date, code: str) -> None:
    row = one(Date=day, Time_Precision=precision)
    incident = facts_of(row)
    assert (incident.first_day, incident.last_day, incident.date_precision) == (first, last, code)
    assert ("span_cut_at_year" in codes(row)) == (last == date(2021, 12, 31) and code == "days")


def test_a_day_that_could_be_two_is_held() -> None:
    assert (one(Date="03/04/2021").state, one(Date="13/04/2021").state) == ("held", "accepted")


@pytest.mark.parametrize(
    ("said", "precision"), [("(2) 25 km precision ", "km25"), ("(6) Country", "country"), ("", "unknown")]
)
def test_a_centroid_is_no_place(said: str, precision: str) -> None:
    position = one(Geo_Precision=said, Latitude="15", Longitude="19").position
    assert position is not None
    assert (position.precision, position.lat) == (precision, 15.0)


def test_two_organisations_are_neither() -> None:
    row = one(Aid_Workers_Killed="2", Organisation_Affected="INGO, LNGO")
    assert facts_of(row).harm[0].org_type is None
    assert codes(row) == {"several_organisations"}


def test_a_firearm_that_hurt_nobody_is_no_shooting() -> None:
    carried = one(Aid_Workers_Arrested="1", Weapon="Firearms")
    assert (facts_of(carried).means, carried.lost) == (None, ("Weapon Carried/Used",))
    assert facts_of(one(Aid_Workers_Injured="1", Weapon="Firearms")).means == "shooting"


def test_what_became_of_one_person_is_said_of_that_person() -> None:
    harm = facts_of(one(Aid_Workers_Kidnapped="1", Known_Kidnapping_or_Arrest_Outcome="Freed")).harm[0]
    assert harm.fate == "released"
    several = one(Aid_Workers_Kidnapped="2", Known_Kidnapping_or_Arrest_Outcome="Freed")
    assert (facts_of(several).harm[0].fate, several.lost) == (None, ("Known Kidnapping or Arrest Outcome",))


def test_every_code_is_a_word() -> None:
    lists = {"weapon": "means", "casualty_weapon": "means", "organisation": "org_type"}
    lists |= {"time_precision": "date_precision"}
    for name, labels in SCHEME.words.items():
        assert all(is_word(lists.get(name, name), code) for code in labels.values() if code), name
    assert all(is_word("actor", a) and is_word("captor", c) for a, c in CAPTOR.items())
