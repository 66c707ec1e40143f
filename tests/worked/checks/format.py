"""`partner` is a format: its rows become facts, and the command takes such a file in without having heard of it."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path

from click.testing import CliRunner

from tabard.formats.registry import FORMATS
from tabard.places.countries import find

DATA = """Ref,Date,Country,What,Killed
A1,2019-05-04,Chad,Car crash,2
A2,2019-05,Chad,Robbery,
A3,soon,Chad,Robbery,1
"""

first, second, third = FORMATS["partner"].read(DATA.encode(), country=find)
assert first.facts
assert second.facts
assert (first.key, first.facts.country, first.facts.cause) == ("A1", "TCD", "road_traffic")
assert first.facts.first_day == first.facts.last_day == date(2019, 5, 4)
assert [(harm.n, list(harm.outcomes)) for harm in first.facts.harm] == [(2, ["died"])]
assert (second.facts.date_precision, second.facts.cause, second.facts.harm) == ("month", "crime", ())
assert (third.state, [note.code for note in third.notes]) == ("held", ["bad_date"])

from tabard.cli import main  # noqa: E402  with Django, once there is something to take in

file = Path(os.environ["TABARD_HOME"]) / "made.csv"
file.write_text(DATA)
assert CliRunner().invoke(main, ["migrate"]).exit_code == 0
done = CliRunner().invoke(main, ["import", "partner", str(file), "--collection", "own", "--json"])
assert done.exit_code == 0, done.output
told = json.loads(done.stdout)
assert (told["rows"], told["accepted"], told["held"], told["rejected"]) == (3, 2, 1, 0)
