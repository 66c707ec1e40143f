"""What the tables count, on small registers whose right answer can be told by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from figures.made import Said, counted, question, snapshot, values
from tabard.figures import engines
from tabard.rules.facts import Harm, Incident, Margin, ObjectHarm, Outcome

YES = Outcome(True)


def incident(*harm: Harm, day: date = date(2019, 5, 1), **more: Any) -> Incident:
    return Incident(**({"first_day": day, "last_day": day, "cause": "crime", "harm": harm} | more))


def one(n: int | None, *outcomes: str, **more: Any) -> Harm:
    basis = {"n_basis": "unknown"} if n is None else {}
    return Harm(n, outcomes=dict.fromkeys(outcomes, YES), **({"scope": "unsms"} | basis | more))


def annex(tmp_path: Path, *told: Incident, table: str = "annex-1", year: int = 2019) -> dict[str, int | None]:
    made = snapshot(tmp_path, [Said(f"I{at}", each) for at, each in enumerate(told)])
    return values(counted(question(made, table, year)), year)


def test_one_person_with_two_outcomes_stands_in_two_rows_and_is_one_person(tmp_path: Path) -> None:
    told = annex(tmp_path, incident(one(1, "abducted", "died")))
    assert (told["abducted"], told["fatalities"], told["fatalities_violence"]) == (1, 1, 1)
    assert told["affected"] == 1


def test_one_person_in_two_incidents_is_one_person(tmp_path: Path) -> None:
    made = snapshot(
        tmp_path,
        [
            Said("A", incident(one(1, "robbed", subject="p1"), one(2, "robbed"))),
            Said("B", incident(one(1, "assaulted", subject="p1"))),
        ],
    )
    table = counted(question(made, "annex-1", 2019))
    assert table.cell("affected", "2019").value == 3
    assert table.cell("affected", "2019").repeats == 1
    assert table.cell("robbery", "2019").value == 3


def test_an_unknown_number_is_no_zero(tmp_path: Path) -> None:
    made = snapshot(tmp_path, [Said("A", incident(one(2, "injured"), one(None, "injured")))])
    cell = counted(question(made, "annex-1", 2019)).cell("injuries", "2019")
    assert (cell.value, cell.unknown, cell.at_least) == (2, 1, True)


def test_the_year_is_that_of_the_outcomes_own_date(tmp_path: Path) -> None:
    later = {"abducted": YES, "died": Outcome(True, date(2020, 2, 1))}
    told = Said("A", incident(Harm(1, outcomes=later, scope="unsms"), day=date(2019, 12, 30)))
    made = snapshot(tmp_path, [told])
    table = counted(question(made, "annex-1", 2019, 2020))
    assert [table.cell("fatalities", year).value for year in ("2019", "2020")] == [0, 1]
    assert [table.cell("abducted", year).value for year in ("2019", "2020")] == [1, None]
    assert [table.cell("affected", year).value for year in ("2019", "2020")] == [1, 1]


def test_a_span_over_two_years_has_a_line_of_its_own(tmp_path: Path) -> None:
    wide = incident(one(3, "injured"), first_day=date(2019, 12, 1), last_day=date(2020, 1, 31))
    month = incident(one(1, "injured"), first_day=date(2019, 4, 1), last_day=date(2019, 4, 30))
    table = counted(question(snapshot(tmp_path, [Said("A", wide), Said("B", month)]), "annex-1", 2019, 2020))
    assert values(table, 2019)["injuries"] == 1
    assert values(table, 2020)["injuries"] == 0
    assert values(table, 2019)["straddling"] == values(table, 2020)["straddling"] == 3


def test_half_years_are_columns(tmp_path: Path) -> None:
    told = [Said("A", incident(one(1, "robbed"), day=date(2019, 6, 30)))]
    told += [Said("B", incident(one(2, "robbed"), day=date(2019, 7, 1)))]
    table = counted(question(snapshot(tmp_path, told), "annex-1", 2019, "2019-H1", "2019-H2"))
    assert [table.cell("robbery", column).value for column in ("2019", "2019-H1", "2019-H2")] == [3, 1, 2]


def test_scopes_and_collections_do_not_leak(tmp_path: Path) -> None:
    mixed = incident(one(1, "injured"), one(5, "injured", scope="ngo"), one(7, "injured", scope="unrwa_area"))
    foreign = incident(one(11, "injured"), one(13, "died"))
    made = snapshot(tmp_path, [Said("A", mixed), Said("B", foreign, collection="awsd")])
    for table, expected in (("annex-1", 1), ("annex-4", 5)):
        assert values(counted(question(made, table, 2019)), 2019)["injuries"] == expected
    assert values(counted(question(made, "annex-5", 2019)), 2019)["injured"] == 7


def test_who_holds_them_decides_between_abduction_and_arrest(tmp_path: Path) -> None:
    told = annex(
        tmp_path,
        incident(
            one(1, "abducted"), one(2, "abducted", captor="state"), one(4, "detained", captor="non_state")
        ),
        incident(one(8, "detained")),
        incident(one(16, "died_in_captivity"), actor="nsag_national"),
    )
    assert (told["abducted"], told["detained"]) == (1 + 4 + 16, 2 + 8)
    assert told["fatalities"] == 16


def test_reported_cases_are_incidents_not_persons(tmp_path: Path) -> None:
    told = annex(tmp_path, incident(one(4, "threatened"), one(2, "harassed")), incident(one(1, "harassed")))
    assert (told["intimidation"], told["affected"]) == (2, 7)


def test_family_is_not_personnel_and_safety_is_a_branch(tmp_path: Path) -> None:
    crash = incident(one(2, "died"), one(1, "died", family_member=True), cause="road_traffic")
    told = annex(tmp_path, crash)
    assert (told["fatalities"], told["fatalities_safety"], told["fatalities_violence"]) == (2, 2, 0)


def test_things_are_counted_in_things(tmp_path: Path) -> None:
    things = (
        ObjectHarm(2, "un_premises", ("attacked",)),
        ObjectHarm(3, "vehicle", ("attacked", "stolen")),
        ObjectHarm(9, "vehicle", ("stolen",)),
        ObjectHarm(7, "ngo_premises", ("attacked",)),
    )
    ours = incident(objects=things)
    theirs = incident(one(1, "injured", scope="ngo"), objects=(ObjectHarm(5, "vehicle", ("attacked",)),))
    told = annex(tmp_path, ours, theirs)
    assert (told["premises"], told["vehicles"]) == (2, 3)


def test_annex_3_goes_by_cause(tmp_path: Path) -> None:
    told = annex(
        tmp_path,
        incident(one(1, "died"), one(2, "died", cause="fire")),
        incident(one(4, "injured"), cause="aviation"),
        incident(one(8, "died"), cause=None),
        table="annex-3",
    )
    assert (told["fatalities"], told["fatalities_crime"], told["fatalities_safety_other"]) == (11, 1, 2)
    assert (told["injuries"], told["injuries_aviation"]) == (4, 4)


def test_nothing_reported_is_not_zero(tmp_path: Path) -> None:
    made = snapshot(tmp_path, [Said("A", incident(one(1, "injured")))])
    table = counted(question(made, "annex-1", 2019, 2011))
    assert table.cell("fatalities", "2019").value == 0
    assert table.cell("fatalities", "2011").value is None
    assert table.cell("fatalities", "2011").state == "not_reported"


AID = {"scope": "humanitarian", "recruitment": "local"}


def awsd(tmp_path: Path, *told: Incident, table: str = "awsd-summary") -> dict[str, int | None]:
    said = [Said(f"I{at}", each, collection="awsd") for at, each in enumerate(told)]
    return values(counted(question(snapshot(tmp_path, said), table, 2019)), 2019)


def test_margins_override_the_rows_of_their_dimension_only(tmp_path: Path) -> None:
    margins = (Margin(3, "outcome", "died"), Margin(1, "outcome", "injured"), Margin(4, "total", ""))
    told = awsd(tmp_path, incident(one(2, "died", **AID), margins=margins))
    assert (told["incidents"], told["victims"], told["killed"], told["injured"]) == (1, 4, 3, 1)
    assert (told["national"], told["international"]) == (2, 0)


def test_an_incident_without_harm_is_an_incident(tmp_path: Path) -> None:
    told = awsd(tmp_path, incident(margins=(Margin(0, "total", ""),)))
    assert (told["incidents"], told["victims"]) == (1, 0)


def test_detained_is_shown_only_where_somebody_was(tmp_path: Path) -> None:
    told = awsd(tmp_path / "a", incident(one(1, "died", **AID)))
    assert "detained" not in told
    told = awsd(tmp_path / "b", incident(one(1, "detained", **AID)))
    assert (told["detained"], told["kidnapped"], told["victims"]) == (1, 0, 1)


def test_a_crossing_that_no_source_states_is_not_stated(tmp_path: Path) -> None:
    margins = (Margin(3, "outcome", "died"), Margin(2, "recruitment", "local"), Margin(1, "recruitment", "x"))
    asked = question(
        snapshot(tmp_path, [Said("A", incident(margins=margins), collection="awsd")]),
        "awsd-outcome-by-recruitment",
        2019,
    )
    table = counted(asked)
    assert table.cell("killed_national", "2019").value is None
    assert table.cell("killed_national", "2019").state == "not_stated"
    assert table.cell("killed_not_stated", "2019").value == 3
    assert table.cell("injured_national", "2019").value == 0


def test_a_crossing_takes_what_is_stated_jointly(tmp_path: Path) -> None:
    joint = incident(one(2, "died", **AID), margins=(Margin(5, "outcome", "died"),))
    told = awsd(tmp_path, joint, table="awsd-outcome-by-recruitment")
    assert (told["killed_national"], told["killed_international"], told["killed_not_stated"]) == (2, None, 3)


def test_a_cell_knows_its_incidents(tmp_path: Path) -> None:
    told = [
        Said("A", incident(one(1, "injured"))),
        Said("B", incident(one(1, "robbed"))),
        Said("C", incident(one(None, "injured"))),
        Said("D", incident(one(1, "injured"), day=date(2018, 1, 1))),
    ]
    asked = question(snapshot(tmp_path, told), "annex-1", 2019)
    assert len(engines.incidents(asked, "injuries", "2019")) == 2
    assert len(engines.incidents(asked, "affected", "2019")) == 3
    assert engines.incidents(asked, "fatalities", "2019") == ()


@pytest.mark.parametrize("reason", ["withdrawn", "counted_as"])
def test_what_no_longer_counts_is_not_counted(tmp_path: Path, reason: str) -> None:
    twice = incident(one(1, "injured"))
    told = [Said("A", twice), Said("B", twice), Said("B", twice, number=2, reason=reason)]
    table = counted(question(snapshot(tmp_path, told), "annex-1", 2019))
    assert values(table, 2019)["injuries"] == 1
