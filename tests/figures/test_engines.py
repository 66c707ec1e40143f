"""Two engines must agree, and neither can reach what its table does not declare."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import duckdb
import pytest

from figures.made import Said, counted, question, snapshot, values
from tabard.figures import cubes, engines
from tabard.figures.declarations import names
from tabard.rules.facts import OUTCOMES, Harm, Incident, Margin, ObjectHarm, Outcome
from tabard.rules.refusals import Refused

DAY = date(2019, 5, 1)


def everything(n: int, scope: str) -> Incident:
    """An incident that every row of every table would count, if it may."""
    harm = [
        Harm(
            n, outcomes={code: Outcome(True)}, scope=scope, recruitment="local", org_type="ingo", captor=side
        )
        for code in OUTCOMES
        for side in ("state", "non_state")
    ]
    things = (ObjectHarm(n, "un_premises", ("attacked",)), ObjectHarm(n, "vehicle", ("attacked",)))
    return Incident(
        first_day=DAY,
        last_day=DAY,
        cause="crime",
        harm=tuple(harm),
        margins=(Margin(n, "gender", "male"),),
        objects=things,
    )


@pytest.fixture
def small(tmp_path: Path) -> Path:
    told = [Said("A", everything(1, "unsms")), Said("B", everything(2, "humanitarian"), collection="awsd")]
    return snapshot(tmp_path / "small", told)


def test_a_difference_refuses(small: Path) -> None:
    asked = question(small, "annex-1", 2019)
    engines.counted(asked, 0)
    with duckdb.connect() as duck:
        path = cubes.path(small, asked.said, "harm")
        duck.execute(f"CREATE TABLE t AS SELECT * REPLACE (n + 1 AS n) FROM read_parquet('{path}')")
        duck.execute(f"COPY t TO '{path}' (FORMAT parquet)")
    with pytest.raises(Refused) as refused:
        engines.counted(asked, 0)
    assert (refused.value.code, refused.value.fields) == ("engines_differ", {"table": "annex-1"})


def test_a_lost_row_in_one_engine_refuses(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lossy = engines.by_sqlite
    monkeypatch.setattr(engines, "by_sqlite", lambda asked, cubed=False: lossy(asked, cubed)[1:])
    with pytest.raises(Refused, match="engines_differ"):
        engines.counted(question(small, "annex-1", 2019), 0)


def test_many_rows_are_checked_over_the_cubes(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "ROWS_BY_HAND", 0)
    asked = question(small, "annex-1", 2019)
    (small / "harm.parquet").unlink()
    assert engines.counted(asked, 1)


@pytest.mark.parametrize("name", names())
def test_foreign_rows_change_no_cell(name: str, tmp_path: Path) -> None:
    own = question(Path(), name, 2019)
    collection, scope = own.collections[0], own.said.scopes[0]
    before = [Said("A", everything(1, scope), collection=collection)]
    foreign = [
        Said(f"{code}{at}", everything(7, other), collection=code)
        for code in ("own", "example", "awsd", "kika")
        if code != collection
        for at, other in enumerate(("unsms", "ngo", "unrwa_area", "humanitarian", "uniformed"))
    ]
    tables = [
        values(counted(question(snapshot(tmp_path / str(at), told), name, 2019)), 2019)
        for at, told in enumerate((before, before + foreign))
    ]
    assert tables[0] == tables[1]
    assert any(tables[0].values())


def test_other_scopes_of_the_same_incident_change_no_cell(tmp_path: Path) -> None:
    ours = everything(1, "unsms")
    others = tuple(
        dataclasses.replace(h, scope=s, n=7) for h in ours.harm for s in ("ngo", "unrwa_area", None)
    )
    # Whose vehicle it was can no longer be told; everything else stays as it was.
    told = [ours, dataclasses.replace(ours, harm=ours.harm + others)]
    tables = [
        values(counted(question(snapshot(tmp_path / str(at), [Said("A", each)]), "annex-1", 2019)), 2019)
        for at, each in enumerate(told)
    ]
    assert tables[0].pop("vehicles") == 1
    assert tables[1].pop("vehicles") == 0
    assert tables[0] == tables[1]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 'x', col, 1, NULL, count(*), 0, 0 FROM read_parquet('{folder}/harm.parquet') JOIN asked ON 1 = 1",
        "SELECT 'x', col, 1, NULL, count(*), 0, 0 FROM '{folder}/harm.parquet' JOIN asked ON 1 = 1",
    ],
)
def test_duckdb_reads_no_file_even_where_the_lint_was_passed_by(small: Path, sql: str) -> None:
    asked = question(small, "annex-1", 2019)
    asked = dataclasses.replace(asked, said=dataclasses.replace(asked.said, sql=sql.format(folder=small)))
    with pytest.raises(duckdb.PermissionException):
        engines.by_duckdb(asked)


def test_a_quote_in_a_code_stays_a_code(small: Path) -> None:
    asked = question(small, "annex-1", 2019, collections=("own') OR ('1' = '1",))
    assert engines.by_duckdb(asked).sums == engines.by_sqlite(asked) == ()


def test_both_engines_see_the_same_columns(small: Path) -> None:
    asked = question(small, "annex-1", 2019)
    duck = engines._duckdb(asked, cubed=False)
    lite = engines._sqlite(asked, duck)
    for view in ("i", "h", "o", "f", "asked"):
        look = f"SELECT * FROM {view} LIMIT 0"
        assert [d[0] for d in duck.execute(look).description] == [
            d[0] for d in lite.execute(look).description
        ]


def test_a_table_younger_than_the_snapshot_reads_the_rows(small: Path) -> None:
    asked = question(small, "annex-1", 2019)
    newer = dataclasses.replace(asked, said=dataclasses.replace(asked.said, version=99))
    assert not cubes.folder(small, newer.said).exists()
    assert engines.counted(newer, 0) == engines.counted(asked, 0)
