"""The verbs: what each does to one incident, and what each refuses."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from incidents.made import again, at, entry, index, killed, report
from tabard.access.models import Account, AuditLine
from tabard.incidents import actions
from tabard.incidents.entries import entry_of
from tabard.incidents.models import Current, Incident, Link, Revision
from tabard.incidents.writer import Entry
from tabard.places.models import Position
from tabard.rules import facts
from tabard.rules.canonical import canonical
from tabard.rules.ids import ulid
from tabard.rules.refusals import Forbidden, Refused

pytestmark = pytest.mark.django_db(databases="__all__")


def numbers(incident: Incident) -> list[tuple[int, str]]:
    """The revisions of an incident: number and reason."""
    rows = Revision.objects.filter(incident=incident).order_by("number")
    return list(rows.values_list("number", "reason"))


def current(incident: Incident) -> Current:
    return Current.objects.select_related("revision").get(pk=incident.pk)


def test_the_same_report_twice_is_one(by: Account) -> None:
    pk = ulid()
    first = report(by, id=pk)
    second = report(by, id=pk, entry=entry(7))
    assert second.pk == first.pk == pk
    assert numbers(first) == [(1, "new")]
    assert current(first).died == 1
    assert AuditLine.objects.filter(verb="incidents:incident:report").count() == 1


def test_a_report_is_not_a_way_to_see_what_another_organisation_has(by: Account, amina: Account) -> None:
    theirs = report(by, owner="B")
    with pytest.raises(Forbidden):
        report(amina, owner="A", id=theirs.pk)


def test_what_was_reported_comes_back(by: Account) -> None:
    told = Entry(
        killed(2),
        facts.Position(4.85, 31.6, "near", "Central Equatoria", "Juba", "Juba"),
        facts.Texts("The words of the source.", "The group", "en"),
        (facts.SourceClaim("media", "B", 2, claims={"died": 3}),),
        original="01JORIGINAL",
    )
    incident = report(by, entry=told)
    assert entry_of(current(incident).revision) == told


def test_a_revision_follows_the_one_before(by: Account) -> None:
    incident = report(by)
    actions.revise(by=by, incident=incident, entry=entry(2), expected=1)
    assert numbers(incident) == [(1, "new"), (2, "correction")]
    assert current(incident).died == 2


def test_a_lost_update_is_refused(by: Account) -> None:
    incident = report(by)
    actions.revise(by=by, incident=incident, entry=entry(2), expected=1)
    with pytest.raises(Refused) as refusal:
        actions.revise(by=by, incident=incident, entry=entry(3), expected=1)
    assert refusal.value.code == "changed_meanwhile"
    assert numbers(incident) == [(1, "new"), (2, "correction")]


@pytest.mark.parametrize("reason", ["void", "counted_as", "because I say so", ""])
def test_a_reason_is_a_word_of_its_own_verb(by: Account, reason: str) -> None:
    incident = report(by)
    with pytest.raises(Refused) as refusal:
        actions.revise(by=by, incident=incident, entry=entry(2), reason=reason)
    assert (refusal.value.code, refusal.value.fields) == ("unknown_word", {"field": "reason"})
    assert numbers(incident) == [(1, "new")]


def test_what_is_withdrawn_stays_readable_and_counts_no_more(by: Account) -> None:
    incident = report(by, entry=entry(2))
    made = actions.withdraw(by=by, incident=incident)
    assert current(incident).standing == "withdrawn"
    assert made.facts == canonical(killed(2))
    assert not incident.listing.exists()


def test_what_was_withdrawn_can_come_back(by: Account) -> None:
    incident = report(by)
    actions.withdraw(by=by, incident=incident)
    actions.revise(by=by, incident=incident, entry=entry(1), reason="reinstated")
    assert current(incident).standing == "counted"
    assert incident.listing.exists()


def test_a_duplicate_leaves_the_counts_and_the_other_stays(by: Account) -> None:
    kept, twice = report(by), report(by)
    actions.count_as(by=by, incident=twice, another=kept)
    assert (current(twice).standing, current(kept).standing) == ("counted_as", "counted")
    assert current(twice).revision.counted_as_id == kept.pk


def test_nothing_counts_as_itself_or_as_one_of_another_collection(by: Account) -> None:
    one, other = report(by), report(by, collection="awsd")
    for another in (one, other):
        with pytest.raises(Refused) as refusal:
            actions.count_as(by=by, incident=one, another=another)
        assert refusal.value.fields == {"field": "another"}
    assert current(one).standing == "counted"


def test_two_duplicates_never_both_leave_the_counts(by: Account) -> None:
    one, other = report(by), report(by)
    actions.count_as(by=by, incident=one, another=other)
    with pytest.raises(Refused):
        actions.count_as(by=by, incident=other, another=one)
    withdrawn = report(by)
    actions.withdraw(by=by, incident=withdrawn)
    third = report(by)
    with pytest.raises(Refused):
        actions.count_as(by=by, incident=third, another=withdrawn)
    assert [current(i).standing for i in (one, other, third)] == ["counted_as", "counted", "counted"]


def test_a_void_takes_back_one_revision(by: Account) -> None:
    incident = report(by)
    actions.revise(by=by, incident=incident, entry=entry(2))
    actions.void(by=by, incident=incident, number=2)
    assert current(incident).died == 1
    assert numbers(incident) == [(1, "new"), (2, "correction"), (3, "void")]


def test_a_void_of_a_duplicate_brings_it_back(by: Account) -> None:
    kept, twice = report(by), report(by)
    actions.count_as(by=by, incident=twice, another=kept)
    actions.void(by=by, incident=twice, number=2)
    assert current(twice).standing == "counted"


def test_an_incident_with_everything_void_is_nowhere(by: Account) -> None:
    incident = report(by)
    actions.void(by=by, incident=incident, number=1)
    assert not Current.objects.filter(pk=incident.pk).exists()
    assert not incident.listing.exists()
    with pytest.raises(Refused) as refusal:
        actions.withdraw(by=by, incident=incident)
    assert refusal.value.code == "not_found"


@pytest.mark.parametrize("number", [0, 2, 3, 99])
def test_there_is_nothing_to_void_but_what_stands(by: Account, number: int) -> None:
    incident = report(by)
    actions.revise(by=by, incident=incident, entry=entry(2))
    actions.void(by=by, incident=incident, number=2)
    with pytest.raises(Refused) as refusal:
        actions.void(by=by, incident=incident, number=number)
    assert refusal.value.code == "nothing_to_undo"


def test_a_link_changes_no_count_and_can_be_taken_back(by: Account) -> None:
    one, other = report(by), report(by)
    before = index()
    made = actions.link(by=by, first=one, second=other, kind="duplicate")
    back = actions.unlink(by=by, link=made)
    assert index() == before
    assert back.voids_id == made.pk
    assert Link.objects.count() == 2
    for nothing in (made, back):
        with pytest.raises(Refused) as refusal:
            actions.unlink(by=by, link=nothing)
        assert refusal.value.code == "nothing_to_undo"


def test_a_kind_of_link_is_a_word(by: Account) -> None:
    one, other = report(by), report(by)
    with pytest.raises(Refused) as refusal:
        actions.link(by=by, first=one, second=other, kind="cousins")
    assert refusal.value.fields == {"field": "kind"}


def test_nobody_knows_anything_yet_to_come(by: Account) -> None:
    later = datetime.now(UTC) + timedelta(minutes=1)
    with pytest.raises(Refused) as refusal:
        report(by, known_at=later)
    assert (refusal.value.code, refusal.value.fields) == ("future_date", {"field": "known_at"})
    incident = report(by)
    verbs: list[Any] = [
        lambda: actions.revise(by=by, incident=incident, entry=entry(2), known_at=later),
        lambda: actions.withdraw(by=by, incident=incident, known_at=later),
        lambda: actions.count_as(by=by, incident=incident, another=report(by), known_at=later),
    ]
    for verb in verbs:
        with pytest.raises(Refused):
            verb()
    assert numbers(incident) == [(1, "new")]


def test_what_was_known_earlier_does_not_replace_what_is_known_now(by: Account) -> None:
    incident = report(by, known_at=at(2020))
    actions.revise(by=by, incident=incident, entry=entry(9), known_at=at(2019))
    assert current(incident).died == 1


CANARY = "Zyxwv Canaryname"
WRONG: list[tuple[str, facts.Incident]] = [
    ("country", killed(country=CANARY)),
    ("cause", killed(cause=CANARY)),
    ("means", killed(means=CANARY)),
    ("gender", killed(harm=(facts.Harm(1, gender=CANARY),))),
    ("outcomes", killed(harm=(facts.Harm(1, outcomes={CANARY: facts.Outcome(True)}),))),
    ("tags", killed(tags=(("medical", CANARY),))),
    ("tags", killed(tags=((CANARY, "x"),))),
    ("margins", killed(margins=(facts.Margin(1, "gender", CANARY),))),
    ("margins", killed(margins=(facts.Margin(1, CANARY, "female"),))),
    ("kind", killed(objects=(facts.ObjectHarm(1, CANARY),))),
    ("effects", killed(objects=(facts.ObjectHarm(1, "vehicle", (CANARY,)),))),
]


@pytest.mark.parametrize(("field", "told"), WRONG)
def test_an_unknown_word_is_refused_and_only_its_field_named(
    by: Account, field: str, told: facts.Incident
) -> None:
    with pytest.raises(Refused) as refusal:
        report(by, entry=Entry(told))
    said = f"{refusal.value!r} {refusal.value.fields}"
    assert refusal.value.code == "unknown_word"
    assert CANARY not in said
    assert refusal.value.fields == {"field": field}
    assert not Incident.objects.exists()


IMPOSSIBLE: list[tuple[str, facts.Incident]] = [
    ("n", killed(harm=(facts.Harm(-1),))),
    ("n", killed(harm=(facts.Harm(None, "stated"),))),
    ("n", killed(harm=(facts.Harm(3, "unknown"),))),
    ("n", killed(margins=(facts.Margin(-2, "total", ""),))),
    ("n", killed(harm=(facts.Harm(10**12),))),
    ("n", killed(objects=(facts.ObjectHarm(10**12, "vehicle"),))),
    ("subject", killed(harm=(facts.Harm(2, subject=ulid()),))),
    ("last_day", killed(first_day=date(2019, 2, 2), last_day=date(2019, 2, 1))),
    ("last_day", killed(first_day=None)),
]


@pytest.mark.parametrize(("field", "told"), IMPOSSIBLE)
def test_what_cannot_be_is_refused(by: Account, field: str, told: facts.Incident) -> None:
    with pytest.raises(Refused) as refusal:
        report(by, entry=Entry(told))
    assert (refusal.value.code, refusal.value.fields) == ("bad_value", {"field": field})


def test_references_run_in_order_for_each_country_and_year(by: Account) -> None:
    made = [report(by).reference for _ in range(3)]
    made.append(report(by, entry=entry(day=date(2020, 1, 1))).reference)
    made.append(report(by, entry=entry(country=None)).reference)
    expected = ["SSD-2019-0001", "SSD-2019-0002", "SSD-2019-0003", "SSD-2020-0001", "ZZZ-2019-0001"]
    assert made == expected


def test_a_reference_given_is_never_given_again(by: Account) -> None:
    first = report(by)
    actions.void(by=by, incident=first, number=1)
    assert report(by).reference == "SSD-2019-0002"
    actions.revise(by=by, incident=first, entry=entry(country="NAM"))
    assert again(first).reference == "SSD-2019-0001"


def test_no_position_reaches_a_revision(by: Account) -> None:
    place = facts.Position(4.85163, 31.58247, "exact", locality="Zyxwv Canarytown")
    incident = report(by, entry=Entry(killed(), place))
    told = Revision.objects.filter(incident=incident).values().get()
    assert not [part for part in ("Canarytown", "4.85163", "31.58247") if part in str(told)]
    kept = Position.objects.get(pk=told["place"])
    assert (kept.lat, kept.lon, kept.locality) == (4.85163, 31.58247, "Zyxwv Canarytown")


def test_who_withdraws_loses_no_words(by: Account) -> None:
    told = Entry(killed(), facts.Position(1.0, 2.0, "exact"), facts.Texts("Words", "", "en"), original="O")
    incident = report(by, entry=told)
    actions.withdraw(by=by, incident=incident)
    assert entry_of(current(incident).revision) == told
