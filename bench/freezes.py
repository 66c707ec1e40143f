"""Freezing the register to Parquet, beside a bare scan of the same columns by the same engine.

`freezes.py freeze|scan`: one run of one of them, over the home that the environment names."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import ready  # noqa: F401
from timing import peak_mib, seconds

from tabard.figures import freeze, manifest, register
from tabard.incidents.models import Revision

SNAPSHOT = "0" * 26


def build() -> dict[str, float]:
    """The files and the manifest, as `tabard freeze` writes them before it enters the snapshot."""
    now = datetime.now(UTC)
    told: list[freeze.Frozen] = []
    took = seconds(lambda: told.append(freeze.build(SNAPSHOT, now, now)))
    size = sum(path.stat().st_size for path in manifest.folder(SNAPSHOT).iterdir())
    return {
        "seconds": took,
        "peak_mib": peak_mib(),
        "incidents": told[0].incidents,
        "harm_rows": told[0].harm_rows,
        "revisions": Revision.objects.count(),
        "bytes": size,
    }


def scan() -> dict[str, float]:
    """Every column that a freeze reads, read once and nothing made of it."""
    with TemporaryDirectory() as name, register.engine(Path(name) / "spill") as duck:
        register.open_views(
            duck, Path(name), {"known_on": datetime.now(UTC), "recorded_by": datetime.now(UTC)}
        )

        def read() -> None:
            for view, (_, columns) in register.WANTED.items():
                counts = ", ".join(f"max({column})" for column in columns)
                duck.execute(f"SELECT {counts} FROM {view}").fetchall()

        return {"seconds": seconds(read), "peak_mib": peak_mib()}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(build() if sys.argv[1] == "freeze" else scan()))
