"""An organisation's own log through its mapping: CSV and XLSX, words of its own, days in its order."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
import xlsxwriter

from formats.made import codes, country, facts_of, rows, sheet
from tabard.figures.declarations import declaration
from tabard.formats import engine
from tabard.formats.log.mapping import FIELDS, NAMES, SCOPES, from_json, suggest, to_json
from tabard.formats.registry import FORMATS
from tabard.rules.facts import Margin, Outcome
from tabard.rules.refusals import Refused
from tabard.vocab.catalogue import next_step
from tabard.vocab.words import words

HEADER = ["Ref", "Date", "Country", "What", "How many", "Women", "Staff", "On duty?", "Remarks"]
MAPPING: dict[str, Any] = {
    "columns": {
        "Ref": "key", "Date": "date", "Country": "country", "What": "outcome", "How many": "n",
        "Women": "female", "Staff": "recruitment", "On duty?": "on_duty",
    },
    "values": {"What": {"Abduction": "abducted", "Threat": "threatened"}, "Staff": {"National": "local"}},
    "date_order": "dmy",
    "defaults": {"scope": "ngo", "cause": "crime"},
}  # fmt: skip
ROW = ["7", "04/03/2021", "Chad", "Abduction", "2", "1", "National", "yes", "by the river"]


def one(row: list[str], mapping: dict[str, Any] = MAPPING, header: list[str] = HEADER):  # type: ignore[no-untyped-def]
    return rows("log", sheet(header, [row]), mapping=mapping)[0]


def test_a_row_reads_through_its_mapping() -> None:
    row = one(ROW)
    incident = facts_of(row)
    assert (row.key, incident.first_day, incident.country, incident.cause) == (
        "7",
        date(2021, 3, 4),
        "TCD",
        "crime",
    )
    assert [(h.n, h.gender, h.recruitment, h.scope, h.on_duty) for h in incident.harm] == [
        (1, "female", "local", "ngo", True),
        (1, None, "local", "ngo", True),
    ]
    assert incident.harm[0].outcomes == {"abducted": Outcome(True)}
    assert row.lost == ("Remarks",)


def test_the_loss_report_names_what_is_not_mapped() -> None:
    reading = FORMATS["log"].read(sheet(HEADER, [ROW]), country=country, mapping=MAPPING)
    list(reading)
    assert [(lost.what, lost.reason, lost.rows) for lost in FORMATS["log"].loss(reading)] == [
        ("Remarks", "unmapped", 1)
    ]


@pytest.mark.parametrize(
    ("at", "said", "code"),
    [
        (0, "", "no_identity"),
        (1, "31/02/2021", "bad_date"),
        (1, "", "bad_date"),
        (2, "Atlantis", "unknown_country"),
        (3, "Sorcery", "unknown_word"),
        (4, "a few", "bad_number"),
    ],
)
def test_what_a_person_can_mend_is_held(at: int, said: str, code: str) -> None:
    row = one([said if i == at else cell for i, cell in enumerate(ROW)])
    assert row.state == "held"
    assert code in codes(row)


def test_a_mended_row_can_be_coded_again() -> None:
    reading = FORMATS["log"].read(sheet(HEADER, [ROW]), country=lambda *_: None, mapping=MAPPING)
    row = next(iter(reading))
    assert (row.state, codes(row)) == ("held", {"unknown_country"})
    again = FORMATS["log"].recode(reading.header, tuple(ROW), country=country, mapping=MAPPING)
    assert again.held == ()
    assert again.facts is not None
    assert again.facts.country == "TCD"


def test_a_number_that_is_not_given_is_unknown() -> None:
    incident = facts_of(one([*ROW[:4], "", "", *ROW[6:]]))
    assert [(h.n, h.n_basis) for h in incident.harm] == [(None, "unknown")]


def test_columns_of_counts_are_groups_and_their_total_is_not_invented() -> None:
    header = ["Date", "Killed", "Injured", "Staff affected"]
    mapping = {"columns": {"Date": "date", "Killed": "died", "Injured": "injured"}, "date_order": "dmy"}
    incident = facts_of(one(["04/03/2021", "1", "2", "3"], mapping, header))
    assert [(h.n, set(h.outcomes)) for h in incident.harm] == [(1, {"died"}), (2, {"injured"})]
    assert incident.margins == (Margin(None, "total", "", n_basis="unknown"),)
    with_total = mapping | {"columns": mapping["columns"] | {"Staff affected": "n"}}  # type: ignore[operator]
    assert facts_of(one(["04/03/2021", "1", "2", "3"], with_total, header)).margins == ()
    assert facts_of(one(["04/03/2021", "1", "2", "2"], with_total, header)).margins == (
        Margin(2, "total", ""),
    )


def test_a_semicolon_file_and_a_title_above_the_header() -> None:
    source = ("Our log 2021\n" + ";".join(HEADER) + "\n" + ";".join(ROW) + "\n").encode("utf-16")
    with pytest.raises(Refused, match="unknown_header"):  # the separator is that of the first line
        rows("log", source, mapping=MAPPING)
    titled = source.decode("utf-16").replace("2021\n", "2021;;;;;;;;\n", 1).encode("utf-16")
    assert facts_of(rows("log", titled, mapping=MAPPING)[0]).country == "TCD"


def test_a_workbook_with_real_dates_and_a_title() -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        book.add_worksheet("Notes").write_string(0, 0, "Read me")
        page = book.add_worksheet("Log")
        page.write_string(0, 0, "Our log")
        page.write_row(2, 0, HEADER)
        page.write_row(3, 0, list(ROW))
        page.write_datetime(3, 1, date(2021, 3, 4), book.add_format({"num_format": "dd/mm/yyyy"}))
        page.write_number(3, 4, 2)
    row = rows("log", stream.getvalue(), mapping=MAPPING)[0]
    assert facts_of(row).first_day == date(2021, 3, 4)
    assert row.number == 4
    assert row.verbatim.startswith('["7", "2021-03-04", "Chad"')


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"columns": {"What": "outcome"}}, "mapping_incomplete"),
        ({"columns": {"Date": "birthday"}}, "unknown_field"),
        ({"defaults": {"birthday": "1"}}, "unknown_field"),
        ({"columns": {"Date": "date", "Day": "date"}}, "bad_value"),
        ({"columns": ["Date"]}, "bad_value"),
        ({"date_order": "ydm"}, "bad_value"),
        ({"values": {"What": {"Abduction": "spirited_away"}}}, "unknown_word"),
        ({"defaults": {"scope": "everybody"}}, "unknown_word"),
    ],
)
def test_a_mapping_is_checked_when_it_is_saved(change: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused, match=code):
        from_json(MAPPING | change)


def test_a_wrong_name_of_a_field_is_answered_with_the_right_ones() -> None:
    with pytest.raises(Refused) as caught:
        from_json({"columns": {"Date": "date", "Born": "birthday"}})
    said = next_step(caught.value.code, **caught.value.fields)
    assert "birthday" not in said
    assert {"date", "country", "died"} <= set(said.rstrip(".").replace(":", ",").replace(" ", "").split(","))


@pytest.mark.parametrize("data", [[], ["Date"], "Date", None, 7])
def test_what_is_no_mapping_at_all_is_refused(data: Any) -> None:
    with pytest.raises(Refused, match="bad_value"):
        from_json(data)


def test_a_mapping_survives_being_saved() -> None:
    assert to_json(from_json(MAPPING)) == MAPPING


def test_a_first_guess_in_several_languages() -> None:
    header = ["Número", "Fecha", "Pays", "Ville", "Погибшие", "جرحى", "国家代码", "Killedd", "Mood"]
    guess = suggest(header, [["1", "25/12/2020"], ["2", "01/02/2021"]])
    assert guess.columns == {
        "Número": "key", "Fecha": "date", "Pays": "country", "Ville": "locality", "Погибшие": "died",
        "جرحى": "injured", "国家代码": "country_code",
    }  # fmt: skip
    assert guess.date_order == "dmy"
    assert suggest(["Date"], [["01/02/2021"]]).date_order is None


def test_short_and_combined_names_of_columns_are_guessed() -> None:
    assert suggest(["Ref No.", "Country/Area", "Where", "Nat/Int", "M/F"]).columns == {
        "Ref No.": "key", "Country/Area": "country", "Where": "locality", "Nat/Int": "recruitment", "M/F": "gender",
    }  # fmt: skip


def test_the_names_of_fields_lead_to_one_field_each() -> None:
    names = [name for known in NAMES.values() for name in set(known)]
    assert len(names) == len(set(names))
    assert set(NAMES) <= FIELDS


def test_samples_come_from_every_table() -> None:
    assert engine.samples(sheet(HEADER, [ROW, ROW]), 2) == [("", [tuple(HEADER), tuple(ROW)])]


def scopes(row: list[str], columns: dict[str, str], **defaults: str) -> set[str | None]:
    mapping = {
        "columns": {"Date": "date", "Killed": "died"} | columns,
        "date_order": "dmy",
        "defaults": defaults,
    }
    header = ["Date", "Killed", *columns]
    return {harm.scope for harm in facts_of(one(["04/03/2021", "2", *row], mapping, header)).harm}


def test_the_log_of_an_ngo_counts_in_the_annex_on_ngos() -> None:
    assert scopes([], {}, org_type="ingo") == {"ngo"} == set(declaration("annex-4").scopes)


@pytest.mark.parametrize(
    ("org_type", "scope"),
    [("lngo_cbo", "ngo"), ("icrc", "red_cross"), ("un_afp", "unsms"), ("lngo_nrcs", None), ("unrwa", None)],
)
def test_a_kind_of_organisation_tells_the_scope(org_type: str, scope: str | None) -> None:
    assert scopes([], {}, org_type=org_type) == {scope}


def test_a_scope_that_is_told_stands() -> None:
    assert scopes([], {}, org_type="ingo", scope="civilian") == {"civilian"}
    assert scopes(["civilian"], {"Who": "scope"}, org_type="ingo") == {"civilian"}
    assert scopes(["whoever"], {"Who": "scope"}, org_type="ingo") == {None}
    assert scopes([""], {"Who": "scope"}, org_type="ingo") == {"ngo"}


def test_local_staff_of_unrwa_are_area_staff() -> None:
    assert scopes(["1", "1"], {"Loc": "local", "Int": "international"}, org_type="unrwa") == {
        "unrwa_area",
        None,
    }
    assert scopes([], {}, org_type="unrwa", recruitment="local") == {"unrwa_area"}


def test_the_scopes_told_by_a_kind_are_words() -> None:
    assert {key.partition(":")[0] for key in SCOPES} <= set(words("org_type"))
    assert set(SCOPES.values()) <= set(words("scope"))


def test_one_stray_nul_is_a_matter_of_its_row() -> None:
    source = sheet(HEADER, [ROW, ["8", "05/03\0/2021", *ROW[2:]], ["9", *ROW[1:-1], "a\0b"]])
    found = rows("log", source, mapping=MAPPING)
    assert [row.state for row in found] == ["accepted", "held", "accepted"]
    assert [("unreadable_character" in codes(row)) for row in found] == [False, True, True]
