"""Reads tables and the incidents behind their cells; each table is counted once a snapshot and kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb
from django.db.models import QuerySet

from tabard.access import policy
from tabard.access.permissions import Permission
from tabard.access.seals import keyed
from tabard.figures import cells, engines, manifest
from tabard.figures.cells import TableResult
from tabard.figures.declarations import REGISTER, Declaration, declaration
from tabard.figures.engines import Question, Sum
from tabard.figures.freeze import moment
from tabard.figures.models import Snapshot
from tabard.incidents.models import Collection, Incident
from tabard.incidents.queries import visible_to
from tabard.rules.canonical import canonical, digest
from tabard.rules.ids import ulid
from tabard.rules.refusals import Refused

OWN = "own"


@dataclass(frozen=True, slots=True)
class Behind:
    """The incidents behind one cell that the reader may see, and how many more there are."""

    visible: QuerySet[Incident]
    hidden: int


def snapshots() -> QuerySet[Snapshot]:
    """Every snapshot: the newest knowledge first, then the newest made."""
    return Snapshot.objects.order_by("-known_on", "-made_at", "-id")


def snapshot(known_on: date | datetime | None = None) -> Snapshot:
    """The newest snapshot; or the newest of what was known on one moment. Refused where there is none."""
    found = snapshots()
    if known_on is not None:
        found = found.filter(known_on=moment(known_on))
    newest = found.first()
    if newest is None:
        raise Refused("no_snapshot")
    return newest


def table(
    name: str,
    *,
    by: policy.Actor,
    snapshot: Snapshot,
    years: Sequence[str | int],
    register: str | None = None,
) -> TableResult:
    """The table counted over the snapshot, one column a year or half-year (`2019`, `2020-H1`).

    `register` is "own" or "example"; left out, it is the own register unless that holds nothing yet."""
    said, question, chosen = _asked(name, by, snapshot, years, register)
    sums, held = _kept(said, question, snapshot)
    return TableResult(
        declaration=said,
        register=chosen,
        collections=question.collections,
        columns=tuple(column.label for column in question.columns),
        snapshot=snapshot.id,
        known_on=snapshot.known_on,
        recorded_by=snapshot.recorded_by,
        cells=cells.fill(said, question.collections, question.columns, sums, held),
    )


def cell_incidents(
    name: str,
    *,
    by: policy.Actor,
    snapshot: Snapshot,
    row: str,
    column: str | int,
    register: str | None = None,
) -> Behind:
    """What lies behind one cell, cut to what the reader may see: the rest is a number."""
    said, question, _ = _asked(name, by, snapshot, [column], register)
    said.row(row)
    found = behind(question, snapshot, row, str(column))
    seen = visible_to(by).filter(pk__in=found)
    return Behind(seen, len(found) - seen.count())


def behind(question: Question, snapshot: Snapshot, row: str, column: str) -> list[str]:
    """The ids of the incidents behind one cell, for whoever filters them next. Never shown as they are."""
    numbers = engines.incidents(question, row, column)
    query = "SELECT incident_id FROM read_parquet(?) WHERE iid IN (SELECT unnest(?)) ORDER BY 1"
    with duckdb.connect(":memory:") as duck:
        found = duck.execute(query, [str(manifest.key_path(snapshot.id)), list(numbers)]).fetchall()
    return [incident for (incident,) in found]


def _asked(
    name: str,
    by: policy.Actor,
    snapshot: Snapshot,
    years: Sequence[str | int],
    register: str | None,
) -> tuple[Declaration, Question, str]:
    said = declaration(name)
    chosen, collections = _collections(said, by, snapshot, register)
    for collection in collections:
        policy.require(by, Permission.TABLE_READ, (f"collection:{collection}",))
    columns = tuple(cells.column(year) for year in years)
    folder = manifest.folder(snapshot.id)
    return said, Question(said, folder, collections, columns), chosen


def _collections(
    said: Declaration, by: policy.Actor, snapshot: Snapshot, register: str | None
) -> tuple[str, tuple[str, ...]]:
    """The collections a table reads; `register` in its declaration is one of them, never two at once."""
    if REGISTER not in said.collections:
        return "", said.collections
    chosen = register or _register(by, snapshot)
    codes = {"example": _examples(), OWN: (OWN,)}.get(chosen)
    if codes is None:
        raise Refused("table_out_of_bounds", table=said.code)
    return chosen, tuple(
        code for each in said.collections for code in (codes if each == REGISTER else (each,))
    )


def _register(by: policy.Actor, snapshot: Snapshot) -> str:
    """The own register unless it holds nothing; whoever reads only the example is not told which."""
    if not policy.may(by, Permission.TABLE_READ, [f"collection:{OWN}"]) and _reads_example(by):
        return "example"
    counts = manifest.read(manifest.folder(snapshot.id))["collections"]
    has = {code for code, standing in counts.items() if standing.get("counted")}
    return "example" if OWN not in has and has & set(_examples()) else OWN


def _reads_example(by: policy.Actor) -> bool:
    examples = _examples()
    return bool(examples) and all(
        policy.may(by, Permission.TABLE_READ, [f"collection:{code}"]) for code in examples
    )


def _examples() -> tuple[str, ...]:
    return tuple(Collection.objects.filter(is_example=True).order_by("code").values_list("code", flat=True))


def _kept(
    said: Declaration, question: Question, snapshot: Snapshot
) -> tuple[tuple[Sum, ...], frozenset[str]]:
    """The sums of a table are kept beside the snapshot: neither the rows nor the rule can change."""
    key = digest(said.digest, canonical([question.collections, [asdict(c) for c in question.columns]]))
    path = question.folder / "cells" / f"{key}.json"
    kept = _told(path)
    if kept is None:
        if manifest.faults(question.folder, snapshot.manifest_sha256):
            raise Refused("snapshot_damaged")
        counted = engines.counted(question, snapshot.harm_rows)
        kept = counted.sums, counted.held
        _keep(path, *kept)
    return kept


def _told(path: Path) -> tuple[tuple[Sum, ...], frozenset[str]] | None:
    """The sums that were kept; None where there are none, or where somebody changed them."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        if keyed("cells", path.stem + said["kept"]) != said["seal"]:
            return None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    kept = json.loads(said["kept"])
    return tuple(Sum(**each) for each in kept["sums"]), frozenset(kept["held"])


def _keep(path: Path, sums: tuple[Sum, ...], held: frozenset[str]) -> None:
    path.parent.mkdir(exist_ok=True, mode=0o700)
    kept = json.dumps({"sums": [asdict(each) for each in sums], "held": sorted(held)})
    written = path.with_name(f"{path.name}.{ulid()}.part")
    written.write_text(json.dumps({"kept": kept, "seal": keyed("cells", path.stem + kept)}))
    written.replace(path)
