"""The real exports in both orders, and KIKA: no row lost, and what was known on each day comes out."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from incidents.made import (
    collection,
    file_facts,
    known,
    physical_rows,
    take,
    written,
)
from tabard.access import guard
from tabard.access.models import Account
from tabard.incidents import imports, standing
from tabard.incidents.models import Current, Incident, Revision
from tabard.intake.models import Batch, Row, Verbatim
from tabard.rules.canonical import incident_from

pytestmark = pytest.mark.django_db(databases="__all__")

OLD, NEW = date(2016, 10, 3), date(2020, 11, 23)
GONE = ["1899", "1918", "2096"]


@pytest.fixture
def files(shared_data: Path) -> dict[date, bytes]:
    """The two exports, by the day on which their source knew what they say."""
    return {day: (shared_data / "awsd" / f"awsd_{day}.csv").read_bytes() for day in (OLD, NEW)}


def taken(by: Account, files: dict[date, bytes], *days: date) -> list[Batch]:
    return [take(by, files[day], day) for day in days]


def effects(batch: Batch) -> dict[str, int]:
    return {name: count for name, count in batch.effects.items() if count}


def ids(data: bytes) -> list[str]:
    """The identifiers of a file, as the standard library reads them."""
    return [cells[0].strip() for cells in physical_rows(data)]


def test_every_row_of_both_files_is_accepted_and_kept(by: Account, files: dict[date, bytes]) -> None:
    old, new = taken(by, files, OLD, NEW)
    for batch, data, count in ((old, files[OLD], 2088), (new, files[NEW], 2997)):
        assert len(physical_rows(data)) == count == batch.rows_total == batch.rows.count()
        assert set(batch.rows.values_list("state", flat=True)) == {"accepted"}
        assert list(batch.rows.order_by("number").values_list("key", flat=True)) == ids(data)
    _kept_word_for_word(new, files[NEW])
    _taken_with_its_country_unknown(new.rows.get(key="214"))
    _rebuilt_alike()


def _taken_with_its_country_unknown(row: Row) -> None:
    """Its source names no one country; the row says so, and is taken."""
    assert [note["code"] for note in row.notes if note["field"] == "Country"] == ["country_not_one"]
    assert Current.objects.get(pk=row.incident).country == ""


def _rebuilt_alike() -> None:
    before = sorted(map(str, Current.objects.values_list()))
    with guard.lifted():
        assert standing.rebuild() == len(before) == 3000
    assert sorted(map(str, Current.objects.values_list())) == before


def _kept_word_for_word(batch: Batch, data: bytes) -> None:
    """Each kept row is the slice of the file that makes it, and together they are the file."""
    texts = dict(Verbatim.objects.filter(original=batch.original).values_list("pk", "text"))
    rows = list(batch.rows.order_by("number").values_list("verbatim", flat=True))
    assert len(set(rows)) == len(rows)
    slices = [texts[pk].encode().rstrip(b"\r\n") for pk in rows]
    place = data.index(slices[0])
    for one in slices:
        assert data[place : place + len(one)] == one
        place += len(one)
        while data[place : place + 1] in (b"\r", b"\n"):
            place += 1
    assert place == len(data)


def _known_at_both_dates(files: dict[date, bytes]) -> None:
    for day in (OLD, NEW):
        assert known("awsd", day) == file_facts(files[day])


@pytest.mark.parametrize("order", [(OLD, NEW), (NEW, OLD)], ids=["old first", "new first"])
def test_both_orders_end_alike(by: Account, files: dict[date, bytes], order: tuple[date, date]) -> None:
    batches = taken(by, files, *order)
    assert sum(batch.withdrawn for batch in batches) == 3
    _known_at_both_dates(files)
    withdrawn = Current.objects.filter(standing="withdrawn").order_by("incident__source_key")
    assert list(withdrawn.values_list("incident__source_key", flat=True)) == GONE
    assert Current.objects.filter(standing="counted").count() == 2997
    _four_kidnapped_are_four_killed()
    before = written()
    for day in (OLD, NEW, OLD):
        [again] = taken(by, files, day)
        assert effects(again) == {"unchanged": again.rows_total}
        assert again.withdrawn == 0
    assert written() == before


def _four_kidnapped_are_four_killed() -> None:
    """Record 1584: taken in 2013, known in 2016 as taken, in 2020 as killed."""
    rows = Revision.objects.filter(incident__source_key="1584").order_by("known_at")
    told = [incident_from(row.facts) for row in rows]
    assert [row.known_at.date() for row in rows] == [OLD, NEW]
    outcomes = [
        Counter({code: harm.n for harm in one.harm for code, said in harm.outcomes.items() if said.holds})
        for one in told
    ]
    assert outcomes[0] == {"abducted": 4}
    assert outcomes[1]["died"] == 4


def test_the_records_that_are_gone_are_in_the_old_file_only(files: dict[date, bytes]) -> None:
    assert sorted(set(ids(files[OLD])) - set(ids(files[NEW])), key=int) == GONE


def test_undoing_the_new_one_leaves_what_the_old_one_said(by: Account, files: dict[date, bytes]) -> None:
    _, new = taken(by, files, OLD, NEW)
    imports.undo(by=by, batch=new)
    assert known("awsd", OLD) == known("awsd", NEW) == file_facts(files[OLD])
    taken(by, files, NEW)
    _known_at_both_dates(files)


def test_undoing_the_old_one_leaves_what_the_new_one_said(by: Account, files: dict[date, bytes]) -> None:
    _, old = taken(by, files, NEW, OLD)
    imports.undo(by=by, batch=old)
    assert known("awsd", OLD) == {}
    assert known("awsd", NEW) == file_facts(files[NEW])
    taken(by, files, OLD)
    _known_at_both_dates(files)


def test_discrepancies_are_shown_and_nothing_is_held_for_them(by: Account, files: dict[date, bytes]) -> None:
    [batch] = taken(by, files, OLD)
    noted = Counter(note["code"] for notes in batch.rows.values_list("notes", flat=True) for note in notes)
    assert (noted["gender_not_affected"], noted["organisations_not_affected"]) == (44, 18)
    assert Current.objects.filter(persons=0).count() == 6


def test_kika_comes_in_without_its_tag_rows(by: Account, shared_data: Path) -> None:
    collection(by, "kika")
    data = (shared_data / "kika" / "kika_2020-2023_v27.xlsx").read_bytes()
    batch = take(by, data, date(2023, 12, 31), format="kika", collection="kika")
    states = Counter(batch.rows.values_list("state", flat=True))
    assert states["accepted"] == 927 == Incident.objects.count()
    assert batch.rows_total == sum(states.values())
    rest = batch.rows.exclude(state="accepted")
    assert {note["code"] for row in rest for note in row.notes} <= {"tag_row", "blank_row"}
    for row in batch.rows.filter(state="accepted").values_list("verbatim", flat=True)[:50]:
        assert "#" not in Verbatim.objects.get(pk=row).text[:20]
    before = written()
    again = take(by, data, date(2023, 12, 31), format="kika", collection="kika")
    assert effects(again)["unchanged"] == 927
    assert written() == before
