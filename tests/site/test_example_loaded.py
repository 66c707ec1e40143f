"""The example in the register: the printed figures come out exactly, and three ways of counting wrongly do not."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from pytest_django import DjangoDbBlocker

from example_recount import attacks, ever, killed, recount, standing
from tabard.access import appendonly, guard
from tabard.access.audit import verify
from tabard.access.models import Account, AuditLine
from tabard.access.trail import console
from tabard.figures import actions, queries
from tabard.figures.models import Snapshot
from tabard.incidents.actions import create_collection
from tabard.incidents.models import Collection, Current, Incident, Link, Revision
from tabard.incidents.queries import visible_to
from tabard.incidents.worker import process
from tabard.intake import actions as intake
from tabard.people.models import Organisation
from tabard.rules import facts
from tabard.rules.canonical import incident_from
from tabard.site import example
from tabard.site.example.register import identity
from tabard.site.example.stories import stories

pytestmark = pytest.mark.django_db(databases="__all__")

LATER = date(2023, 12, 31)
YEARS = (2018, 2019, 2020)
UNSMS = "UN personnel (UNSMS) - preambular summary of SG report annexes"
UNRWA = "UNRWA locally recruited area staff (outside UNSMS) - SG report annex V"
SAID = "Secondary statements of SG report figures"
RESOLUTIONS = {"A/RES/74/116", "A/RES/75/125", "A/RES/76/127"}
ROWS = {  # row and column as printed -> the rows of our scheme that add up to it
    ("Persons affected by safety and security incidents", "total"): ("affected",),
    ("Fatalities", "total"): ("killed_violence", "killed_safety"),
    ("Fatalities", "resulting from acts of violence"): ("killed_violence",),
    ("Injuries", "total"): ("injured_violence", "injured_safety"),
    ("Injuries", "resulting from acts of violence"): ("injured_violence",),
    ("Abductions", "total"): ("abducted",),
    ("Arrests and detentions", "total"): ("arrested_detained",),
    ("Intimidation and harassment", "reported cases"): ("intimidation_harassment",),
    ("Killed", "total"): ("killed_violence", "killed_safety"),
    ("Injured", "total"): ("injured_violence", "injured_safety"),
    ("Arrested and detained", "total"): ("arrested_detained",),
    ("Intimidation and harassment", "total"): ("intimidation_harassment",),
}
PERSONS = (
    "killed_violence killed_safety injured_violence injured_safety abducted arrested_detained sexual_assault "
    "aggravated_assault residence_break_in burglary robbery missing"
).split()
CELLS = {  # our scheme's row -> the row of the table annex-1
    "affected": "affected",
    "killed_violence": "fatalities_violence",
    "killed_safety": "fatalities_safety",
    "injured_violence": "injuries_violence",
    "injured_safety": "injuries_safety",
    "abducted": "abducted",
    "arrested_detained": "detained",
    "robbery": "robbery",
    "residence_break_in": "break_in",
    "burglary": "burglary",
    "aggravated_assault": "assault",
    "sexual_assault": "sexual_assault",
    "intimidation_harassment": "intimidation",
}


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, int | str]]:
    """The example, loaded and committed once for all the tests here; taken out again behind the door."""
    with django_db_blocker.unblock():
        yield example.load()
        with guard.lifted(), ExitStack() as lifted:
            for alias in settings.DATABASES:
                lifted.enter_context(appendonly.lifted(alias))
                call_command(
                    "flush", database=alias, verbosity=0, interactive=False, inhibit_post_migrate=True
                )


@pytest.fixture(scope="module")
def told(loaded: Mapping[str, int | str]) -> list[facts.Incident]:
    return standing(LATER)


@pytest.fixture(scope="module")
def snapshot(loaded: Mapping[str, int | str]) -> Snapshot:
    return freeze()


def freeze() -> Snapshot:
    connections.close_all()  # the mass of rows out of the write-ahead log, which another SQLite is about to read
    return actions.freeze(by=console(), known_on=LATER)


@pytest.fixture(scope="module")
def beside(snapshot: Snapshot, shared_data: Path) -> Snapshot:
    """Frozen again once two other databases have been taken in beside the example."""
    for format, file in (("awsd", "awsd/awsd_2020-11-23.csv"), ("kika", "kika/kika_2020-2023_v27.xlsx")):
        take_in(format, shared_data / file)
    return freeze()


def take_in(format: str, file: Path) -> None:
    by = console()
    create_collection(by=by, code=format, label=format)
    original = intake.receive(by=by, data=file.read_bytes(), media_type="text/csv", collection=format)
    batch = intake.open_batch(
        by=by, original=original, format=format, collection=format, as_of=date(2023, 3, 24)
    )
    assert process(by=by, batch=batch).state == "done"


@pytest.fixture(scope="module")
def printed(shared_data: Path) -> list[dict[str, str]]:
    """The rows of the published figures, which lie beside the real records."""
    path = shared_data.parent / "domain" / "published_figures.csv"
    if not path.is_file():
        pytest.skip("published figures absent")
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def of(name: str) -> Incident:
    story = next(story for story in stories() if story.name == name)
    return Incident.objects.get(pk=identity(name, story.known))


def cells(snapshot: Snapshot, table: str, register: str | None = None) -> dict[tuple[str, str], int | None]:
    found = queries.table(table, by=console(), snapshot=snapshot, years=YEARS, register=register)
    return {(cell.row, cell.column): cell.value for cell in found.cells}


def test_it_loads_once(loaded: Mapping[str, int | str]) -> None:
    assert loaded["collection"] == "example"
    assert loaded["accounts"] == 6
    before = Counter(Revision.objects.values_list("reason", flat=True)), AuditLine.objects.count()
    again = example.load()
    assert again == {**loaded, "revisions": 0, "accounts": 0}
    assert (Counter(Revision.objects.values_list("reason", flat=True)), AuditLine.objects.count()) == before
    assert before[0]["counted_as"] == before[0]["withdrawn"] == 1
    assert before[0]["void"] == 2


def test_everything_in_it_says_that_it_is_an_example(loaded: Mapping[str, int | str]) -> None:
    assert list(Collection.objects.filter(is_example=True).values_list("code", flat=True)) == ["example"]
    assert not Organisation.objects.filter(is_example=False).exists()
    assert all("example" in name for name in Organisation.objects.values_list("name", flat=True))
    assert list(Account.objects.filter(is_example=False)) == [console()]


def test_the_audit_chain_verifies(loaded: Mapping[str, int | str]) -> None:
    assert verify().whole


@pytest.mark.parametrize(("table", "scope"), [(UNSMS, "unsms"), (UNRWA, "unrwa_area")])
def test_the_resolutions_figures_come_out_of_the_facts(
    table: str, scope: str, told: list[facts.Incident], printed: list[dict[str, str]]
) -> None:
    compared = []
    for row in printed:
        rows = ROWS.get((row["row"], row["column"]))
        if row["table"] == table and row["source_document"] in RESOLUTIONS and rows:
            found = recount(told, int(row["reference_year"]), scope)
            assert sum(found[each] for each in rows) == int(row["value"]), row
            compared.append(row)
    assert len(compared) == {"unsms": 24, "unrwa_area": 12}[scope]


def test_what_was_said_beside_the_resolutions_comes_out_too(
    told: list[facts.Incident], printed: list[dict[str, str]]
) -> None:
    said = {(r["row"], r["reference_year"]): int(r["value"]) for r in printed if r["table"] == SAID}
    for year in YEARS:
        assert attacks(told, year, "un_premises") == said["Direct attacks against UN premises", str(year)]
    for year in (2019, 2020):
        found = recount(told, year, "unsms")
        assert attacks(told, year, "vehicle") == said["Attacks targeting UN vehicles", str(year)]
        assert found["sexual_assault"] == said["Reported sexual assaults against personnel", str(year)]
    for year in (2018, 2019):
        extremism = said["UN personnel killed by violent extremism", str(year)]
        assert killed(told, year, "unsms", "killed_violence", cause="terrorism") == extremism
        uniformed = sum(
            h.n or 0 for t in told if t.first_day and t.first_day.year == year
            for h in t.harm if h.scope == "uniformed" and "died" in h.outcomes
        )  # fmt: skip
        assert uniformed == said["Uniformed peacekeepers killed by malicious acts", str(year)]


def test_the_share_recruited_locally(told: list[facts.Incident]) -> None:
    violence = killed(told, 2019, "unsms", "killed_violence", recruitment="local")
    safety = killed(told, 2019, "unsms", "killed_safety", recruitment="local")
    assert (violence, violence + safety) == (6, 24)
    assert (
        int(100 * violence / 11) == int(100 * (violence + safety) / 44) == 54
    )  # as printed: cut, not rounded
    assert killed(told, 2020, "unsms", "killed_violence", recruitment="local") == 4


def test_three_ways_of_counting_wrongly_give_three_other_numbers(told: list[facts.Incident]) -> None:
    right = recount(told, 2019, "unsms")
    everything = recount(ever(), 2019, "unsms")
    wrong = {
        "counting incidents": right["incidents"],
        "summing rows": sum(right[row] for row in PERSONS) + right["intimidation_harassment"],
        "ignoring duplicates": everything["bodies"],
    }
    assert right["affected"] == 1516
    assert wrong == {"counting incidents": 1007, "summing rows": 1431, "ignoring duplicates": 1554}


def test_each_kind_of_duplicate_alone_moves_the_count(told: list[facts.Incident]) -> None:
    right = recount(told, 2019, "unsms")
    assert right["bodies"] - right["affected"] == 8  # eight persons met in two incidents
    for name, persons in (("ambush-again", 3), ("four-held", 4), ("exercise", 3)):
        said = incident_from(of(name).revisions.get(number=1).facts)
        assert recount([*told, said], 2019, "unsms")["affected"] == 1516 + persons


def test_the_straddler_is_in_neither_year(told: list[facts.Incident]) -> None:
    night = incident_from(of("new-year").revisions.get(number=1).facts)
    assert night in told
    for year in (2019, 2020):
        left = [each for each in told if each != night]
        assert recount(told, year, "unsms") == recount(left, year, "unsms")


def test_a_number_was_unknown_before_it_was_six(loaded: Mapping[str, int | str]) -> None:
    before, after = (
        recount(standing(date(2019, 4, 1)), 2019, "unsms"),
        recount(standing(LATER), 2019, "unsms"),
    )
    assert (before["unknown"], after["unknown"]) == (1, 0)
    assert recount(standing(LATER), 2019, "ngo")["unknown"] == 1


def test_earlier_the_numbers_were_others(loaded: Mapping[str, int | str]) -> None:
    """Known on 1 July 2019, the ambush still counted twice and four were still said to be held."""
    names = {row.incident_id for row in Revision.objects.filter(known_at__date__lte=date(2019, 7, 1))}
    assert {of("ambush-again").pk, of("four-held").pk} <= names
    then = standing(date(2019, 7, 1))
    for name in ("ambush-again", "four-held"):
        assert incident_from(of(name).revisions.get(number=1).facts) in then


def test_what_became_of_the_stories(loaded: Mapping[str, int | str]) -> None:
    def reasons(name: str) -> list[str]:
        return list(of(name).revisions.order_by("number").values_list("reason", flat=True))

    assert reasons("driver") == ["new", "late_verification"]
    assert reasons("ambush-again") == ["new", "counted_as"]
    assert reasons("four-held") == ["new", "withdrawn"]
    assert reasons("exercise") == ["new", "void"]
    assert reasons("mistyped") == ["new", "correction", "void"]
    assert of("ambush-again").revisions.get(number=2).counted_as == of("ambush")
    assert not Current.objects.filter(incident=of("exercise")).exists()
    assert Current.objects.get(incident=of("mistyped")).revision.number == 1
    assert of("two-sources").revisions.get(number=2).sources.count() == 2
    links = {(link.first_id, link.second_id): link.kind for link in Link.objects.all()}
    assert links == {
        (of("threat").pk, of("knife").pk): "follow_up",
        (of("office").pk, of("car").pk): "part_of",
        (of("ambush-again").pk, of("ambush").pk): "duplicate",
    }


def test_who_sees_what(loaded: Mapping[str, int | str]) -> None:
    who = {account.handle: account for account in Account.objects.filter(is_example=True)}
    seen = {handle: set(visible_to(account).values_list("pk", flat=True)) for handle, account in who.items()}
    stood = set(Current.objects.values_list("pk", flat=True))
    sealed = {of("in-confidence").pk}
    assert seen["desk"] == seen["analyst"] == stood - sealed
    assert seen["auditor"] == seen["administrator"] == set()
    home = Organisation.objects.get(name="Harbour Programme (example)").pk
    theirs = Current.objects.filter(owner=home, sensitivity__in=["public", "internal"])
    assert seen["reader"] == seen["officer"] == set(theirs.values_list("pk", flat=True))
    assert 0 < len(seen["reader"]) < len(stood)
    assert Current.objects.filter(owner=home, sensitivity="restricted").exists()  # hidden from the reader


def test_the_accounts_shown_are_there(loaded: Mapping[str, int | str]) -> None:
    assert example.accounts_present() == list(example.ACCOUNTS_SHOWN)
    handle, password, _ = example.ACCOUNTS_SHOWN[0]
    assert Account.objects.get(handle=handle).check_password(password)


def test_the_tables_say_the_same(snapshot: Snapshot, told: list[facts.Incident]) -> None:
    annex = cells(snapshot, "annex-1")
    for year in YEARS:
        found = recount(told, year, "unsms")
        assert {row: annex[cell, str(year)] for row, cell in CELLS.items()} == {
            row: found[row] for row in CELLS
        }
        assert annex["premises", str(year)] == attacks(told, year, "un_premises")
        assert annex["vehicles", str(year)] == attacks(told, year, "vehicle")
    area = cells(snapshot, "annex-5")
    for year in YEARS:
        found = recount(told, year, "unrwa_area")
        assert area["killed", str(year)] == found["killed_violence"] + found["killed_safety"]
        assert area["injured", str(year)] == found["injured_violence"] + found["injured_safety"]
        assert area["detained", str(year)] == found["arrested_detained"]
        assert area["intimidation", str(year)] == found["intimidation_harassment"]


def test_the_scopes_do_not_leak(snapshot: Snapshot, told: list[facts.Incident]) -> None:
    """Taking every record of the other scopes away changes nothing; and they are there to be taken away."""
    for scope in ("unsms", "unrwa_area", "ngo"):
        alone = [replace(each, harm=tuple(h for h in each.harm if h.scope == scope)) for each in told]
        assert recount(alone, 2019, scope) == recount(told, 2019, scope)
    scopes = {harm.scope for each in told for harm in each.harm}
    assert scopes == {"unsms", "unrwa_area", "ngo", "uniformed", "civilian", "medical_local"}
    ngo = recount(told, 2019, "ngo")
    assert cells(snapshot, "annex-4")["affected", "2019"] == ngo["affected"] > 0
    mixed = [each for each in told if {"unsms", "ngo"} <= {harm.scope for harm in each.harm}]
    assert len(mixed) >= 2


def test_other_collections_move_no_cell_of_an_annex(snapshot: Snapshot, beside: Snapshot) -> None:
    assert beside.incidents == snapshot.incidents + 3_924  # 2,997 of AWSD and 927 of KIKA
    for name in ("annex-1", "annex-3", "annex-4", "annex-5"):
        assert cells(beside, name) == cells(snapshot, name)
