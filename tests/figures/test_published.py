"""The Aid Worker Security Database's own yearly table, recomputed from its export."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from figures.made import Said, counted, question, snapshot
from tabard.figures.cells import TableResult
from tabard.formats.registry import FORMATS

YEARS = tuple(range(1997, 2020))
PRINTED = {
    "Number of incidents": "incidents",
    "Total aid worker victims": "victims",
    "Total killed": "killed",
    "Total injured": "injured",
    "Total kidnapped*": "kidnapped",
    "International victims": "international",
    "National victims": "national",
    "International NGO staff": "ingo",
}
# The printed rows that the export of 2020 does not give back everywhere: findings, not faults.
FINDINGS = {"UN staff": "un", "LNGO and RCS staff": "lngo_rcs", "ICRC staff": "icrc"}
Printed = dict[tuple[str, str], int]


@pytest.fixture(scope="module")
def printed(shared_data: Path) -> Printed:
    path = shared_data.parent / "domain" / "published_figures.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["table"].startswith("AWSD: Major attacks")]
    return {(row["row"], row["reference_year"]): int(row["value"]) for row in rows}


def imported(shared_data: Path, name: str, folder: Path) -> Path:
    reading = FORMATS["awsd"].read(
        shared_data / "awsd" / name, country=lambda text, _: text.upper()[:3] or None
    )
    rows = [row for row in reading if row.facts is not None]
    return snapshot(folder, [Said(str(row.key), row.facts, collection="awsd") for row in rows if row.facts])


@pytest.fixture(scope="module")
def table(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> TableResult:
    made = imported(shared_data, "awsd_2020-11-23.csv", tmp_path_factory.mktemp("awsd"))
    return counted(question(made, "awsd-summary", *YEARS))


def test_all_184_cells_come_out(table: TableResult, printed: Printed) -> None:
    asked = {key: value for key, value in printed.items() if key[0] in PRINTED}
    assert len(asked) == 184
    assert {key: table.cell(PRINTED[key[0]], key[1]).value for key in asked} == asked


def test_2019_is_what_the_resolution_cites(table: TableResult) -> None:
    rows = ("incidents", "victims", "killed", "injured", "kidnapped")
    assert [table.cell(row, "2019").value for row in rows] == [277, 483, 125, 234, 124]


def test_34_printed_cells_differ(table: TableResult, printed: Printed) -> None:
    asked = {key: value for key, value in printed.items() if key[0] in FINDINGS}
    assert len(asked) == 69
    differ = {key for key, value in asked.items() if table.cell(FINDINGS[key[0]], key[1]).value != value}
    assert len(differ) == 34


def test_2015_as_the_export_of_2016_has_it(shared_data: Path, tmp_path: Path) -> None:
    made = imported(shared_data, "awsd_2016-10-03.csv", tmp_path)
    table = counted(question(made, "awsd-summary", 2015))
    assert [table.cell(row, "2015").value for row in ("incidents", "killed")] == [148, 109]


def test_crossings_add_up_to_their_outcome(table: TableResult, shared_data: Path, tmp_path: Path) -> None:
    made = imported(shared_data, "awsd_2020-11-23.csv", tmp_path)
    crossed = counted(question(made, "awsd-outcome-by-recruitment", 2019, 2006))
    for year in ("2019", "2006"):
        for outcome in ("killed", "injured", "kidnapped"):
            parts = [
                c.value or 0 for c in crossed.cells if c.column == year and c.row.startswith(f"{outcome}_")
            ]
            assert sum(parts) == table.cell(outcome, year).value
