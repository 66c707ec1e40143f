"""XLSX as another reader sees it, and the parts of a workbook that people do not see."""

from __future__ import annotations

import io
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from tabard.formats import engine, workbook
from tabard.formats.reading import Limits
from tabard.formats.registry import FORMATS
from tabard.formats.tables import Raw

TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=20)
CELL = st.one_of(TEXT, st.integers(-(10**9), 10**9), st.floats(-1e9, 1e9, allow_nan=False), st.booleans())


def read(source: bytes) -> list[list[Raw]]:
    return [list(table.rows) for table in workbook.tables(io.BytesIO(source), Limits())]


def book(rows: list[list[object]], **options: object) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, options) as made:
        page = made.add_worksheet()
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    page.write_string(at, column, cell)
                elif isinstance(cell, bool):
                    page.write_boolean(at, column, cell)
                else:
                    page.write(at, column, cell)
    return stream.getvalue()


def as_text(cell: object) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell == int(cell) else repr(cell)
    return str(cell)


@given(st.lists(st.lists(CELL, min_size=1, max_size=5), min_size=1, max_size=5))
def test_it_reads_what_was_written(rows: list[list[object]]) -> None:
    found = [row.cells for row in read(book(rows))[0]]
    told = [[as_text(float(c) if isinstance(c, float) else c) for c in row] for row in rows]
    expected = [list(row) for row in told if any(text.strip() for text in row)]
    assert len(found) == len(expected)
    for cells, row in zip(found, expected, strict=True):
        assert len(cells) <= len(row)
        for cell, text in zip((*cells, *[""] * 5), row, strict=False):
            assert cell == text or float(cell) == pytest.approx(float(text), rel=1e-14)


def test_the_real_workbooks_read_as_another_reader_reads_them(shared_data: Path) -> None:
    for path in sorted(shared_data.glob("*/*.xlsx")):
        other = CalamineWorkbook.from_path(str(path))
        for at, rows in enumerate(read(path.read_bytes())):
            expected = other.get_sheet_by_index(at).to_python(skip_empty_area=False)
            for row in rows:
                for cell, value in zip(row.cells, expected[row.number - 1], strict=False):
                    assert same(cell, value), (path.name, row.number, cell, value)


def same(cell: str, value: object) -> bool:
    if isinstance(value, datetime):
        return cell in (value.isoformat(" "), value.date().isoformat())
    if isinstance(value, float | int) and not isinstance(value, bool):
        return float(cell) == pytest.approx(float(value))
    return cell == (as_text(value) if not isinstance(value, date) else value.isoformat())


def test_dates_by_their_number_format_only() -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"date_1904": False}) as made:
        page = made.add_worksheet()
        for at, shown in enumerate(("yyyy-mm-dd", "dd mmm yy", "[h]:mm", "0.00", '0 "days"', "General")):
            page.write_number(0, at, 44259, made.add_format({"num_format": shown}))
        page.write_number(0, 6, 44259.5, made.add_format({"num_format": "d/m/yyyy hh:mm"}))
    cells = read(stream.getvalue())[0][0].cells
    assert cells == (
        "2021-03-04",
        "2021-03-04",
        "2021-03-04",
        "44259",
        "44259",
        "44259",
        "2021-03-04 12:00:00",
    )


def test_the_other_epoch() -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"date_1904": True}) as made:
        made.add_worksheet().write_datetime(0, 0, datetime(2021, 3, 4), made.add_format({"num_format": 14}))  # noqa: DTZ001
    assert read(stream.getvalue())[0][0].cells == ("2021-03-04",)


def test_a_formula_gives_its_last_value_and_says_so() -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as made:
        page = made.add_worksheet()
        page.write_formula(0, 0, "=1+1", None, 2)
        page.write_string(1, 0, "=1+1")
    first, second = read(stream.getvalue())[0]
    assert (first.cells, [note.code for note in first.notes]) == (("2",), ["formula_cell"])
    assert (second.cells, second.notes) == (("=1+1",), ())


def test_rich_text_is_one_text_and_blank_rows_are_none() -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as made:
        page, bold = made.add_worksheet(), made.add_format({"bold": True})
        page.write_rich_string(0, 1, "one ", bold, "two", " three")
        page.write_blank(5, 0, None, bold)
        page.write_string(9, 0, "x")
    assert [(row.number, row.cells) for row in read(stream.getvalue())[0]] == [
        (1, ("", "one two three")),
        (10, ("x",)),
    ]


@pytest.mark.parametrize(
    ("reference", "at"), [("A1", 0), ("Z9", 25), ("AA7", 26), ("XFD1", 16383), ("", -1), ("7", -1)]
)
def test_columns_by_their_letters(reference: str, at: int) -> None:
    assert workbook.column(reference) == at


def test_every_sheet_with_the_same_header_is_read_and_the_others_are_named() -> None:
    stream = io.BytesIO()
    header = ["Year", "Country", "Total killed"]
    with xlsxwriter.Workbook(stream) as made:
        for name, columns, year in (("2019", header, 2019), ("2020", header, 2020), ("Mood", ["x"], 1)):
            page = made.add_worksheet(name)
            page.write_row(0, 0, columns)
            page.write_row(1, 0, [year, "Chad", 1][: len(columns)])
        made.add_worksheet("Blank")
    mapping = {"columns": {"Year": "year", "Country": "country", "Total killed": "died"}}
    reading = FORMATS["log"].read(stream.getvalue(), country=lambda *_: "TCD", mapping=mapping)
    found = [(row.number, row.facts and row.facts.first_day and row.facts.first_day.year) for row in reading]
    assert found == [(2, 2019), (4, 2020)]
    coder = FORMATS["log"].coder(mapping)
    assert engine.row(coder, stream.getvalue(), 4) == (reading.header, ("2020", "Chad", "1"))
    assert [(lost.what, lost.reason) for lost in FORMATS["log"].loss(reading)] == [("Mood", "unmapped")]
