"""Freezes the register: what was known on one instant, as recorded by another, to Parquet with a manifest."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from django.conf import settings

from tabard.figures import cubes, freezing, manifest, register
from tabard.rules.dates import end_of_day


@dataclass(frozen=True, slots=True)
class Frozen:
    """What a freeze wrote."""

    id: str
    manifest_sha256: str
    incidents: int
    harm_rows: int


def moment(when: date | datetime) -> datetime:
    """A bare date is the end of that day; an instant is taken in UTC."""
    if isinstance(when, datetime):
        return when.astimezone(UTC)
    return end_of_day(when)


def build(snapshot_id: str, known_on: datetime, recorded_by: datetime) -> Frozen:
    """Write every file of the snapshot; its folder appears only when all are written."""
    target = manifest.folder(snapshot_id)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=settings.HOME, prefix="freeze-") as name:
        work = Path(name)
        made = work / "snapshot"
        made.mkdir()
        frozen = _write(snapshot_id, work, made, known_on, recorded_by)
        os.replace(made, target)
        key = manifest.key_path(snapshot_id)
        key.parent.mkdir(exist_ok=True, mode=0o700)
        shutil.move(work / "key.parquet", key)
    return frozen


def _write(snapshot_id: str, work: Path, made: Path, known_on: datetime, recorded_by: datetime) -> Frozen:
    moments = {"known_on": known_on, "recorded_by": recorded_by}
    with register.engine(work / "spill") as duck:
        register.open_views(duck, work, moments)
        freezing.pick(duck, _literal(known_on), _literal(recorded_by), work / "key.parquet")
        freezing.write(duck, made)
        cubes.write(duck, made)
        said = manifest.describe(duck, made, id=snapshot_id, **moments)
    rows = said["files"]
    return Frozen(
        snapshot_id,
        manifest.write(made, said),
        rows["incidents.parquet"]["rows"],
        rows["harm.parquet"]["rows"],
    )


def _literal(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
