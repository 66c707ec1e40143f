"""AWSD rows one by one: every header generation, every trap of the field, and what is never invented."""

from __future__ import annotations

from datetime import date

import pytest

from formats.made import (
    AWSD_35,
    AWSD_39,
    AWSD_41,
    AWSD_44,
    GENERATIONS,
    ONE_KILLED,
    awsd,
    codes,
    facts_of,
    rows,
    stated,
)
from formats.made import read as reading
from tabard.formats.awsd.read import SCHEME
from tabard.rules.facts import Margin, Outcome
from tabard.rules.refusals import Refused
from tabard.vocab.words import is_word


def one(header: list[str] = AWSD_44, **cells: str):  # type: ignore[no-untyped-def]
    """The one row of a file, from the row with one killed and the cells named (blanks for underscores)."""
    named = {name.replace("_", " "): value for name, value in cells.items()}
    return rows("awsd", awsd(header, ONE_KILLED | named))[0]


@pytest.mark.parametrize("generation", GENERATIONS)
def test_each_generation_is_known_and_reads_alike(generation: str) -> None:
    read = reading("awsd", awsd(GENERATIONS[generation], ONE_KILLED))
    assert read.header.generation == generation
    incident = facts_of(next(iter(read)))
    assert (incident.country, incident.first_day, incident.means) == ("SOM", date(2019, 5, 4), "shooting")
    harm = incident.harm[0]
    assert (harm.n, harm.recruitment, harm.org_type, harm.gender) == (1, "local", "ingo", "female")
    assert harm.outcomes == {"died": Outcome(True)}
    assert incident.margins == ()


def test_column_order_case_blanks_and_a_byte_order_mark_do_not_matter() -> None:
    header = [f" {name.upper()} " for name in reversed(AWSD_44)]
    row = {f" {name.upper()} ": value for name, value in ONE_KILLED.items()}
    lines = [[row.get(name, "0" if "TOTAL" in name or "NATIONAL" in name else "") for name in header]]
    body = "\n".join(",".join(line) for line in [header, *lines])
    read = reading("awsd", b"\xef\xbb\xbf" + body.encode())
    assert (read.header.generation, read.header.unknown) == ("awsd-44", ())
    assert facts_of(next(iter(read))).harm[0].n == 1


def test_the_tag_row_is_header_wherever_it_stands() -> None:
    tags = ["#event+id", "#date+year", *[""] * (len(AWSD_44) - 2)]
    read = reading("awsd", awsd(AWSD_44, ONE_KILLED, tags=tags) + ",".join(tags).encode() + b"\n")
    states = [(row.state, codes(row)) for row in read]
    assert read.header.tagged
    assert states == [("accepted", set()), ("rejected", {"tag_row"})]


def test_renamed_columns_are_found_by_their_tags() -> None:
    header = ["Total dead" if name == "Total killed" else name for name in AWSD_44]
    tags = ["#affected+killed +total" if name == "Total dead" else "#x" for name in header]
    source = awsd(header, ONE_KILLED | {"Total dead": "1"}, tags=tags)
    assert facts_of(rows("awsd", source)[0]).margins == ()


def test_namibia_and_unknown_are_two_things() -> None:
    source = awsd(
        AWSD_41,
        ONE_KILLED | {"Incident ID": "1", "Country Code": "NA", "Country": ""},
        ONE_KILLED | {"Incident ID": "2", "Country Code": "", "Country": ""},
        ONE_KILLED | {"Incident ID": "3", "Country Code": "", "Country": "Namibia"},
        ONE_KILLED | {"Incident ID": "4", "Country Code": "TD", "Country": "Namibia"},
    )
    read = rows("awsd", source)
    assert [facts_of(row).country for row in read] == ["NAM", None, "NAM", "TCD"]
    assert codes(read[3]) == {"country_disagrees"}


def test_a_territory_of_no_one_country_has_an_unknown_country() -> None:
    row = one(Country="Kashmir")
    assert (facts_of(row).country, codes(row), row.lost) == (None, {"country_not_one"}, ("Country",))


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"Country": "Atlantis"}, "unknown_country"),
        ({"Year": ""}, "bad_date"),
        ({"Year": "19"}, "bad_date"),
        ({"Month": "2", "Day": "30"}, "bad_date"),
        ({"Month": "13"}, "bad_date"),
        ({"Total killed": "several"}, "bad_number"),
        ({"Total killed": "-1"}, "bad_number"),
        ({"Total killed": "1.5"}, "bad_number"),
        ({"UN": "٣"}, "bad_number"),
        ({"Incident ID": ""}, "no_identity"),
        ({"Incident ID": "x" * 65}, "no_identity"),
    ],
)
def test_what_a_person_can_mend_is_held(cells: dict[str, str], code: str) -> None:
    row = rows("awsd", awsd(AWSD_44, ONE_KILLED | cells))[0]
    assert (row.state, row.facts) == ("held", None)
    assert code in codes(row)


def test_what_holds_no_incident_is_rejected() -> None:
    source = awsd(AWSD_44, ONE_KILLED) + b"\n" + b"," * 43 + b"\n1,2\n" + b"," * 60 + b"x\n"
    found = [(row.state, *codes(row)) for row in rows("awsd", source)]
    assert found[1:] == [
        ("rejected", "blank_row"),
        ("rejected", "blank_row"),
        ("rejected", "wrong_cell_count"),
        ("rejected", "wrong_cell_count"),
    ]


def test_a_repeated_row_is_rejected_and_another_under_its_key_held() -> None:
    source = awsd(AWSD_44, ONE_KILLED, ONE_KILLED, ONE_KILLED | {"Year": "2018"})
    found = [(row.state, codes(row)) for row in rows("awsd", source)]
    assert found == [("accepted", set()), ("rejected", {"repeated_row"}), ("held", {"key_used_twice"})]


@pytest.mark.parametrize(
    ("month", "day", "precision", "first", "last"),
    [
        ("5", "4", "exact", date(2019, 5, 4), date(2019, 5, 4)),
        ("2", "", "month", date(2019, 2, 1), date(2019, 2, 28)),
        ("", "", "year", date(2019, 1, 1), date(2019, 12, 31)),
        ("", "4", "year", date(2019, 1, 1), date(2019, 12, 31)),
    ],
)
def test_partial_dates(month: str, day: str, precision: str, first: date, last: date) -> None:
    row = one(Month=month, Day=day)
    incident = facts_of(row)
    assert (incident.date_precision, incident.first_day, incident.last_day) == (precision, first, last)
    assert ("day_without_month" in codes(row)) == (not month and bool(day))


@pytest.mark.parametrize(
    ("field", "said", "code"),
    [
        ("Means_of_attack", "VBIED-S ", "vehicle_ied_suicide"),
        ("Means_of_attack", "vehicle-born ied", "vehicle_ied"),
        ("Means_of_attack", "Landmine ", "landmine"),
        ("Means_of_attack", "AB", "projectile_unspecified"),
        ("Attack_context", "Am", "ambush"),
        ("Attack_context", "C", "combat"),
        ("Location", "C", "custody"),
        ("Location", "OC", "premises"),
        ("Actor_type", "Host state", "host_state"),
        ("Actor_type", "Non-state armed group: Global ", "nsag_global"),
        ("Motive", "Disputed", "disputed"),
        ("Verified", "Arc", "probable"),
        ("Verified", "Pen", "possible"),
        ("Motive", "", None),
    ],
)
def test_dirty_labels(field: str, said: str, code: str | None) -> None:
    fields = {"Means_of_attack": "means", "Attack_context": "context", "Location": "setting"}
    fields |= {"Actor_type": "actor", "Motive": "motive", "Verified": "certainty"}
    assert getattr(facts_of(one(**{field: said})), fields[field]) == code


def test_an_unknown_label_is_lost_with_a_note_and_never_guessed() -> None:
    row = one(Motive="Astrology")
    assert facts_of(row).motive is None
    assert (codes(row), row.lost) == ({"unknown_label"}, ("Motive",))


@pytest.mark.parametrize(
    ("lat", "lon", "place", "code"),
    [
        ("-1.5", "29.6", (-1.5, 29.6), None),
        ("11.9, 24.9", "24.9)", (11.9, 24.9), "coordinate_cleaned"),
        ("11.9, 24.9", "", (11.9, 24.9), "coordinate_cleaned"),
        ("16.0, ", "43.1", (16.0, 43.1), "coordinate_cleaned"),
        ("12,5", "43,1", (12.5, 43.1), None),
        ("35.9", "641778", (None, None), "bad_coordinate"),
        ("91", "10", (None, None), "bad_coordinate"),
        ("nan", "inf", (None, None), "bad_coordinate"),
        ("12", "", (None, None), "bad_coordinate"),
        ("", "", (None, None), None),
    ],
)
def test_coordinates(lat: str, lon: str, place: tuple[float | None, float | None], code: str | None) -> None:
    row = one(Latitude=lat, Longitude=lon)
    assert row.position is not None
    assert (row.position.lat, row.position.lon) == place
    assert codes(row) == ({code} if code else set())


@pytest.mark.parametrize(
    ("cells", "precision"),
    [
        ({"City": "x", "District": "y"}, "near"),
        ({"District": "y", "Region": "z"}, "admin2"),
        ({"Region": "z"}, "admin1"),
        ({}, "country"),
        ({"Country": ""}, "unknown"),
    ],
)
def test_an_approximated_position_is_never_exact(cells: dict[str, str], precision: str) -> None:
    position = one(**cells).position
    assert position is not None
    assert position.precision == precision


def test_marks_of_a_web_page_leave_the_text_and_stay_in_the_original() -> None:
    row = one(Details="Two &amp; three.&nbsp;\r\nMore")
    assert row.texts.details == "Two & three. \r\nMore"
    assert "&amp;" in row.verbatim
    assert "text_cleaned" in codes(row)


def test_stray_bytes_are_read_as_windows_1252() -> None:
    first, second = {"Details": "café"}, {"Incident ID": "8", "Details": "na_ve"}
    source = awsd(AWSD_44, ONE_KILLED | first, ONE_KILLED | second)
    row, other = rows("awsd", source.replace(b"na_ve", b"na\xefve \x93x\x94"))
    assert (row.texts.details, other.texts.details) == ("café", "naïve “x”")
    assert (codes(row), codes(other)) == (set(), {"mixed_encoding"})


def test_line_ends_inside_quotes_stay_in_one_record() -> None:
    source = awsd(AWSD_44, ONE_KILLED | {"Details": 'one\r\n"two"\rthree'}, ONE_KILLED | {"Incident ID": "8"})
    read = rows("awsd", source)
    assert [row.key for row in read] == ["7", "8"]
    assert read[0].verbatim.encode() + b"\n" + read[1].verbatim.encode() + b"\n" == source.split(b"\n", 1)[1]


def test_a_hostage_who_was_killed_is_all_three() -> None:
    row = one(Means_of_attack="KK", Total_affected="3", Total_nationals="3", Nationals_wounded="2",
              Total_wounded="2", INGO="3", Gender_Female="3")  # fmt: skip
    harm = facts_of(row).harm
    assert [(h.n, set(h.outcomes)) for h in harm] == [
        (1, {"died", "died_in_captivity", "abducted"}),
        (2, {"injured"}),
    ]


def test_the_detained_are_detained() -> None:
    row = one(Nationals_killed="0", Total_killed="0", Nationals_detained="1", Total_detained="1")
    assert set(facts_of(row).harm[0].outcomes) == {"detained"}
    assert row.source is not None
    assert row.source.claims == {"affected": 1, "died": 0, "injured": 0, "abducted": 0, "detained": 1}


def two_each(**cells: str) -> dict[str, str]:
    return ONE_KILLED | {
        "Nationals killed": "1", "Total killed": "1", "Internationals wounded": "1", "Total wounded": "1",
        "Total nationals": "1", "Total internationals": "1", "Total affected": "2",
        "INGO": "1", "UN": "1", "Gender Female": "1", "Gender Male": "1",
    } | {name.replace("_", " "): value for name, value in cells.items()}  # fmt: skip


def test_who_of_whom_was_killed_is_not_invented() -> None:
    incident = facts_of(rows("awsd", awsd(AWSD_44, two_each()))[0])
    assert [(h.n, h.recruitment, h.org_type, h.gender) for h in incident.harm] == [
        (1, "local", None, None),
        (1, "international", None, None),
    ]
    assert set(incident.margins) == {
        Margin(1, "org_type", "un"),
        Margin(1, "org_type", "ingo"),
        Margin(1, "gender", "female"),
        Margin(1, "gender", "male"),
    }


def test_where_all_suffer_the_same_the_organisations_are_certain() -> None:
    cells = two_each(Internationals_wounded="0", Total_wounded="0", Nationals_killed="2", Total_killed="2",
                     Total_nationals="2", Total_internationals="0")  # fmt: skip
    incident = facts_of(rows("awsd", awsd(AWSD_44, cells))[0])
    assert [(h.n, h.org_type, h.gender) for h in incident.harm] == [(1, "un", None), (1, "ingo", None)]
    assert {m.dimension for m in incident.margins} == {"gender"}


def test_numbers_that_clash_are_kept_as_stated_and_noted() -> None:
    row = rows("awsd", awsd(AWSD_44, two_each(Total_killed="4")))[0]
    incident = facts_of(row)
    assert {"cells_not_total", "outcomes_not_affected"} <= codes(row)
    assert [set(h.outcomes) for h in incident.harm] == [{"injured"}]
    expected = {"died": 4, "injured": 1, "abducted": 0, "detained": 0}
    assert {o: stated(incident, "outcome", o) for o in expected} == expected
    assert stated(incident, "total", "") == 2
    assert (stated(incident, "recruitment", "local"), stated(incident, "org_type", "un")) == (1, 1)
    assert Margin(1, "recruitment", "local", "outcome", "died") in incident.margins


def test_nobody_affected_is_still_an_incident() -> None:
    nobody = {name: "0" for name in ONE_KILLED if ONE_KILLED[name] == "1"}
    incident = facts_of(rows("awsd", awsd(AWSD_44, ONE_KILLED | nobody))[0])
    assert (incident.harm, incident.margins) == ((), (Margin(0, "total", ""),))


def test_a_blank_number_is_not_zero() -> None:
    blank = dict.fromkeys((n for n in AWSD_44 if n.startswith(("National", "Intern", "Total", "Gender"))), "")
    row = rows("awsd", awsd(AWSD_44, ONE_KILLED | blank))[0]
    assert row.source is not None
    assert row.source.claims == {}
    assert facts_of(row).harm == ()


def test_a_column_nobody_knows_is_named_in_the_losses() -> None:
    read = reading("awsd", awsd([*AWSD_39, "Mood"], ONE_KILLED | {"Mood": "grim"}))
    row = next(iter(read))
    assert (read.header.unknown, row.lost) == (("Mood",), ("Mood",))


def test_a_file_without_the_needed_columns_is_refused() -> None:
    with pytest.raises(Refused, match="unknown_header"):
        reading("awsd", awsd([n for n in AWSD_35 if n != "Total affected"], ONE_KILLED))


def test_every_code_is_a_word() -> None:
    lists = {"verified": "certainty", "source": "source_kind"}
    for name, labels in SCHEME.words.items():
        assert all(is_word(lists.get(name, name), code) for code in labels.values() if code), name
