"""Freezing the register itself, on whichever engine holds it: what stood, what the files hold, what they do not."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tabard.access.models import Account
from tabard.figures import actions, manifest, queries, writing
from tabard.figures.layout import half
from tabard.figures.models import Snapshot
from tabard.incidents import actions as register
from tabard.incidents.models import Incident, Revision
from tabard.incidents.writer import Entry
from tabard.rules.facts import Harm, Margin, ObjectHarm, Outcome, Texts
from tabard.rules.facts import Incident as Facts
from tabard.rules.refusals import Forbidden, Refused

pytestmark = [
    pytest.mark.django_db(transaction=True, databases="__all__"),
    pytest.mark.usefixtures("collections"),
]
YES = Outcome(True)
CANARY = "Zanzibar Quill"
Making = Callable[..., Account]


@pytest.fixture
def desk(account: Making) -> Account:
    return account("desk", "desk", "analyst")


def facts(n: int = 1, day: date = date(2019, 5, 1), **more: Any) -> Facts:
    harm = Harm(
        n, outcomes={"injured": YES}, scope=more.pop("scope", "unsms"), subject=more.pop("subject", None)
    )
    return Facts(
        **({"first_day": day, "last_day": day, "cause": "crime", "country": "NAM", "harm": (harm,)} | more)
    )


def at(year: int, month: int = 1) -> datetime:
    return datetime(year, month, 1, tzinfo=UTC)


def reported(desk: Account, told: Facts, collection: str = "own", **more: Any) -> Incident:
    return register.report(
        by=desk, collection=collection, entry=Entry(told, texts=Texts(details=CANARY)), **more
    )


def injured(snapshot: Snapshot, by: Account, year: int = 2019) -> int | None:
    return queries.table("annex-1", by=by, snapshot=snapshot, years=[year]).cell("injuries", str(year)).value


def test_as_known_on_a_day(desk: Account) -> None:
    incident = reported(desk, facts(1), known_at=at(2020))
    register.revise(by=desk, incident=incident, entry=Entry(facts(4)), known_at=at(2021))
    register.revise(by=desk, incident=incident, entry=Entry(facts(2)), known_at=at(2020, 6))
    found = {
        day: injured(actions.freeze(by=desk, known_on=day), desk)
        for day in (date(2020, 1, 1), date(2020, 12, 31), date(2021, 1, 1))
    }
    # The third revision was recorded last and known before the second: known_at decides, not the number.
    assert list(found.values()) == [1, 2, 4]


def test_a_bare_date_is_the_end_of_its_day(desk: Account) -> None:
    reported(desk, facts(3), known_at=datetime(2020, 1, 1, 23, 59, tzinfo=UTC))
    assert injured(actions.freeze(by=desk, known_on=date(2020, 1, 1)), desk) == 3
    before = datetime(2020, 1, 1, 23, 58, tzinfo=UTC)
    assert actions.freeze(by=desk, known_on=before).incidents == 0


def test_as_recorded_by_a_moment(desk: Account) -> None:
    incident = reported(desk, facts(1), known_at=at(2020))
    register.revise(by=desk, incident=incident, entry=Entry(facts(9)), known_at=at(2020, 2))
    moment = datetime.now(UTC)
    register.void(by=desk, incident=incident, number=2)
    assert injured(actions.freeze(by=desk, known_on=date(2020, 12, 31), recorded_by=moment), desk) == 9
    assert injured(actions.freeze(by=desk, known_on=date(2020, 12, 31)), desk) == 1


def test_withdrawn_and_duplicate_are_told_in_numbers_only(desk: Account) -> None:
    kept, twice, gone = (reported(desk, facts(n), known_at=at(2020)) for n in (1, 2, 4))
    register.count_as(by=desk, incident=twice, another=kept, known_at=at(2020, 2))
    register.withdraw(by=desk, incident=gone, known_at=at(2020, 3))
    late = actions.freeze(by=desk, known_on=date(2020, 12, 31))
    early = actions.freeze(by=desk, known_on=date(2020, 1, 31))
    assert (injured(early, desk), injured(late, desk)) == (7, 1)
    told = manifest.read(manifest.folder(late.id))["collections"]
    assert told == {"own": {"counted": 1, "counted_as": 1, "withdrawn": 1}}


def test_a_recount_of_the_revisions_finds_the_same(desk: Account) -> None:
    for n in range(1, 6):
        incident = reported(desk, facts(n), known_at=at(2020, n))
        for step in range(n):
            told = Entry(facts(10 * n + step))
            register.revise(by=desk, incident=incident, entry=told, known_at=at(2020, 1 + (5 * step) % 7))
        if n % 2:
            register.void(by=desk, incident=incident, number=2)
    for month in range(1, 9):
        snapshot = actions.freeze(by=desk, known_on=at(2020, month))
        assert _sum(snapshot) == _recount(at(2020, month))


def _recount(known_on: datetime) -> int:
    """In plain Python: of the revisions that stood, the one latest by (known_at, number)."""
    rows = list(Revision.objects.all())
    voided = {row.voids_id for row in rows}
    stood = [r for r in rows if r.pk not in voided and r.reason != "void" and r.known_at <= known_on]
    latest: dict[str, Revision] = {}
    for row in sorted(stood, key=lambda r: (r.known_at, r.number)):
        latest[row.incident_id] = row
    return sum(json.loads(row.facts)["harm"][0]["n"] for row in latest.values())


def _sum(snapshot: Snapshot) -> int:
    with duckdb.connect() as duck:
        path = manifest.folder(snapshot.id) / "harm.parquet"
        row = duck.execute("SELECT coalesce(sum(n), 0) FROM read_parquet(?)", [str(path)]).fetchone()
    return int(row[0]) if row else 0


def test_the_files_hold_what_they_declare(desk: Account) -> None:
    told = facts(
        2,
        date(2019, 12, 30),
        last_day=date(2020, 1, 2),
        margins=(Margin(3, "total", ""), Margin(1, "outcome", "died", "gender", "female")),
        objects=(ObjectHarm(1, "vehicle", ("attacked", "stolen")),),
        near_miss=False,
    )
    reported(desk, told)
    snapshot = actions.freeze(by=desk, known_on=datetime.now(UTC).date())
    [incident] = _rows(snapshot, "incidents")
    assert (incident["iid"], incident["country"], incident["branch"], incident["near_miss"]) == (
        1, "NAM", "violence", 0,
    )  # fmt: skip
    assert (incident["first_day"], incident["half_first"], incident["half_last"]) == (
        "2019-12-30", half(date(2019, 12, 30)), half(date(2020, 1, 2)),
    )  # fmt: skip
    [harm] = _rows(snapshot, "harm")
    assert (harm["n"], harm["injured"], harm["died"], harm["stated_total"], harm["stated_outcome"]) == (
        2, 1, None, 1, 0,
    )  # fmt: skip
    margins = sorted((m["dimension"], m["value2"], m["n"]) for m in _rows(snapshot, "margins"))
    assert margins == [("outcome", "female", 1), ("total", "", 3)]
    [thing] = _rows(snapshot, "objects")
    assert (thing["kind"], thing["attacked"], thing["stolen"], thing["looted"], thing["scope"]) == (
        "vehicle", 1, 1, 0, "unsms",
    )  # fmt: skip


def _rows(snapshot: Snapshot, name: str) -> list[dict[str, Any]]:
    with duckdb.connect() as duck:
        found = duck.execute(
            "SELECT * FROM read_parquet(?)", [str(manifest.folder(snapshot.id) / f"{name}.parquet")]
        )
        names = [described[0] for described in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def test_no_id_no_word_no_person_in_a_snapshot(desk: Account) -> None:
    incident = reported(desk, facts(subject="A" * 26))
    again = reported(desk, facts(subject="A" * 26))
    snapshot = actions.freeze(by=desk, known_on=datetime.now(UTC).date())
    revisions = Revision.objects.values_list("pk", "words", "words_hash")
    secrets = {incident.pk, again.pk, incident.reference, CANARY, "A" * 26, *sum(revisions, ())}
    held = [
        json.dumps(_rows(snapshot, name), default=str) for name in ("incidents", "harm", "margins", "objects")
    ]
    held.append((manifest.folder(snapshot.id) / manifest.NAME).read_text())
    assert not [secret for secret in secrets if secret and any(secret in text for text in held)]
    assert {row["person"] for row in _rows(snapshot, "harm")} == {1}


def test_the_manifest_knows_when_a_file_was_changed(desk: Account) -> None:
    reported(desk, facts())
    snapshot = actions.freeze(by=desk, known_on=datetime.now(UTC).date())
    where = manifest.folder(snapshot.id)
    assert manifest.faults(where, snapshot.manifest_sha256) == []
    said = manifest.read(where)
    assert said["files"]["incidents.parquet"]["rows"] == snapshot.incidents == 1
    assert {
        "vocabulary",
        "schemes",
        "code_version",
        "schema_version",
        "known_on",
        "recorded_by",
    } <= said.keys()
    (where / "harm.parquet").write_bytes(b"other")
    assert manifest.faults(where, snapshot.manifest_sha256) == ["harm.parquet"]
    (where / manifest.NAME).write_text("{}")
    assert manifest.faults(where, snapshot.manifest_sha256) == [manifest.NAME]


def test_only_who_may_freezes_and_it_is_written_down(desk: Account, account: Making) -> None:
    with pytest.raises(Forbidden):
        actions.freeze(by=account("reader", "reader"), known_on=date(2020, 1, 1))
    assert not Snapshot.objects.exists()
    assert not list((manifest.folder("x").parent).glob("*")) or not Snapshot.objects.exists()


def test_an_empty_register_freezes(desk: Account) -> None:
    snapshot = actions.freeze(by=desk, known_on=date(2020, 1, 1))
    assert (snapshot.incidents, snapshot.harm_rows) == (0, 0)
    assert injured(snapshot, desk) is None


def test_a_table_needs_its_collection(desk: Account, account: Making) -> None:
    reported(desk, facts())
    snapshot = actions.freeze(by=desk, known_on=datetime.now(UTC).date())
    assert injured(snapshot, account("one", ("reader", "collection:own"))) == 1
    for scope in ("collection:awsd", "country:NAM", "org:x"):
        with pytest.raises(Forbidden):
            injured(snapshot, account(scope, ("reader", scope)))


def test_the_example_is_read_only_while_the_own_register_is_empty(desk: Account) -> None:
    reported(desk, facts(5), collection="example")
    reported(desk, facts(70), collection="awsd")
    today = datetime.now(UTC).date()
    first = queries.table("annex-1", by=desk, snapshot=actions.freeze(by=desk, known_on=today), years=[2019])
    assert (first.register, first.cell("injuries", "2019").value) == ("example", 5)
    assert first.cell("injuries", "2019").collection == "example"
    reported(desk, facts(1))
    both = actions.freeze(by=desk, known_on=today)
    own = queries.table("annex-1", by=desk, snapshot=both, years=[2019])
    shown = queries.table("annex-1", by=desk, snapshot=both, years=[2019], register="example")
    assert [t.cell("injuries", "2019").value for t in (own, shown)] == [1, 5]
    with pytest.raises(Refused):
        queries.table("annex-1", by=desk, snapshot=both, years=[2019], register="awsd")


def test_a_cell_shows_the_incidents_that_the_reader_may_see(desk: Account, account: Making) -> None:
    seen = reported(desk, facts(1))
    reported(desk, facts(1), sensitivity="sealed")
    reported(desk, facts(1, date(2018, 1, 1)))
    snapshot = actions.freeze(by=desk, known_on=datetime.now(UTC).date())
    reader = account("reader", "reader")
    found = queries.cell_incidents("annex-1", by=reader, snapshot=snapshot, row="injuries", column=2019)
    assert [incident.pk for incident in found.visible] == [seen.pk]
    assert found.hidden == 1


def test_the_snapshot_of_a_day_is_found(desk: Account) -> None:
    with pytest.raises(Refused):
        queries.snapshot()
    old = actions.freeze(by=desk, known_on=date(2020, 1, 1))
    new = actions.freeze(by=desk, known_on=date(2021, 1, 1))
    assert queries.snapshot() == new
    assert queries.snapshot(date(2020, 1, 1)) == old
    with pytest.raises(Refused):
        queries.snapshot(date(2020, 1, 1) + timedelta(1))


def test_a_table_is_counted_once(desk: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    reported(desk, facts(2))
    snapshot = actions.freeze(by=desk, known_on=datetime.now(UTC).date())
    assert injured(snapshot, desk) == 2
    monkeypatch.setattr(queries.engines, "counted", lambda *_: pytest.fail("counted twice"))
    assert injured(snapshot, desk) == 2


def test_json_is_as_promised(desk: Account) -> None:
    reported(desk, facts(2))
    snapshot = actions.freeze(by=desk, known_on=datetime.now(UTC).date())
    told = json.loads(
        writing.export(
            by=desk, table=queries.table("annex-1", by=desk, snapshot=snapshot, years=[2019]), form="json"
        )
    )
    assert list(told)[:5] == ["table", "year", "known_on", "recorded_by", "cells"]
    assert (told["table"], told["year"]) == ("annex-1", 2019)
    cell = next(cell for cell in told["cells"] if cell["row"] == "injuries")
    assert list(cell)[:6] == ["row", "column", "value", "unit", "scope", "collection"]
    assert list(cell.values())[:6] == ["injuries", "2019", 2, "persons", "unsms", "own"]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_files_carry_every_cell(desk: Account, form: str, tmp_path: Path) -> None:
    reported(desk, facts(2))
    snapshot = actions.freeze(by=desk, known_on=datetime.now(UTC).date())
    table = queries.table("annex-1", by=desk, snapshot=snapshot, years=[2019])
    content = writing.export(by=desk, table=table, form=form)
    if form == "csv":
        lines = content.decode().splitlines()
        assert lines[1].startswith("#meta+table,")
        assert len(lines) == 2 + len(table.cells)
    else:
        assert content.startswith(b"PK")


def test_no_snapshot_is_made_of_what_will_be_known(desk: Account) -> None:
    with pytest.raises(Refused) as refusal:
        actions.freeze(by=desk, known_on=datetime.now(UTC).date() + timedelta(2))
    assert refusal.value.code == "future_date"


def test_the_snapshot_of_the_newest_knowledge_is_shown_first(desk: Account) -> None:
    today = actions.freeze(by=desk, known_on=datetime.now(UTC))
    actions.freeze(by=desk, known_on=date(2020, 1, 1))
    assert queries.snapshot() == today


def test_kept_cells_that_somebody_changed_are_counted_again(desk: Account) -> None:
    reported(desk, facts(3))
    snapshot = actions.freeze(by=desk, known_on=datetime.now(UTC))
    assert injured(snapshot, desk) == 3
    [kept] = (manifest.folder(snapshot.pk) / "cells").glob("*.json")
    kept.write_text(kept.read_text().replace('\\"value\\": 3', '\\"value\\": 999'))
    assert "999" in kept.read_text()
    assert injured(snapshot, desk) == 3


@pytest.mark.parametrize("name", ["harm.parquet", "cubes"])
def test_nothing_is_counted_over_files_that_were_changed(name: str, desk: Account) -> None:
    reported(desk, facts(3))
    snapshot = actions.freeze(by=desk, known_on=datetime.now(UTC))
    folder = manifest.folder(snapshot.pk)
    path = folder / name if name != "cubes" else next((folder / name).rglob("harm.parquet"))
    path.write_bytes(path.read_bytes() + b" ")
    assert manifest.faults(folder, snapshot.manifest_sha256)
    with pytest.raises(Refused) as refusal:
        injured(snapshot, desk)
    assert refusal.value.code == "snapshot_damaged"
