"""What goes out: no active formula, unknown is not zero, Namibia is not unknown, and flat memory."""

from __future__ import annotations

import csv
import io
import json as stdlib_json
import re
import tracemalloc
import zipfile
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from formats.made import AWSD_41, ONE_KILLED, awsd, facts_of, rows, stated
from tabard.formats.out import geojson, hxl_csv, json, xlsx
from tabard.formats.out.columns import CELLS, INCIDENTS, TABLES, Cell, loss

ROW: dict[str, Cell] = {column.name: None for column in INCIDENTS}
# What Excel, LibreOffice and others take for the start of a formula, whatever unseen stands before it.
STARTS = re.compile("^[\\s\u200b\ufeff]*[=+\\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]")


def row(**cells: Cell) -> dict[str, Cell]:
    return ROW | cells


def as_csv(*given_rows: Mapping[str, Cell]) -> list[dict[str, str]]:
    stream = io.StringIO()
    hxl_csv.write(given_rows, stream)
    return list(csv.DictReader(io.StringIO(stream.getvalue(), newline="")))


def as_xlsx(*given_rows: Mapping[str, Cell]) -> tuple[bytes, list[dict[str, Any]]]:
    stream = io.BytesIO()
    xlsx.write(given_rows, stream)
    table = CalamineWorkbook.from_filelike(io.BytesIO(stream.getvalue())).get_sheet_by_index(0).to_python()
    return stream.getvalue(), [dict(zip(table[0], cells, strict=False)) for cells in table[1:]]


def as_json(*given_rows: Mapping[str, Cell]) -> Any:
    stream = io.StringIO()
    json.write(given_rows, stream)
    return stdlib_json.loads(stream.getvalue())


def as_geojson(*given_rows: Mapping[str, Cell]) -> Any:
    stream = io.StringIO()
    geojson.write(given_rows, stream)
    return stdlib_json.loads(stream.getvalue())["features"]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1",
        "\u200b=1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        '=cmd|"/c x"',
    ],
)
def test_no_text_is_a_formula(text: str) -> None:
    assert as_csv(row(locality=text))[1]["locality"] == "'" + text
    source, table = as_xlsx(row(locality=text))
    with zipfile.ZipFile(io.BytesIO(source)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"hyperlink" not in sheet
    assert str(table[1]["locality"]).strip() == text.strip()


@given(st.text(max_size=30), st.sampled_from([c.name for c in INCIDENTS]))
def test_whatever_the_text_no_cell_starts_a_formula(text: str, name: str) -> None:
    cell = as_csv(row(**{name: text.replace("\ud800", "")}))[1][name]
    numeric = next(column.numeric for column in INCIDENTS if column.name == name)
    assert not STARTS.match(cell), (text, numeric)


def test_numbers_stay_numbers() -> None:
    given_row = row(lat=-1.5, lon=-29.6, died=0, injured=3)
    found = as_csv(given_row)[1]
    assert (found["lat"], found["lon"], found["died"], found["injured"]) == ("-1.5", "-29.6", "0", "3")
    table = as_xlsx(given_row)[1][1]
    assert (table["lat"], table["lon"], table["died"], table["injured"]) == (-1.5, -29.6, 0.0, 3.0)


def test_not_stated_is_neither_zero_nor_namibia() -> None:
    """A made 41-column file with the country code NA and an empty one, read and written every way."""
    source = awsd(
        AWSD_41,
        ONE_KILLED | {"Country Code": "NA", "Country": "", "Nationals wounded": "0", "Total wounded": "0"},
        ONE_KILLED | {"Incident ID": "8", "Country Code": "", "Country": "", "Total wounded": ""},
    )
    told = []
    for read in rows("awsd", source):
        assert read.source is not None
        incident = facts_of(read)
        injured = read.source.claims.get("injured")
        told.append(row(source_key=read.key, country=incident.country, injured=injured,
                        died=stated(incident, "outcome", "died")))  # fmt: skip
    assert [(r["country"], r["injured"]) for r in told] == [("NAM", 0), (None, None)]
    assert [(r["country"], r["injured"]) for r in as_csv(*told)[1:]] == [("NAM", "0"), ("", "")]
    assert [(r["country"], r["injured"]) for r in as_xlsx(*told)[1][1:]] == [("NAM", 0.0), ("", "")]
    assert [(r["country"], r["injured"]) for r in as_json(*told)] == [("NAM", 0), (None, None)]
    properties = [feature["properties"] for feature in as_geojson(*told)]
    assert [(r["country"], r["injured"]) for r in properties] == [("NAM", 0), (None, None)]


def test_the_tags_stand_below_the_header() -> None:
    tags = as_csv()[0]
    assert tags["died"] == "#affected+killed"
    assert tags["country"] == "#country+code+v_iso3"
    assert as_xlsx()[1][0]["lat"] == "#geo+lat"


@pytest.mark.parametrize("name", TABLES)
def test_names_and_tags_are_well_formed(name: str) -> None:
    columns = TABLES[name]
    assert len({column.name for column in columns}) == len(columns)
    assert len({column.hxl for column in columns}) == len(columns)
    assert all(re.fullmatch(r"#[a-z][a-z0-9]*(\+[a-z][a-z0-9_]*)*", column.hxl) for column in columns)
    assert {column.kind for column in columns} <= {"text", "number", "place"}


def test_a_place_without_coordinates_has_no_geometry() -> None:
    features = as_geojson(row(lat=1.0, lon=2.0, place_precision="country"), row(lat=1.0))
    assert features[0]["geometry"] == {"type": "Point", "coordinates": [2.0, 1.0]}
    assert features[0]["properties"]["place_precision"] == "country"
    assert features[1]["geometry"] is None


def test_nothing_is_an_empty_table() -> None:
    assert (as_json(), as_geojson(), len(as_csv())) == ([], [], 1)


def test_a_cells_table_goes_out_too() -> None:
    stream = io.StringIO()
    cell = {"table": "x", "year": 2019, "row": "Killed", "column": "all", "value": None}
    hxl_csv.write([cell], stream, CELLS)
    assert stream.getvalue().splitlines()[2] == "x,2019,,,Killed,all,,,,".replace("2019,,,", "2019,,,")


def test_a_text_longer_than_a_cell_is_cut_and_counted() -> None:
    stream = io.BytesIO()
    assert xlsx.write([row(locality="x" * 40_000), row(locality="y")], stream) == 1


def test_what_the_rows_cannot_carry_is_named() -> None:
    assert [(lost.what, lost.reason) for lost in loss(["harm", "died", "details", "harm"])] == [
        ("harm", "joint_to_margin"),
        ("details", "text_left_out"),
    ]


@pytest.mark.parametrize("writer", [hxl_csv, json, geojson])
def test_memory_stays_flat(writer: Any) -> None:
    class Sink(io.TextIOBase):
        def write(self, text: str) -> int:
            return len(text)

    def peak(count: int) -> int:
        tracemalloc.start()
        writer.write((row(locality=f"place {n}", died=n) for n in range(count)), Sink())
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    assert peak(12_000) < peak(6_000) + 500_000
