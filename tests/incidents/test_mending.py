"""Mending held rows by a rule: which rows it frees, what the saved mapping learns, and the page."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from formats.made import sheet
from incidents.made import cast_member, made_file, receive, row, take
from tabard.access.models import Account, AuditLine
from tabard.formats.log.mapping import from_json, to_json
from tabard.incidents.mending import Rule, mend_alike, rehearse
from tabard.incidents.models import Current, Incident
from tabard.incidents.worker import process
from tabard.intake import actions as intake
from tabard.intake.models import Batch, Mapping
from tabard.rules.refusals import Forbidden, Refused

pytestmark = pytest.mark.django_db(databases="__all__")
DAY = date(2020, 1, 1)
UP = Rule("Country", "Upcountry", "South Sudan")
HEADER = ["Ref", "Date", "Country", "What", "How many"]
MAPPING: dict[str, Any] = {
    "columns": {"Ref": "key", "Date": "date", "Country": "country", "What": "outcome", "How many": "n"},
    "values": {},
    "date_order": "dmy",
    "defaults": {"scope": "ngo", "cause": "crime"},
}


def awsd_batch(by: Account) -> Batch:
    """Two rows held for one country's name, one for another's, one taken in."""
    names = {"1": "Upcountry", "2": " Upcountry ", "3": "Nowhere", "4": "Mali"}
    return take(by, made_file([row(key, Country=name) for key, name in names.items()]), DAY)


def log_batch(by: Account, *rows: list[str]) -> Batch:
    kept = Mapping.objects.filter(name="ours").first() or intake.save_mapping(
        by=by, name="ours", mapping=to_json(from_json(MAPPING))
    )
    batch = receive(by, sheet(HEADER, rows), DAY, format="log", collection="own", mapping=kept)
    return process(by=by, batch=batch)


def states(batch: Batch) -> dict[int, str]:
    return dict(batch.rows.values_list("number", "state"))


def test_a_rule_frees_what_says_the_same_and_nothing_else(by: Account) -> None:
    batch = awsd_batch(by)
    assert states(batch) == {2: "held", 3: "held", 4: "held", 5: "accepted"}
    told = rehearse(batch, UP)
    assert [(each.row.number, each.refusal) for each in told] == [(2, None), (3, None)]
    assert states(batch) == {2: "held", 3: "held", 4: "held", 5: "accepted"}
    mend_alike(by=by, batch=batch, rule=UP)
    assert states(batch) == {2: "accepted", 3: "accepted", 4: "held", 5: "accepted"}
    batch.refresh_from_db()
    assert (batch.effects["held"], batch.effects["new"]) == (1, 3)
    assert Current.objects.filter(country="SSD").count() == 2
    acts = set(AuditLine.objects.filter(verb__startswith="intake:row:mend").values_list("act", flat=True))
    assert len(acts) == 1
    assert "Upcountry" not in "".join(AuditLine.objects.values_list("detail", flat=True))


def test_a_rule_that_does_not_help_changes_nothing(by: Account) -> None:
    batch = awsd_batch(by)
    wrong = Rule("Country", "Upcountry", "Neverland")
    assert [each.refusal and each.refusal.code for each in rehearse(batch, wrong)] == ["unknown_country"] * 2
    for rule in (wrong, Rule("Country", "Mali", "Chad"), Rule("Country", "Nothing", "Chad")):
        with pytest.raises(Refused, match="nothing_to_mend"):
            mend_alike(by=by, batch=batch, rule=rule)
    with pytest.raises(Refused, match="no_such_column"):
        mend_alike(by=by, batch=batch, rule=Rule("Land", "Upcountry", "Chad"))
    assert states(batch) == {2: "held", 3: "held", 4: "held", 5: "accepted"}


def test_of_two_rows_under_one_key_one_is_freed(by: Account) -> None:
    rows = [row("1", Country="Upcountry"), row("2", Country="Upcountry")]
    batch = take(by, made_file(rows), DAY)
    other = take(by, made_file([row("1", Country="Upcountry", Year="2018"), *rows[1:]]), DAY)
    assert [each.refusal for each in rehearse(batch, UP)] == [None, None]
    mend_alike(by=by, batch=other, rule=UP)
    assert Incident.objects.count() == 2


@pytest.mark.parametrize(
    ("column", "was", "means", "kept"),
    [("Country", "Upcountry", "South Sudan", "South Sudan"), ("What", "Snatched", "Abducted", "abducted")],
)
def test_a_saved_mapping_learns_the_rule(by: Account, column: str, was: str, means: str, kept: str) -> None:
    said = {"Country": "South Sudan", "What": "abducted"} | {column: was}
    rows = [[key, "04/03/2019", said["Country"], said["What"], "2"] for key in "12"]
    batch = log_batch(by, *rows)
    assert set(states(batch).values()) == {"held"}
    mend_alike(by=by, batch=batch, rule=Rule(column, was, means))
    assert Mapping.objects.get().mapping["values"] == {column: {was: kept}}
    later = log_batch(by, ["3", "05/03/2019", said["Country"], said["What"], "1"])
    assert states(later) == {2: "accepted"}
    assert Current.objects.filter(country="SSD").count() == 3


def test_who_may(by: Account, amina: Account, joseph: Account) -> None:
    batch = awsd_batch(by)
    for account in (amina, joseph):
        with pytest.raises(Forbidden):
            mend_alike(by=account, batch=batch, rule=UP)


def test_from_the_page(by: Account) -> None:
    batch = awsd_batch(by)
    client = Client()
    client.force_login(cast_member(by, "desk", "desk", "*"))
    page = client.get(f"/imports/{batch.pk}/rows/2/").content.decode()
    found = re.search(r'<option value="(\d+)">Country: «Upcountry»', page)
    assert found
    sent = {"row": "2", "column": found[1], "means": "South Sudan"}
    shown = client.post(f"/imports/{batch.pk}/rule/", sent).content.decode()
    assert "The rule frees 2 rows" in shown
    assert states(batch)[2] == "held"
    assert client.post(f"/imports/{batch.pk}/rule/", {**sent, "apply": "1"}).status_code == 302
    assert states(batch)[2] == "accepted"


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"row": "5", "column": "0", "means": "x"},
        {"row": "2", "column": "99", "means": "x"},
        {"row": "2", "column": "x", "means": "x"},
        {"row": "2", "column": "4", "means": ""},
        {"row": "2", "column": "4", "means": "x" * 501},
    ],
)
def test_hostile_rules_are_refused(by: Account, sent: dict[str, str]) -> None:
    batch = awsd_batch(by)
    client = Client()
    client.force_login(cast_member(by, "desk", "desk", "*"))
    assert client.post(f"/imports/{batch.pk}/rule/", sent).status_code == 400
    assert states(batch)[2] == "held"
