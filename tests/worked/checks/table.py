"""`awsd-by-means` is counted from a file to the cells, by both engines: a difference between them would refuse."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

from click.testing import CliRunner

from tabard.figures.declarations import declaration

HEADER = "Incident ID,Year,Month,Day,Country,Total killed,Total affected,Means of attack"
MEANS = ("Shooting", "Shooting", "Aerial bombardment", "Shelling", "Landmine", "Unknown")
assert {row.unit for row in declaration("awsd-by-means").rows} == {"incidents"}  # and its SQL passed the lint

from tabard.cli import main  # noqa: E402  with Django, once there is something to count


def tabard(*words: str) -> str:
    """What the command prints."""
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output + repr(done.exception)
    return done.stdout


file = Path(os.environ["TABARD_HOME"]) / "made.csv"
with file.open("w", newline="") as stream:
    rows = [(number, 2019, 5, number, "Somalia", 1, 1, means) for number, means in enumerate(MEANS, 1)]
    csv.writer(stream).writerows([HEADER.split(","), *rows])
tabard("migrate")
tabard("import", "awsd", str(file), "--as-of", "2020-01-01")
told = json.loads(tabard("table", "awsd-by-means", "--year", "2019", "--as-of", "2020-01-01", "--json"))
cells = {cell["row"]: cell["value"] for cell in told["cells"]}
assert cells == {"shooting": 2, "bombardment": 2, "other": 1, "unknown": 1}, cells
