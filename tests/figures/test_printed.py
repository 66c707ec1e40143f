"""Figures that others have printed, kept: taken in, added, corrected, void, compared; and who may."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cast import Cast
from cast import cast as cast
from figures.made import Said, question, snapshot
from figures.made import counted as count
from tabard.access.models import AuditLine
from tabard.figures.models import Published, PublishedNote
from tabard.figures.published import actions, comparing, queries
from tabard.figures.published.actions import add, correct, entry_of, erase_note, take_in, void
from tabard.figures.published.entry import Entry, day_of, is_derived
from tabard.figures.published.queries import Asked
from tabard.figures.published.reading import COLUMNS, entries
from tabard.figures.published.telling import tell
from tabard.rules.facts import Harm, Outcome
from tabard.rules.facts import Incident as Facts
from tabard.rules.refusals import Forbidden, Refused

pytestmark = pytest.mark.django_db(databases="__all__")
TABLE = "Humanitarian personnel (AWSD / Aid Worker Security Report)"
ROWS = [
    ("A/RES/75/125", "2019", TABLE, "Recorded attacks (as worded)", "total", "AS PRINTED: attacks", "483"),
    ("A/RES/75/125", "2019", TABLE, "Killed", "total", "persons", "125"),
    ("A/RES/75/125", "2019", TABLE, "Injured/wounded", "total", "persons", "234"),
    ("A/RES/75/125", "2019", TABLE, "Abducted/kidnapped", "total", "persons", "134"),
]
REPORT = ("AWSR 2020, last updated 2021-01-20", "2019", TABLE, "Kidnapped", "total", "persons", "124")
ENTRY = Entry(
    "A/RES/76/127", "2020", TABLE, "Killed", "total", "persons", "117", "humanitarian", None, "from a copy"
)


def file(*rows: tuple[str, ...], **more: str) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*COLUMNS, *more])
    writer.writerows([*row, *more.values()] for row in rows)
    return out.getvalue().encode()


def code(refusal: pytest.ExceptionInfo[Refused]) -> str:
    return refusal.value.code


def test_a_file_is_taken_in_as_printed(cast: Cast) -> None:
    done = take_in(by=cast.analyst, data=file(*ROWS, REPORT, note="seen"))
    assert (done.rows, done.new, done.corrected, done.unchanged) == (5, 5, 0, 0)
    first = queries.standing(cast.joseph).get(printed="483")
    assert (first.unit, first.derived, first.note.text) == ("attacks", False, "seen")
    assert queries.standing(cast.joseph).get(printed="124").as_of.isoformat() == "2021-01-20"
    line = AuditLine.objects.order_by("-pk").filter(verb="figures:published:import").first()
    assert line is not None
    assert json.loads(line.detail)["new"] == 5


def test_the_same_file_again_changes_nothing(cast: Cast) -> None:
    take_in(by=cast.analyst, data=file(*ROWS))
    again = take_in(by=cast.analyst, data=file(*ROWS))
    assert (again.new, again.unchanged) == (0, 4)
    assert Published.objects.count() == 4


def test_another_number_in_the_same_place_corrects(cast: Cast) -> None:
    take_in(by=cast.analyst, data=file(*ROWS))
    done = take_in(by=cast.analyst, data=file((*ROWS[3][:-1], "124")))
    assert (done.new, done.corrected) == (0, 1)
    assert sorted(queries.standing(cast.joseph).values_list("printed", flat=True)) == [
        "124",
        "125",
        "234",
        "483",
    ]
    assert Published.objects.filter(printed="134").exists()


def test_a_place_twice_in_one_file_stands_as_it_stands_last(cast: Cast) -> None:
    done = take_in(by=cast.analyst, data=file(ROWS[3], (*ROWS[3][:-1], "124")))
    assert (done.new, done.corrected) == (1, 1)
    assert [each.printed for each in queries.standing(cast.joseph)] == ["124"]


def test_what_was_worked_out_is_never_printed(cast: Cast) -> None:
    derived = (*ROWS[1][:4], "safety-related (DERIVED)", "persons", "33")
    take_in(by=cast.analyst, data=file(*ROWS, derived))
    assert queries.standing(cast.joseph).filter(derived=True).count() == 1
    assert len(queries.figures(queries.standing(cast.joseph))) == 4


@pytest.mark.parametrize(
    ("row", "column", "note", "derived"),
    [
        ("Fatalities", "safety-related (DERIVED = total - violence)", "", True),
        ("Injuries", "total", "DERIVED", True),
        ("Victims", "total", "victims = derived sum 461, the rest printed", True),
        ("Killed", "total", "victims = derived sum 461, the rest printed", False),
        ("Died", "total", "18 months; H1 2020 = 8 (DERIVED 52-44)", False),
    ],
)
def test_which_row_is_worked_out(row: str, column: str, note: str, derived: bool) -> None:
    assert is_derived(row, column, note) == derived


def test_the_day_of_a_document() -> None:
    assert str(day_of("AWSD (last updated 2021-01-20, verified to 2019-12-31)")) == "2021-01-20"
    assert day_of("A/RES/75/125") is None
    assert day_of("of 2021-13-45") is None


@pytest.mark.parametrize(
    ("data", "refused"),
    [
        (b"", "unknown_header"),
        (b"a,b\n1,2\n", "unknown_header"),
        (file(), "empty_file"),
        (b"\xff\xfe\x00", "wrong_encoding"),
        (file(ROWS[0]) + b"one,cell\n", "row_too_long"),
        (file(("", *ROWS[0][1:])), "bad_value"),
        (file((ROWS[0][0], "last year", *ROWS[0][2:])), "bad_value"),
        (file(ROWS[0], scope="nobody"), "unknown_word"),
        (file(ROWS[0], as_of="yesterday"), "bad_date"),
        (file((*ROWS[0][:-1], "9" * 61)), "bad_value"),
        (file((*ROWS[0][:-1], "4\x0083")), "bad_value"),
        (b"x" * 5_000_001, "too_large"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_as_a_whole(cast: Cast, data: bytes, refused: str) -> None:
    with pytest.raises(Refused) as refusal:
        take_in(by=cast.analyst, data=data)
    assert code(refusal) == refused
    assert not Published.objects.exists()


def test_one_is_added_and_not_twice(cast: Cast) -> None:
    made = add(by=cast.analyst, entry=ENTRY)
    assert (made.printed, made.note.text, made.by) == ("117", "from a copy", cast.analyst.pk)
    with pytest.raises(Refused) as refusal:
        add(by=cast.analyst, entry=ENTRY)
    assert code(refusal) == "published_stands"


def test_a_misread_figure_is_said_again(cast: Cast) -> None:
    first = add(by=cast.analyst, entry=ENTRY)
    second = correct(by=cast.analyst, figure=first, entry=Entry(*ENTRY.place, "persons", "108"))
    assert [each.pk for each in queries.standing(cast.joseph)] == [second.pk]
    with pytest.raises(Refused) as refusal:
        correct(by=cast.analyst, figure=first, entry=ENTRY)
    assert code(refusal) == "published_changed"


def test_of_two_corrections_at_once_one_is_kept(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    first = add(by=cast.analyst, entry=ENTRY)
    monkeypatch.setattr(actions, "_stands", lambda by, figure: None)  # both looked before either wrote
    correct(by=cast.analyst, figure=first, entry=Entry(*ENTRY.place, "persons", "108"))
    with pytest.raises(Refused) as refusal:
        correct(by=cast.analyst, figure=first, entry=Entry(*ENTRY.place, "persons", "109"))
    assert code(refusal) == "published_changed"
    assert [each.printed for each in queries.standing(cast.joseph)] == ["108"]


def test_a_void_figure_counts_no_more(cast: Cast) -> None:
    made = add(by=cast.analyst, entry=ENTRY)
    void(by=cast.analyst, figure=made)
    assert not queries.standing(cast.joseph).exists()
    with pytest.raises(Refused):
        void(by=cast.analyst, figure=made)
    assert entry_of(add(by=cast.analyst, entry=ENTRY)).place == ENTRY.place


def test_a_note_is_erased_and_the_figure_stays(cast: Cast) -> None:
    made = add(by=cast.analyst, entry=ENTRY)
    erase_note(by=cast.analyst, figure=made)
    assert not PublishedNote.objects.exists()
    assert queries.standing(cast.joseph).get().printed == "117"


def test_who_may(cast: Cast) -> None:
    add(by=cast.analyst, entry=ENTRY)
    assert queries.standing(cast.joseph).count() == 1
    for stranger in (cast.stranger, cast.administrator, cast.auditor):
        assert queries.standing(stranger).count() == 0
        assert queries.findings(stranger) == ()
    for other in (cast.joseph, cast.amina, cast.stranger):
        with pytest.raises(Forbidden):
            take_in(by=other, data=file(*ROWS))


def test_the_findings_in_words(cast: Cast) -> None:
    take_in(by=cast.analyst, data=file(*ROWS, REPORT))
    found = {each.rule: tell(each) for each in queries.findings(cast.joseph)}
    assert set(found) == {"check_parts_total", "check_unit_wrong", "check_sources_differ"}
    assert "125 + 234 + 134 = 493" in found["check_parts_total"].sentence
    assert found["check_parts_total"].suggestions[0].startswith("Probably 124 instead of 134.")
    assert "\u2066125 + 234 + 134\u2069" in tell(found["check_parts_total"].finding, "ar").sentence
    assert tell(found["check_unit_wrong"].finding, "fr").sentence != found["check_unit_wrong"].sentence


def test_a_list_is_narrowed(cast: Cast) -> None:
    take_in(by=cast.analyst, data=file(*ROWS, REPORT))

    def printed(asked: Asked) -> list[str]:
        return [each.printed for each in queries.narrowed(queries.standing(cast.joseph), asked)]

    assert printed(Asked(source="A/RES/75/125")) == ["483", "125", "234", "134"]
    assert printed(Asked(text="kidnapped")) == ["134", "124"]
    assert printed(Asked(text="483")) == ["483"]
    assert printed(Asked(year="2020")) == []
    assert len(printed(Asked(table=TABLE))) == 5


def test_documents_side_by_side(cast: Cast) -> None:
    take_in(by=cast.analyst, data=file(*ROWS, REPORT))
    everything = queries.standing(cast.joseph)
    (pair,) = comparing.with_each_other(
        everything.filter(source="A/RES/75/125"), everything.filter(printed="124")
    )
    assert (pair.left.text, pair.right.text, str(pair.off), pair.same) == ("134", "124", "-10", False)


def test_every_word_of_the_declared_units_is_one_unit() -> None:
    (entry,) = entries(file(ROWS[0]))
    assert comparing.declared_word("reported_cases") == "reported cases"
    assert entry.unit == "attacks"


def test_printed_figures_beside_ours(cast: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Three killed in 2019 are counted here, none injured; what no year holds is compared with nothing."""
    killed = Harm(n=3, outcomes={"died": Outcome(True)}, scope="humanitarian")
    day = date(2019, 5, 1)
    facts = Facts(first_day=day, last_day=day, date_precision="exact", cause="crime", harm=(killed,))
    result = count(question(snapshot(tmp_path, [Said("A", facts, collection="awsd")]), "awsd-summary", 2019))
    asked: list[Any] = []
    monkeypatch.setattr(
        comparing.counted, "table", lambda name, **more: asked.append(more["years"]) or result
    )
    longer = ("press", "2019-01..2020-06", *ROWS[1][2:])
    take_in(by=cast.analyst, data=file(*ROWS, longer))
    pairs = comparing.with_ours(
        queries.standing(cast.joseph),
        by=cast.joseph,
        snapshot=None,
        table="awsd-summary",  # type: ignore[arg-type]
    )
    assert asked == [["2019"]]
    found = {pair.left.measure: (pair.left.text, pair.right.text, str(pair.off)) for pair in pairs}
    assert found["aid.killed"] == ("125", "3", "-122")
    assert set(found) <= {"aid.killed", "aid.injured", "aid.kidnapped"}  # 483 attacks are no row of ours


def counted(table: str, *, by: Any, snapshot: Any, years: Any, register: Any = None) -> Any:
    raise AssertionError(f"{table} {years} {register} {snapshot} {by}")


def test_nothing_is_counted_where_nothing_is_printed(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing.counted, "table", counted)
    nothing = Published.objects.none()
    assert comparing.with_ours(nothing, by=cast.joseph, snapshot=None, table="awsd-summary") == ()  # type: ignore[arg-type]
