"""Records taken away: every format carries the same, unknown is not zero, Namibia is not unknown, nothing is active."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from formats.made import AWSD_41
from incidents.made import cast_member, families_told, killed, made_file, report, row, take
from tabard.access.actions import grant
from tabard.access.models import Account, AuditLine
from tabard.incidents import exporting, queries
from tabard.incidents.models import Current
from tabard.incidents.queries import Filters
from tabard.incidents.writer import Entry
from tabard.rules import facts
from tabard.rules.refusals import Forbidden

pytestmark = pytest.mark.django_db(databases="__all__")

DAY = date(2020, 11, 23)
FORMULAS = ["=HYPERLINK(A1)", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =cmd|' /C calc'!A0", "＝1+1"]
Table = list[dict[str, Any]]


def _csv(data: bytes) -> Table:
    lines = list(csv.reader(io.StringIO(data.decode(), newline="")))
    assert lines[1][0].startswith("#")
    return [dict(zip(lines[0], line, strict=True)) for line in lines[2:]]


def _xlsx(data: bytes) -> Table:
    lines = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    return [dict(zip(map(str, lines[0]), line, strict=True)) for line in lines[2:]]


def _geojson(data: bytes) -> Table:
    found = json.loads(data)
    assert found["type"] == "FeatureCollection"
    return [one["properties"] | {"geometry": one["geometry"]} for one in found["features"]]


READERS: dict[str, Callable[[bytes], Table]] = {
    "hxl-csv": _csv,
    "xlsx": _xlsx,
    "geojson": _geojson,
    "json": json.loads,
}


def exported(by: Account, format_: str, **filters: Any) -> bytes:
    out = io.BytesIO()
    count = exporting.write(format_, Filters(**filters), out, by=by)
    assert len(READERS[format_](out.getvalue())) == count
    return out.getvalue()


def table(by: Account, format_: str, **filters: Any) -> Table:
    return READERS[format_](exported(by, format_, **filters))


@pytest.fixture
def analyst(by: Account) -> Account:
    """Takes records away, and may not read what is restricted."""
    return cast_member(by, "analyst", "analyst", "*")


def test_every_format_is_known_here() -> None:
    assert set(READERS) == set(exporting.WRITERS) == set(exporting.EXTENSIONS)


@pytest.fixture
def namibia(by: Account) -> None:
    """A made file with the country code NA, and one row whose country nobody states."""
    rows = [
        row("1", n=2, Country="Namibia", **{"Country Code": "NA"}),
        row("2", n=3, Country="", **{"Country Code": "NA"}),
        row("3", n=4, Country="", **{"Country Code": ""}),
        row("4", n=5, Country="Somalia", **{"Country Code": "SO"}),
    ]
    batch = take(by, made_file(rows, AWSD_41), DAY)
    assert batch.effects["new"] == 4


def test_namibia_is_not_unknown_in_the_register(by: Account, namibia: None) -> None:
    found = dict(Current.objects.values_list("incident__source_key", "country"))
    assert found == {"1": "NAM", "2": "NAM", "3": "", "4": "SOM"}
    for country, keys in (("NAM", {"1", "2"}), ("unknown", {"3"}), ("SOM", {"4"})):
        page = queries.page(by, Filters(country=country))
        assert {one.incident.source_key for one in page.rows} == keys


@pytest.mark.parametrize("format_", READERS)
def test_namibia_is_not_unknown_in_any_file(by: Account, namibia: None, format_: str) -> None:
    found = {str(one["source_key"]): one["country"] or None for one in table(by, format_)}
    assert found == {"1": "NAM", "2": "NAM", "3": None, "4": "SOM"}
    assert {str(one["source_key"]) for one in table(by, format_, country="NAM")} == {"1", "2"}
    assert {str(one["source_key"]) for one in table(by, format_, country="unknown")} == {"3"}


@pytest.mark.parametrize("format_", READERS)
def test_counts_come_out_as_they_went_in(by: Account, namibia: None, format_: str) -> None:
    rows = {str(one["source_key"]): one for one in table(by, format_)}
    assert {key: int(one["died"]) for key, one in rows.items()} == {"1": 2, "2": 3, "3": 4, "4": 5}
    assert sum(int(one["affected"]) for one in rows.values()) == 14


@pytest.mark.parametrize("format_", READERS)
def test_unknown_is_blank_and_zero_is_zero(by: Account, format_: str) -> None:
    died = {"died": facts.Outcome(True)}
    told = {"none": facts.Harm(0, outcomes=died), "some": facts.Harm(None, "unknown", died)}
    for key, harm in told.items():
        report(by, source_key=key, entry=Entry(killed(harm=(harm,), day=None)))
    families_told(by)
    rows = {str(one["source_key"]): one for one in table(by, format_)}
    assert float(rows["none"]["died"]) == 0
    for blank in (rows["some"]["died"], rows["none"]["injured"], rows["none"]["first_day"]):
        assert blank in ("", None)


@pytest.mark.parametrize("format_", READERS)
def test_exact_places_leave_only_with_who_may_read_them(by: Account, analyst: Account, format_: str) -> None:
    place = facts.Position(4.851637, 31.582474, "exact", "Zyxwv Canaryregion", locality="Zyxwv Canarytown")
    report(by, owner="A", entry=Entry(killed(), place, facts.Texts("Zyxwv Canaryname")))
    desk = cast_member(by, "desk", "desk", "org:A")
    for actor in (by, desk):
        [one] = table(actor, format_)
        assert one["locality"] == "Zyxwv Canarytown"
        assert (
            one["geometry"]["coordinates"] == [31.582474, 4.851637]
            if format_ == "geojson"
            else (float(one["lat"]) == 4.851637)
        )
    [one] = table(analyst, format_)
    values = [value for value in one.values() if value not in ("", None)]
    assert not [v for v in values if "Canary" in str(v) or "4.8516" in str(v) or "31.58" in str(v)]
    assert one["reference"] == "SSD-2019-0001"


def test_places_of_another_organisation_stay_hidden_in_one_file(by: Account) -> None:
    both = cast_member(by, "both", "desk", "org:A")
    grant(by=by, account=both, role="analyst", scope="org:B")
    for owner in "AB":
        place = facts.Position(locality=f"town of {owner}", precision="near")
        report(by, owner=owner, source_key=owner, entry=Entry(killed(), place))
    families_told(by)
    found = {one["source_key"]: one.get("locality") for one in table(both, "json")}
    assert found == {"A": "town of A", "B": None}


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("format_", ["hxl-csv", "xlsx"])
def test_no_file_carries_an_active_formula(by: Account, format_: str, formula: str) -> None:
    take(by, made_file([row("=1+2", City=formula, Region=formula, Details=formula)], AWSD_41), DAY)
    data = exported(by, format_)
    if format_ == "xlsx":
        assert b"<f>" not in _unpacked(data)
        return
    for line in csv.reader(io.StringIO(data.decode(), newline="")):
        for cell in line[1:]:
            assert not cell.strip().startswith(("=", "+", "@", "＝")) or cell.startswith("#")
            assert not cell.strip().startswith("-") or float(cell) < 0


def _unpacked(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return b"".join(book.read(name) for name in book.namelist())


@pytest.mark.parametrize("format_", READERS)
def test_each_export_is_one_line_with_its_fields(by: Account, analyst: Account, format_: str) -> None:
    report(by, entry=Entry(killed(), facts.Position(1.0, 2.0, "exact", locality="Zyxwv Canarytown")))
    lines = AuditLine.objects.filter(verb="incidents:incident:export").order_by("id")
    for actor, placed in ((by, True), (analyst, False)):
        before = lines.count()
        exported(actor, format_)
        assert lines.count() == before + 1
        line = lines.last()
        assert line is not None
        assert line.actor == actor.pk
        assert ("locality" in line.detail) is placed
        assert "Canary" not in line.detail


@pytest.mark.parametrize("format_", READERS)
def test_who_may_not_export_gets_no_byte_and_no_line(by: Account, joseph: Account, format_: str) -> None:
    report(by, owner="B")
    out = io.BytesIO()
    with pytest.raises(Forbidden):
        exporting.write(format_, Filters(), out, by=joseph)
    assert out.getvalue() == b""
    assert not AuditLine.objects.filter(verb="incidents:incident:export").exists()


@pytest.mark.parametrize("format_", READERS)
def test_an_empty_export_is_a_whole_file(by: Account, format_: str) -> None:
    assert table(by, format_) == []


def test_all_formats_say_the_same(by: Account, namibia: None) -> None:
    names = ("source_key", "reference", "country", "died", "affected", "first_day", "cause", "known_at")
    told = {
        format_: [tuple(_plain(one[name]) for name in names) for one in table(by, format_)]
        for format_ in READERS
    }
    assert told["hxl-csv"] == told["xlsx"] == told["geojson"] == told["json"]
    assert {row_[-1] for row_ in told["json"]} == {"2020-11-23T23:59:59.999999+00:00"}


def _plain(value: Any) -> str:
    return "" if value is None else str(int(value)) if isinstance(value, float | int) else str(value)
