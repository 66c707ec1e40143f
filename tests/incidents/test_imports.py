"""Taking in made files: what each row does, what is held, and that exports in any order end alike."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formats.made import AWSD_39
from incidents.made import (
    again,
    cast_member,
    file_facts,
    index,
    known,
    made_file,
    physical_rows,
    receive,
    report,
    rolled_back,
    row,
    take,
    written,
)
from incidents.strategies import IN_DATABASE, MORE
from tabard.access import guard
from tabard.access.models import Account, AuditLine
from tabard.incidents import actions, imports, standing
from tabard.incidents.models import Current, Incident, Revision
from tabard.incidents.worker import process, recover, work_once
from tabard.intake import actions as intake
from tabard.intake.models import Batch, Row, Verbatim
from tabard.rules.canonical import salted
from tabard.rules.refusals import Refused

pytestmark = pytest.mark.django_db(databases="__all__")

A, B, C = date(2020, 10, 3), date(2022, 6, 1), date(2024, 11, 23)
COVERS = {"covers": (2019, 2019)}


def take_all(by: Account, data: bytes, as_of: date, **how: Any) -> Batch:
    """Take a file in, and say that what is missing is withdrawn."""
    batch = take(by, data, as_of, **(COVERS | how))
    return imports.confirm_withdrawals(by=by, batch=batch) if batch.withdrawals_held else batch


def effects(batch: Batch) -> dict[str, int]:
    """What the rows did, without zeros."""
    return {name: count for name, count in batch.effects.items() if count}


def test_every_row_is_new_once_and_then_unchanged(by: Account) -> None:
    data = made_file({"1": 1, "2": 2, "3": 3})
    assert effects(take(by, data, A)) == {"new": 3}
    before, there = index(), written()
    for again_ in (A, B, C):
        assert effects(take(by, data, again_)) == {"unchanged": 3}
    assert (index(), written()) == (before, there)


def test_the_rows_of_a_file_are_kept_word_for_word(by: Account) -> None:
    data = made_file([row("1", Details='Says "x",\r\nand y; žluťoučký'), row("2", City="Juba")])
    batch = take(by, data, A)
    text = data.decode()
    for stored in Row.objects.filter(batch=batch):
        kept = Verbatim.objects.get(pk=stored.verbatim)
        assert kept.text.strip("\r\n") in text
        assert stored.verbatim_hash == salted(kept.salt, kept.text)
        assert kept.original == batch.original


def test_in_and_out_add_up(by: Account) -> None:
    rows = [
        row("1"), row("2", Year="nineteen"), row("3", Country="Atlantis"), row("1"), row("1", n=2), row(""),
        row("4", Month="13"), row("5", **{"Total killed": "x"}), dict.fromkeys(AWSD_39, ""), row("6"),
    ]  # fmt: skip
    data = made_file(rows)
    batch = take(by, data, A)
    states = dict.fromkeys(("accepted", "held", "rejected"), 0)
    for state in Row.objects.filter(batch=batch).values_list("state", flat=True):
        states[state] += 1
    assert sum(states.values()) == batch.rows_total == len(physical_rows(data)) == len(rows)
    assert states["accepted"] == 2
    notes = {r.number: {note["code"] for note in r.notes} for r in batch.rows.exclude(state="accepted")}
    said = [codes for _, codes in sorted(notes.items())]
    wanted = ["bad_date", "unknown_country", "repeated_row", "key_used_twice", "no_identity", "bad_date"]
    assert [want in codes for want, codes in zip(wanted, said, strict=False)] == [True] * len(wanted)
    assert set(known("awsd", A)) == {"1", "6"}


def test_what_a_newer_export_says_differently_is_a_revision(by: Account) -> None:
    take(by, made_file({"1": 1, "2": 1}), A)
    assert effects(take(by, made_file({"1": 4, "2": 1, "3": 1}), C)) == {
        "revised": 1,
        "unchanged": 1,
        "new": 1,
    }
    assert list(Revision.objects.filter(incident__source_key="1").values_list("number", "reason")) == [
        (1, "new"), (2, "correction"),
    ]  # fmt: skip


def test_new_words_alone_are_a_revision_too(by: Account) -> None:
    take(by, made_file([row("1", Details="One thing.")]), A)
    assert effects(take(by, made_file([row("1", Details="Another thing.")]), C)) == {"revised": 1}


EXPORTS: dict[date, dict[str, int]] = {
    A: {"stays": 1, "changes": 1, "goes": 1, "comes back": 1, "once": 1},
    B: {"stays": 1, "changes": 2, "goes": 1, "changes then goes": 1, "new": 1},
    C: {"stays": 1, "changes": 1, "comes back": 1, "new": 3},
}


def test_exports_in_any_order_end_alike(by: Account) -> None:
    files = {day: made_file(rows) for day, rows in EXPORTS.items()}
    for order in permutations(files):
        with rolled_back():
            for day in order:
                take_all(by, files[day], day)
            for day, data in files.items():
                for later in (day, day + timedelta(100)):
                    assert known("awsd", later) == file_facts(data), (order, day)
            assert known("awsd", A - timedelta(1)) == {}


def test_undoing_in_any_order_leaves_what_the_others_said(by: Account) -> None:
    files = {day: made_file(rows) for day, rows in EXPORTS.items()}
    for order in permutations(files):
        for back in (order, order[::-1], (order[1], order[0], order[2])):
            with rolled_back():
                batches = {day: take_all(by, files[day], day) for day in order}
                left = dict(files)
                for day in back:
                    imports.undo(by=by, batch=batches[day])
                    del left[day]
                    _hold(left, (order, back, day))
                assert not Current.objects.filter(standing="counted").exists()


def _hold(files: dict[date, bytes], where: object) -> None:
    """At each export's date the register holds what that export says, or the one before where it is gone."""
    said: dict[str, str] = {}
    for day in (A, B, C):
        said = file_facts(files[day]) if day in files else said
        assert known("awsd", day) == said, (where, day)


def test_undo_and_import_again_brings_the_same_back(by: Account) -> None:
    files = {day: made_file(rows) for day, rows in EXPORTS.items()}
    batches = {day: take_all(by, data, day) for day, data in files.items()}
    for day, data in files.items():
        imports.undo(by=by, batch=batches[day])
        take_all(by, data, day)
        _hold(files, day)


KEYS = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 3))


@settings(IN_DATABASE, max_examples=12 * MORE)
@given(data=st.data())
def test_any_exports_in_any_order_with_any_undone(by: Account, data: st.DataObject) -> None:
    days = data.draw(st.permutations([A, B, C, C + timedelta(30)]), label="order")
    contents = {day: data.draw(KEYS.filter(bool), label=str(day)) for day in sorted(days)}
    files = {day: made_file(rows) for day, rows in contents.items()}
    with rolled_back():
        batches = {day: take_all(by, files[day], day) for day in days}
        undone = data.draw(st.lists(st.sampled_from(days), unique=True), label="undone")
        for day in undone:
            imports.undo(by=by, batch=batches[day])
        said: dict[str, str] = {}
        for day in sorted(days):
            said = said if day in undone else file_facts(files[day])
            assert known("awsd", day) == said
        before = index()
        with guard.lifted():
            standing.rebuild()
        assert index() == before


def test_as_recorded_before_the_import_nothing_was_known(by: Account) -> None:
    before = datetime.now(UTC)
    take(by, made_file(EXPORTS[A]), A)
    between = datetime.now(UTC)
    take_all(by, made_file(EXPORTS[B]), B)
    assert known("awsd", C, before) == {}
    assert known("awsd", C, between) == file_facts(made_file(EXPORTS[A]))
    assert known("awsd", C) == file_facts(made_file(EXPORTS[B]))


def test_an_undo_does_not_change_what_was_recorded_before_it(by: Account) -> None:
    batch = take(by, made_file(EXPORTS[A]), A)
    then = datetime.now(UTC)
    imports.undo(by=by, batch=batch)
    assert known("awsd", C, then) == file_facts(made_file(EXPORTS[A]))
    assert known("awsd", C) == {}


def test_an_import_is_undone_once(by: Account) -> None:
    batch = take(by, made_file({"1": 1}), A)
    imports.undo(by=by, batch=batch)
    with pytest.raises(Refused) as refusal:
        imports.undo(by=by, batch=batch)
    assert refusal.value.code == "nothing_to_undo"


def test_the_same_file_twice_and_the_first_undone_still_holds(by: Account) -> None:
    data = made_file({"1": 1, "2": 2})
    first, second = take(by, data, A), take(by, data, A)
    imports.undo(by=by, batch=first)
    assert known("awsd", A) == file_facts(data)
    imports.undo(by=by, batch=second)
    assert known("awsd", A) == {}


def test_a_corrected_file_of_the_same_day_holds_over_the_first(by: Account) -> None:
    first = take(by, made_file({"1": 1}), A)
    second = take(by, made_file({"1": 2}), A)
    assert known("awsd", A) == file_facts(made_file({"1": 2}))
    imports.undo(by=by, batch=second)
    assert known("awsd", A) == file_facts(made_file({"1": 1}))
    imports.undo(by=by, batch=first)
    assert known("awsd", A) == {}


def many(count: int, **more: int) -> dict[str, int]:
    return {str(number): 1 for number in range(count)} | more


def test_one_in_a_hundred_missing_is_withdrawn_and_more_is_held(by: Account) -> None:
    take(by, made_file(many(100)), A)
    batch = take(by, made_file(many(99)), B, **COVERS)
    assert (batch.withdrawn, batch.withdrawals_held) == (1, [])
    assert set(known("awsd", B)) == set(many(99))
    batch = take(by, made_file(many(97)), C, **COVERS)
    assert (batch.withdrawn, len(batch.withdrawals_held)) == (0, 2)
    assert set(known("awsd", C)) == set(many(99))
    batch = imports.confirm_withdrawals(by=by, batch=batch)
    assert (batch.withdrawn, batch.withdrawals_held) == (2, [])
    assert set(known("awsd", C)) == set(many(97))
    assert set(known("awsd", B)) == set(many(99))
    with pytest.raises(Refused):
        imports.confirm_withdrawals(by=by, batch=batch)


def test_what_waits_for_a_person_is_not_withdrawn_by_another_import(by: Account) -> None:
    take(by, made_file(many(100)), A)
    held = take(by, made_file(many(97)), C, **COVERS)
    take(by, made_file(many(100) | {"99": 3}), B, **COVERS)
    assert set(known("awsd", C)) == set(many(100))
    imports.confirm_withdrawals(by=by, batch=held)
    assert set(known("awsd", C)) == set(many(97))


def test_undone_withdrawals_hold_no_more(by: Account) -> None:
    take(by, made_file(many(10)), A)
    batch = take_all(by, made_file(many(5)), B)
    imports.undo(by=by, batch=batch)
    assert set(known("awsd", B)) == set(many(10))


@pytest.mark.parametrize(
    "outside",
    [row("x", Year="2018"), row("x", Country="Chad"), row("x", Country="")],
    ids=["year", "country", "unknown country"],
)
def test_nothing_is_withdrawn_outside_what_a_file_covers(by: Account, outside: dict[str, str]) -> None:
    take(by, made_file([*[row(key) for key in many(150)], outside]), A)
    batch = take(by, made_file(many(150)), B)
    assert (batch.withdrawn, batch.withdrawals_held) == (0, [])
    assert "x" in known("awsd", B)


def test_a_file_that_declares_more_years_withdraws_in_them(by: Account) -> None:
    take(by, made_file([*[row(key) for key in many(150)], row("x", Year="2018")]), A)
    assert take(by, made_file(many(150)), B, covers=(2018, 2019)).withdrawn == 1


def test_a_record_whose_row_is_held_is_not_withdrawn(by: Account) -> None:
    take(by, made_file(many(150)), A)
    bad = [row(key) for key in many(149)] + [row("149", Month="13")]
    batch = take(by, made_file(bad), B, **COVERS)
    assert (batch.withdrawn, batch.effects["held"]) == (0, 1)
    assert "149" in known("awsd", B)


def test_a_record_whose_row_is_held_in_a_later_export_is_not_withdrawn(by: Account) -> None:
    take(by, made_file([row(key) for key in many(149)] + [row("149", Month="13")]), B, **COVERS)
    assert take(by, made_file(many(150)), A, **COVERS).withdrawn == 0
    assert "149" in known("awsd", B)


def test_what_a_person_entered_is_no_record_of_a_file(by: Account) -> None:
    incident = report(by, collection="awsd", known_at=datetime(2016, 1, 1, tzinfo=UTC))
    take(by, made_file([row(key, Country="South Sudan") for key in many(150)]), A, **COVERS)
    assert again(incident).current.standing == "counted"


def test_two_organisations_in_one_collection_do_not_touch_each_other(by: Account) -> None:
    theirs = take(by, made_file(many(120)), A, collection="own", owner="A", **COVERS)
    before = known("own", C)
    desk = cast_member(by, "basma", "desk", "org:B")
    ours = take(desk, made_file({"1": 5, "x": 1}), B, collection="own", owner="B", **COVERS)
    assert effects(ours) == {"new": 2}
    assert (ours.withdrawn, ours.withdrawals_held) == (0, [])
    mine = Incident.objects.filter(owner="A")
    assert mine.count() == 120 == mine.filter(current__standing="counted", current__died=1).count()
    imports.undo(by=desk, batch=ours)
    assert known("own", C) == before
    assert theirs.state == "done"


def test_a_duplicate_that_a_person_confirmed_stays_one(by: Account) -> None:
    take(by, made_file({"1": 1, "2": 1}), A)
    kept, twice = (Incident.objects.get(source_key=key) for key in "12")
    actions.count_as(by=by, incident=twice, another=kept, known_at=datetime(2021, 1, 1, tzinfo=UTC))
    assert effects(take(by, made_file({"1": 1, "2": 1}), B)) == {"unchanged": 2}
    assert effects(take(by, made_file({"1": 1, "2": 7}), C)) == {"revised": 1, "unchanged": 1}
    current = again(twice).current
    assert (current.standing, current.died) == ("counted_as", 7)
    assert current.revision.counted_as_id == kept.pk


def test_a_row_after_the_day_of_its_file_is_held(by: Account) -> None:
    batch = take(by, made_file([row("1"), row("2", Year="2031")]), A)
    assert effects(batch) == {"new": 1, "held": 1}
    [held] = Row.objects.filter(batch=batch, state="held")
    assert held.notes[-1]["code"] == "after_as_of"


@pytest.mark.parametrize("collection", ["kika", "example"])
def test_a_file_goes_into_no_other_sources_collection(collection: str, by: Account) -> None:
    with pytest.raises(Refused) as refusal:
        take(by, made_file({"1": 1}), A, collection=collection)
    assert refusal.value.code == "wrong_collection"


def test_what_a_person_corrects_today_holds_over_a_file_of_today(by: Account) -> None:
    take(by, made_file({"1": 1}), datetime.now(UTC).date())
    incident = Incident.objects.get(source_key="1")
    actions.withdraw(by=by, incident=incident)
    assert again(incident).current.standing == "withdrawn"


def test_nothing_is_known_before_it_is_recorded(by: Account) -> None:
    take(by, made_file({"1": 1}), datetime.now(UTC).date())
    told = Revision.objects.get()
    assert told.known_at <= told.recorded_at


def test_a_file_of_tomorrow_is_refused(by: Account) -> None:
    with pytest.raises(Refused) as refusal:
        take(by, made_file({"1": 1}), datetime.now(UTC).date() + timedelta(1))
    assert (refusal.value.code, refusal.value.fields) == ("future_date", {"field": "as_of"})


def test_a_batch_is_read_once(by: Account) -> None:
    batch = take(by, made_file({"1": 1}), A)
    assert process(by=by, batch=batch).state == "done"
    with pytest.raises(Refused) as refusal:
        imports.take_in(by=by, batch=batch, reading=None)  # type: ignore[arg-type]
    assert refusal.value.code == "already_imported"


def test_a_file_that_is_refused_leaves_its_original_and_a_code(by: Account) -> None:
    batch = take(by, b"nothing,known\n1,2\n", A)
    assert (batch.state, batch.failure) == ("failed", "unknown_header")
    assert written() == (0, 0)
    assert not Row.objects.exists()


class Broken(BaseException):
    """The program is stopped in the middle."""


def test_a_fault_in_the_middle_fails_the_batch(by: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not seem to be read for ever, and what was read of it is not there."""
    batch = receive(by, made_file(many(10)), A)
    before = written()

    def break_down(_: object, rows: int) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("tabard.incidents.worker.progress.tell", break_down)
    process(by=by, batch=batch)
    assert (batch.state, batch.failure) == ("failed", "internal")
    assert written() == before
    assert not Row.objects.filter(batch=batch).exists()


def test_a_crash_in_the_middle_leaves_nothing_half_done(by: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    take(by, made_file(many(10)), A)
    before, there = index(), written()
    batch = receive(by, made_file(many(40, x=1)), B)
    monkeypatch.setattr(imports, "CHUNK", 10)
    chunks = iter(range(3))

    def break_down(_: object, rows: int) -> None:
        if next(chunks, None) is None:
            raise Broken

    monkeypatch.setattr("tabard.incidents.worker.progress.tell", break_down)
    with pytest.raises(Broken):
        process(by=by, batch=batch)
    monkeypatch.undo()
    assert (index(), written()) == (before, there)
    assert not Row.objects.filter(batch=batch).exists()
    assert not AuditLine.objects.filter(verb="intake:batch:import", subject=f"batch:{batch.pk}").exists()
    batch.refresh_from_db()
    assert batch.state == "reading"
    assert (recover(), work_once()) == (1, 1)
    assert set(known("awsd", B)) == set(many(40, x=1))


def test_a_mapping_reads_an_organisations_own_log(by: Account) -> None:
    mapping = intake.save_mapping(
        by=by,
        name="ours",
        mapping={
            "columns": {"When": "date", "Where": "country", "Dead": "died", "What": "details"},
            "date_order": "ymd",
        },
    )
    log = b"When,Where,Dead,What\n2019-05-04,Chad,1,Words\n2019-05-04,Chad,1,Words\n2019-05,Somalia,,\n"
    batch = take(by, log, A, format="log", collection="own", mapping=mapping)
    assert batch.state == "done"
    assert batch.rows_total == 3
    before, there = index(), written()
    assert effects(take(by, log, B, format="log", collection="own", mapping=mapping)).keys() <= {
        "unchanged", "held", "rejected",
    }  # fmt: skip
    assert (index(), written()) == (before, there)


def test_progress_leaves_no_file_behind(by: Account, settings: Any) -> None:
    take(by, made_file({"1": 1}), A)
    assert not list((Path(settings.HOME) / "progress").glob("*"))
