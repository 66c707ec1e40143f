"""`make bench`: measures what Tabard promises, each number beside a bare one, and writes `docs/benchmarks.md`.

`--quick` small sizes, `--only NAME` one part; both print the page instead of writing it."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import postgres
import report
from timing import spread

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
AWSD = ROOT.parent / "shared" / "data" / "awsd" / "awsd_2020-11-23.csv"
SNAPSHOT = "0" * 26
Told = dict[str, Any]


@dataclass(frozen=True)
class Sizes:
    """How many incidents, and how often."""

    incidents: tuple[int, ...] = (1_000, 100_000, 1_000_000)
    postgres: tuple[int, ...] = (1_000, 100_000)
    rounds: int = 12
    runs: int = 3
    grow: int = 8  # times the largest register's harm rows: ten millions
    stored: tuple[int, ...] = (1_000, 1_000_000)  # reports that were taken in before
    seconds: int = 60  # that reports come in


QUICK = Sizes((1_000, 20_000), (1_000, 5_000), rounds=3, runs=1, grow=4, stored=(1_000, 20_000), seconds=6)


@dataclass
class Bench:
    """The folder in which everything lies, and the homes of the made registers by size."""

    folder: Path
    sizes: Sizes

    def home(self, size: int) -> Path:
        """A made register of that many incidents; made when first asked for."""
        where = self.folder / f"home-{size}"
        if not (where / "made").exists():
            shutil.rmtree(where, ignore_errors=True)
            where.mkdir(parents=True)
            say(f"making {size:,} incidents")
            run("made", str(size), home=where)
            (where / "made").touch()
        return where

    def kept(self, part: str) -> Path:
        """Where the numbers of a part are kept."""
        return self.folder / f"told-{part}.json"

    @property
    def largest(self) -> Path:
        return self.home(self.sizes.incidents[-1])


def say(text: str) -> None:
    """To whoever watches."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")


def run(script: str, *arguments: str, home: Path, database: str = "") -> Any:
    """One measurement in a process of its own; what it prints."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"TABARD_HOME": str(home), "PYTHONHASHSEED": "0"}
    environment |= {"DATABASE_URL": database} if database else {}
    command = [sys.executable, str(HERE / f"{script}.py"), *arguments]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout or "{}")


def imports(bench: Bench) -> Told:
    """A new home for each run."""
    file = str(AWSD) if AWSD.exists() else "made"
    told: Told = {"real": AWSD.exists(), "sqlite": _imports(bench, file, "")}
    if server := postgres.server():
        with postgres.database(server) as address:
            told["postgresql"] = _imports(bench, file, address)
    return told


def _imports(bench: Bench, file: str, address: str) -> Told:
    found = []
    for _ in range(bench.sizes.runs):
        with tempfile.TemporaryDirectory(dir=bench.folder) as name:
            if address:
                postgres.empty(address)
            found.append(run("imports", file, home=Path(name), database=address))
    times = {name: spread(each[name] for each in found) for name in ("import", "again", "bare", "read")}
    return {**times, "rows": found[0]["rows"], "stored": found[0]["stored"], "peak_mib": found[0]["peak_mib"]}


def lists(bench: Bench) -> Told:
    """All sizes in turns, in one process."""
    homes = [str(bench.home(size)) for size in bench.sizes.incidents]
    say("asking for lists")
    told: Told = {"sqlite": run("lists", str(bench.sizes.rounds), *homes, home=Path(homes[0]))}
    told["weight_mib"] = {
        Path(home).name: (Path(home) / "register.db").stat().st_size >> 20 for home in homes
    }
    if server := postgres.server():
        with _filled(bench, server) as addresses:
            say("asking for lists, on PostgreSQL")
            rounds = str(bench.sizes.rounds)
            told["postgresql"] = run("lists", rounds, *addresses, home=Path(homes[0]), database=addresses[0])
    return told


@contextmanager
def _filled(bench: Bench, server: str) -> Iterator[list[str]]:
    """Databases with made registers, gone afterwards."""
    with postgres.databases(server, len(bench.sizes.postgres)) as addresses:
        for size, address in zip(bench.sizes.postgres, addresses, strict=True):
            say(f"making {size:,} incidents, on PostgreSQL")
            run("made", str(size), home=bench.folder, database=address)
        yield addresses


def exports(bench: Bench) -> Told:
    """The flat format at two sizes, for flat memory; the others at the smaller of them."""
    small, large = (bench.home(size) for size in bench.sizes.incidents[-2:])
    runs = str(bench.sizes.runs)
    say("exporting")
    told: Told = {
        "small": run("exports", "hxl-csv", runs, home=small),
        "large": run("exports", "hxl-csv", runs, home=large),
    }
    told["own"] = run("exports", "hxl-csv", runs, "own", home=large)
    told["formats"] = {
        format_: run("exports", format_, "1", home=small) for format_ in ("json", "geojson", "xlsx")
    }
    return told


def freezes(bench: Bench) -> Told:
    """Freeze and bare scan in turns, a process each."""
    say("freezing")
    found: dict[str, list[Told]] = {"freeze": [], "scan": []}
    for _ in range(bench.sizes.runs):
        shutil.rmtree(bench.largest / "snapshots", ignore_errors=True)
        for what, kept in found.items():
            kept.append(run("freezes", what, home=bench.largest))
    peak = max(each["peak_mib"] for each in found["freeze"])
    told = {what: spread(each["seconds"] for each in kept) for what, kept in found.items()}
    return {**found["freeze"][0], **told, "peak_mib": peak}


def tables(bench: Bench) -> Told:
    """All tables over the snapshot of the largest register, and over one ten times as long."""
    snapshot = bench.largest / "snapshots" / SNAPSHOT
    if not snapshot.exists():
        run("freezes", "freeze", home=bench.largest)
    say("counting tables")
    told = {"one": _tables(bench, snapshot)}
    with tempfile.TemporaryDirectory(dir=bench.folder) as name:
        say("growing the snapshot")
        grown = run(
            "tables", "grow", str(snapshot), f"{name}/grown", str(bench.sizes.grow), home=bench.largest
        )
        say("counting tables over it")
        told["ten"] = _tables(bench, Path(name) / "grown") | {"grown": grown}
    return told


def _tables(bench: Bench, folder: Path) -> Told:
    found: dict[str, list[Told]] = {"ours": [], "scan": [], "pandas": []}
    for _ in range(bench.sizes.runs):
        for what, kept in found.items():
            script = ["peer"] if what == "pandas" else ["tables", what]
            kept.append(run(*script, str(folder), home=bench.largest))
    return {
        what: kept[0] | {"seconds": spread(each["seconds"] for each in kept)} for what, kept in found.items()
    }


def intake(bench: Bench) -> Told:
    """Each engine with few and with many reports stored before, in a new home each time."""
    told: Told = {"sqlite": [_intake(bench, stored, "") for stored in bench.sizes.stored]}
    if server := postgres.server():
        told["postgresql"] = []
        for stored in bench.sizes.stored:
            with postgres.database(server) as address:
                told["postgresql"].append(_intake(bench, stored, address))
    return told


def _intake(bench: Bench, stored: int, address: str) -> Told:
    say(f"taking reports in behind {stored:,} others{', on PostgreSQL' if address else ''}")
    with tempfile.TemporaryDirectory(dir=bench.folder) as name:
        found: Told = run("intake", str(stored), str(bench.sizes.seconds), home=Path(name), database=address)
    return found


PARTS: dict[str, Callable[[Bench], Told]] = {
    "intake": intake,
    "imports": imports,
    "lists": lists,
    "exports": exports,
    "freezes": freezes,
    "tables": tables,
}


def measure(bench: Bench, parts: list[str]) -> None:
    """Each part in one go, so that its ratios were measured side by side; its numbers are kept."""
    for part in parts:
        began = time.time()
        told = PARTS[part](bench)
        bench.kept(part).write_text(json.dumps(told | {"minutes": (time.time() - began) / 60}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, one run")
    parser.add_argument("--only", choices=PARTS, action="append", help="one part; may be said again")
    parser.add_argument(
        "--data", type=Path, help="keep the made registers and the numbers here, and use them again"
    )
    parser.add_argument(
        "--page", action="store_true", help="measure nothing: the page of the numbers kept in --data"
    )
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tabard-bench-") as name:
        folder = (asked.data or Path(name)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        bench = Bench(folder, QUICK if asked.quick else Sizes())
        if not asked.page:
            measure(bench, asked.only or list(PARTS))
        told = {part: json.loads(kept.read_text()) for part in PARTS if (kept := bench.kept(part)).exists()}
    minutes = sum(part.pop("minutes") for part in told.values())
    page = report.page(told, minutes=minutes)
    if asked.quick or (asked.only and not asked.page):
        sys.stdout.write(page)
    else:
        (ROOT / "docs" / "benchmarks.md").write_text(page, encoding="utf-8")
        say("wrote docs/benchmarks.md")


if __name__ == "__main__":
    main()
