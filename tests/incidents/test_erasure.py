"""Erasing an original: its words and places are in no table any more, and every digest and figure stands."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connections

from formats.made import AWSD_41
from incidents.made import (
    again,
    every_text,
    index,
    killed,
    known,
    made_file,
    physical_rows,
    receive,
    report,
    row,
    take,
)
from tabard.access import audit, guard
from tabard.access.models import Account, AuditLine
from tabard.incidents import actions, exporting, standing, words
from tabard.incidents.models import Incident, Revision
from tabard.incidents.queries import Filters
from tabard.incidents.writer import Entry
from tabard.intake import actions as intake
from tabard.intake.models import Batch, OriginalBody
from tabard.places.models import Position
from tabard.rules import facts
from tabard.rules.refusals import Refused
from tabard.site import doctor

pytestmark = pytest.mark.django_db(databases="__all__")

CANARY = "Zyxwv Canaryname"
LAT, LON = "4.851637", "31.582474"
DAY = date(2019, 6, 1)
# The only columns of any table where the words and places of a source may lie.
ERASABLE = {
    "incidents_words.details", "incidents_words.actor_name", "intake_verbatim.text", "intake_originalbody.body",
    "places_position.admin1", "places_position.admin2", "places_position.locality",
    "places_position.lat", "places_position.lon",
}  # fmt: skip


def canary_file(*keys: str) -> bytes:
    """Records whose words, place and actor carry the name; the last one is held for its date."""
    words_of = {
        "Details": f"{CANARY} was on the road.", "City": f"{CANARY} village", "Region": CANARY,
        "Actor name": CANARY, "Latitude": LAT, "Longitude": LON,
    }  # fmt: skip
    rows = [row(key, **words_of) for key in keys]
    return made_file([*rows, row("held", Month="13", **words_of)], AWSD_41)


def places_of(needle: str) -> set[str]:
    """Every column of every table that holds the words."""
    texts: dict[str, str] = {}
    for alias in connections:
        texts |= every_text(alias)
    return {name for name, text in texts.items() if needle.lower() in text.lower()}


def erase(by: Account, original: str) -> None:
    actions.erase_words(by=by, original=original, reason="request")
    intake.erase_original(by=by, original=original, reason="request")


def test_the_words_lie_only_where_they_can_be_erased(by: Account) -> None:
    take(by, canary_file("1", "2"), DAY)
    found = places_of(CANARY) | places_of(LAT) | places_of(LON)
    assert {"incidents_words.details", "intake_originalbody.body", "places_position.locality"} <= found
    assert found <= ERASABLE


def test_after_erasing_no_table_holds_them_and_everything_stands(by: Account) -> None:
    batch = take(by, canary_file("1", "2"), DAY)
    other = take(by, made_file([row("9", Details="Somebody else's words.")]), date(2020, 1, 1), owner="B")
    kept, told = index(), known("awsd", DAY)
    erase(by, batch.original)
    for needle in (CANARY, LAT, LON):
        assert places_of(needle) == set()
    assert places_of("Somebody else's words.")
    assert (index(), known("awsd", DAY)) == (kept, told)
    assert audit.verify().whole
    assert doctor.revisions().well
    with guard.lifted():
        standing.rebuild()
    assert index() == kept
    assert other.state == "done"


def test_the_erasure_itself_is_a_line(by: Account) -> None:
    batch = take(by, canary_file("1"), DAY)
    erase(by, batch.original)
    lines = AuditLine.objects.filter(subject=f"original:{batch.original}").exclude(
        verb="intake:original:receive"
    )
    verbs = set(lines.values_list("verb", "actor"))
    assert verbs == {("incidents:text:erase", by.pk), ("intake:original:erase", by.pk)}
    assert all('"reason":"request"' in line.detail for line in lines)


CHANGES: dict[str, Callable[[Account, Incident], object]] = {
    "withdrawn": lambda by, one: actions.withdraw(by=by, incident=one),
    "counted as another": lambda by, one: actions.count_as(
        by=by, incident=one, another=report(by, collection="awsd")
    ),
    "missing from a newer export": lambda by, one: take(by, canary_file("2"), date(2020, 1, 1)),
    "void": lambda by, one: actions.void(by=by, incident=one, number=1),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_was_done_since_keeps_no_copy(by: Account, name: str) -> None:
    batch = take(by, canary_file("1"), DAY)
    CHANGES[name](by, Incident.objects.get(source_key="1"))
    newer = Batch.objects.exclude(pk=batch.pk)
    for one in [batch, *newer]:
        erase(by, one.original)
    assert places_of(CANARY) == places_of(LAT) == set()
    assert doctor.revisions().well


def test_a_place_without_words_is_erased_too(by: Account) -> None:
    data = b"Key,When,Where,Town,Dead\n1,2019-05-04,Chad,Zyxwv Canaryname,1\n"
    columns = {"Key": "key", "When": "date", "Where": "country", "Town": "locality", "Dead": "died"}
    mapping = intake.save_mapping(by=by, name="ours", mapping={"columns": columns, "date_order": "ymd"})
    batch = take(by, data, DAY, format="log", collection="own", mapping=mapping)
    assert Position.objects.filter(locality=CANARY).exists()
    erase(by, batch.original)
    assert places_of(CANARY) == set()


def test_the_same_file_again_never_brings_erased_words_back_by_itself(by: Account) -> None:
    data = canary_file("1", "2")
    erase(by, take(by, data, DAY).original)
    with pytest.raises(Refused) as refusal:
        take(by, data, date(2020, 1, 1))
    assert refusal.value.code == "erased_before"
    again_ = take(by, data + b"\n", date(2020, 1, 1))  # other bytes, the same records
    assert again_.effects["unchanged"] == 2
    erase(by, again_.original)
    assert places_of(CANARY) == set()


def test_an_erased_duplicate_stays_one_when_its_file_comes_again(by: Account) -> None:
    data = canary_file("1", "2")
    batch = take(by, data, DAY)
    kept, twice = (Incident.objects.get(source_key=key) for key in "12")
    actions.count_as(by=by, incident=twice, another=kept, known_at=batch.started_at)
    erase(by, batch.original)
    take(by, data + b"\n", batch.started_at.date())
    assert again(twice).current.standing == "counted_as"


def test_bytes_that_came_twice_are_erased_twice(by: Account) -> None:
    data = canary_file("1", "2")
    first, second = take(by, data, DAY), take(by, data, date(2020, 1, 1))
    erase(by, first.original)
    assert places_of(CANARY) == set()
    assert not OriginalBody.objects.filter(original__in=[first.original, second.original]).exists()


def test_what_is_erased_is_read_as_nothing(by: Account) -> None:
    batch = take(by, canary_file("1"), DAY)
    incident = Incident.objects.get(source_key="1")
    rows = list(Revision.objects.filter(incident=incident))
    before = words.read(incident, rows, by=by)
    assert before is not None
    assert CANARY in next(iter(before.words.values())).details
    erase(by, batch.original)
    after = words.read(incident, rows, by=by)
    assert after is not None
    assert (dict(after.words), dict(after.places)) == ({}, {})
    with pytest.raises(Refused) as refusal:
        intake.erase_original(by=by, original=batch.original, reason="request")
    assert refusal.value.code == "not_found"


def test_reading_words_is_a_line_and_a_reader_gets_none(by: Account, amina: Account, joseph: Account) -> None:
    told = Entry(killed(), facts.Position(1.0, 2.0, "exact"), facts.Texts(CANARY, "", "en"))
    incident = report(by, owner="A", entry=told)
    rows = list(Revision.objects.filter(incident=incident))
    lines = AuditLine.objects.filter(verb="incidents:restricted:read")
    assert words.read(incident, rows, by=joseph) is None
    assert not lines.exists()
    assert words.read(incident, rows, by=amina) is not None
    [line] = lines
    assert (line.actor, line.subject) == (amina.pk, f"incident:{incident.pk}")
    assert CANARY not in line.detail


@pytest.mark.parametrize("format_", sorted(exporting.WRITERS))
def test_nothing_leaves_with_whoever_may_not_read_it(by: Account, format_: str) -> None:
    take(by, canary_file("1", "2"), DAY, owner="A")
    from_a = _exported(format_, by=by)
    assert format_ == "xlsx" or b"Canaryname" in from_a
    erase(by, Batch.objects.get().original)
    assert b"Canaryname" not in _exported(format_, by=by)


def _exported(format_: str, *, by: Account) -> bytes:
    out = io.BytesIO()
    exporting.write(format_, Filters(), out, by=by)
    return out.getvalue()


def test_a_refused_file_says_nothing_of_its_words(by: Account, caplog: pytest.LogCaptureFixture) -> None:
    batch = take(by, f"{CANARY},Year\n{CANARY},2019\n".encode(), DAY)
    assert (batch.state, batch.failure) == ("failed", "unknown_header")
    assert CANARY not in caplog.text
    assert len(physical_rows(canary_file("1"))) == 2
    waiting = receive(by, canary_file("1"), DAY)
    assert CANARY not in f"{waiting!r} {vars(waiting)}"
