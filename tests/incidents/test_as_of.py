"""Two clocks: what was known on a day as recorded by another, and the index of what is current.

The recount below is written from the sentence alone: *per incident the revision latest by (known_at, number)
with known_at <= D and recorded_at <= T that no void recorded by T cancels*."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.made import at, entry, index, killed, report, rolled_back
from incidents.strategies import IN_DATABASE, MORE
from incidents.strategies import incidents as told_facts
from tabard.access import door, guard
from tabard.access.models import Account
from tabard.incidents import actions, asof, standing
from tabard.incidents.models import Current, Incident, Listing, Revision
from tabard.incidents.queries import Filters, page
from tabard.incidents.writer import Entry, Sheaf, Stamp
from tabard.rules import facts

pytestmark = pytest.mark.django_db(databases="__all__")

HOURS = st.integers(0, 40)
REASONS = ["new", "correction", "late_verification", "withdrawn", "counted_as", "reinstated", "void"]


@dataclass(frozen=True)
class Line:
    """One revision, as plain values."""

    number: int
    known: int
    recorded: int
    reason: str
    voids: int | None = None


@st.composite
def histories(draw: st.DrawFn) -> list[Line]:
    """Revisions as an incident may gather them: recorded one after the other, known at any time."""
    lines: list[Line] = []
    recorded = 0
    for number in range(1, draw(st.integers(1, 7)) + 1):
        recorded += draw(st.integers(0, 6))
        known = draw(st.integers(0, recorded))
        standing_now = [
            line.number
            for line in lines
            if line.reason != "void" and line.number not in {other.voids for other in lines}
        ]
        reason = draw(st.sampled_from(REASONS if standing_now else REASONS[:-1]))
        voids = draw(st.sampled_from(standing_now)) if reason == "void" else None
        lines.append(Line(number, known, recorded, reason, voids))
    return lines


def recount(lines: list[Line], known: int, recorded: int | None) -> int | None:
    """The number of the revision that held."""
    in_time = [line for line in lines if recorded is None or line.recorded <= recorded]
    cancelled = {line.voids for line in in_time if line.reason == "void"}
    held = [
        (line.known, line.number)
        for line in in_time
        if line.known <= known and line.reason != "void" and line.number not in cancelled
    ]
    return max(held)[1] if held else None


def hour(count: int) -> datetime:
    return at(2020) + timedelta(hours=count)


def store(by: Account, lines: list[Line], another: Incident) -> Incident:
    """Write a history as it is, clocks and all."""
    with door.opened(by.pk), guard.lifted():
        sheaf = Sheaf()
        incident = Incident(reference=f"SSD-2019-{Incident.objects.count():04d}X", collection_id="own")
        incident.made_at = hour(0)
        sheaf.incident(incident)
        made: dict[int, Revision] = {}
        for line in lines:
            stamp = Stamp(
                line.number,
                hour(line.known),
                hour(line.recorded),
                by.pk,
                line.reason,
                made[line.number - 1].digest if made else "",
                voids=made[line.voids].pk if line.voids else None,
                counted_as=another.pk if line.reason == "counted_as" else None,
            )
            told = Entry(facts.Incident()) if line.voids else entry(line.number)
            made[line.number] = sheaf.revision(incident.pk, stamp, told)
        sheaf.write()
        standing.refresh([incident.pk])
    return incident


@settings(IN_DATABASE, max_examples=40 * MORE)
@given(several=st.lists(histories(), min_size=1, max_size=3), known=HOURS, recorded=st.none() | HOURS)
def test_what_held_is_what_the_sentence_says(
    by: Account, several: list[list[Line]], known: int, recorded: int | None
) -> None:
    with rolled_back():
        another = report(by)
        incidents = [store(by, lines, another) for lines in several]
        ids = [incident.pk for incident in incidents]
        found = asof.latest(ids, hour(known), None if recorded is None else hour(recorded))
        expected = {pk: recount(lines, known, recorded) for pk, lines in zip(ids, several, strict=True)}
        assert {pk: row.number for pk, row in found.items()} == {
            pk: number for pk, number in expected.items() if number is not None
        }


@settings(IN_DATABASE, max_examples=30 * MORE)
@given(lines=histories())
def test_what_is_current_is_what_is_known_by_now(by: Account, lines: list[Line]) -> None:
    with rolled_back():
        incident = store(by, lines, report(by))
        number = recount(lines, 10**3, None)
        assert [row.number for row in standing.latest_of([incident.pk])] == ([number] if number else [])
        current = Current.objects.filter(pk=incident.pk).first()
        assert (current.revision.number if current else None) == number
        reason = lines[number - 1].reason if number else "gone"
        assert incident.listing.exists() == (reason not in ("withdrawn", "counted_as", "gone"))
        if current:
            stands = reason if reason in ("withdrawn", "counted_as") else "counted"
            assert (current.standing, current.died) == (stands, number)


@settings(IN_DATABASE, max_examples=20 * MORE)
@given(lines=histories(), more=histories())
def test_what_is_recorded_later_never_changes_the_past(
    by: Account, lines: list[Line], more: list[Line]
) -> None:
    with rolled_back():
        another = report(by)
        short = store(by, lines, another)
        last, top = lines[-1].recorded, lines[-1].number
        moved = [
            Line(
                line.number + top,
                line.known,
                line.recorded + last + 1,
                line.reason,
                line.voids and line.voids + top,
            )
            for line in more
        ]
        long = store(by, [*lines, *moved], another)
        for known in (0, 10, 20, 40):
            one = asof.latest([short.pk], hour(known), hour(last)).get(short.pk)
            other = asof.latest([long.pk], hour(known), hour(last)).get(long.pk)
            assert (one and one.number) == (other and other.number)


def test_a_bare_date_is_the_end_of_its_day(by: Account) -> None:
    incident = report(by, known_at=at(2020, 5, 4, 23))
    assert not asof.latest([incident.pk], asof.instant(at(2020, 5, 3).date()))
    assert asof.latest([incident.pk], asof.instant(at(2020, 5, 4).date()))


def test_a_void_leaves_what_was_recorded_before_it(by: Account) -> None:
    incident = report(by, known_at=at(2020))
    before = Revision.objects.get(incident=incident).recorded_at
    actions.void(by=by, incident=incident, number=1)
    assert incident.pk in asof.latest([incident.pk], at(2021), before)
    assert incident.pk not in asof.latest([incident.pk], at(2021))


def test_our_own_clock_is_never_set_by_hand(by: Account) -> None:
    before = Revision.objects.count()
    incident = report(by, known_at=at(1999))
    told = Revision.objects.get(incident=incident)
    assert (told.known_at, before) == (at(1999), 0)
    assert told.recorded_at.year >= 2025
    assert "recorded_at" not in actions.report.__wrapped__.__kwdefaults__  # type: ignore[attr-defined]


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["revise", "withdraw", "count", "void", "report"]), st.integers(0, 5), told_facts()
    ),
    min_size=1,
    max_size=6,
)


@settings(IN_DATABASE, max_examples=20 * MORE)
@given(acts=ACTS)
def test_the_index_is_the_same_after_a_rebuild(
    by: Account, acts: list[tuple[str, int, facts.Incident]]
) -> None:
    with rolled_back():
        there = [report(by), report(by, entry=Entry(acts[0][2]))]
        for verb, pick, told in acts:
            _do(by, verb, there, pick, told)
        before = index()
        assert len(before[0]) == Current.objects.count()
        with guard.lifted():
            Current.objects.all().delete()
            Listing.objects.all().delete()
            assert standing.rebuild() == len(there)
        assert index() == before


def _do(by: Account, verb: str, there: list[Incident], pick: int, told: facts.Incident) -> None:
    incident, another = there[pick % len(there)], there[(pick + 1) % len(there)]
    counted = set(Current.objects.filter(standing="counted").values_list("pk", flat=True))
    if verb == "report":
        there.append(report(by, entry=Entry(told)))
    elif verb == "revise":
        actions.revise(by=by, incident=incident, entry=Entry(told))
    elif verb == "withdraw" and incident.pk in counted:
        actions.withdraw(by=by, incident=incident)
    elif verb == "count" and {incident.pk, another.pk} <= counted:
        actions.count_as(by=by, incident=incident, another=another)
    elif verb == "void" and incident.pk in counted:
        number = Current.objects.get(pk=incident.pk).revision.number
        actions.void(by=by, incident=incident, number=number)


def test_a_rebuild_mends_a_spoiled_index(by: Account) -> None:
    report(by)
    before = index()
    with guard.lifted():
        Current.objects.update(died=99, country="NAM")
        Listing.objects.update(facet=1)
        standing.rebuild()
    assert index() == before


def answers(by: Account, incident: Incident, **filters: str) -> bool:
    """Whether the list shows the incident when asked so."""
    return incident.pk in [row.pk for row in page(by, Filters(**filters)).rows]


def test_margins_are_never_crossed_in_the_index(by: Account) -> None:
    told = killed(
        harm=(facts.Harm(3, outcomes={"died": facts.Outcome(True)}, scope="unsms"),),
        margins=(
            facts.Margin(2, "gender", "female"),
            facts.Margin(1, "gender", "male"),
            facts.Margin(3, "recruitment", "local"),
            facts.Margin(0, "recruitment", "international"),
        ),
    )
    incident = report(by, entry=Entry(told))
    assert answers(by, incident, gender="female")
    assert answers(by, incident, gender="male")
    assert answers(by, incident, recruitment="local")
    assert answers(by, incident, category="killed_violence")
    assert not answers(by, incident, recruitment="international")
    assert not answers(by, incident, recruitment="local", gender="female")
    assert not answers(by, incident, category="killed_violence", gender="female")
    assert not answers(by, incident, category="killed_violence", recruitment="local")


def test_a_margin_of_two_dimensions_stands_as_it_is_stated(by: Account) -> None:
    told = killed(harm=(), margins=(facts.Margin(2, "gender", "female", "recruitment", "local"),))
    incident = report(by, entry=Entry(told))
    assert answers(by, incident, recruitment="local", gender="female")
    assert not answers(by, incident, recruitment="local", gender="male")


def test_unknown_is_not_zero_in_the_index(by: Account) -> None:
    died = {"died": facts.Outcome(True)}
    some = report(by, entry=Entry(killed(harm=(facts.Harm(None, "unknown", died),))))
    none = report(by, entry=Entry(killed(harm=(facts.Harm(0, outcomes=died),))))
    nothing = report(by, entry=Entry(killed(harm=())))
    numbers = dict(Current.objects.values_list("pk", "died"))
    assert (numbers[some.pk], numbers[none.pk], numbers[nothing.pk]) == (None, 0, None)
    assert dict(Current.objects.values_list("pk", "persons"))[some.pk] is None
