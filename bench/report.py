"""Writes the page of benchmarks: the machine, every number beside its bare one, and which aims are met or missed."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import postgres

Told = dict[str, Any]
LIBRARIES = ("Django", "duckdb", "psycopg", "pandas", "pyarrow", "numpy")


class Page:
    """Lines of Markdown, and the aims gathered on the way."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.aims: list[tuple[str, str, bool]] = []

    def say(self, *lines: str) -> None:
        self.lines += [*lines, ""]

    def table(self, head: str, rows: Iterable[Iterable[str]]) -> None:
        columns = head.split("|")
        self.lines += [f"| {' | '.join(columns)} |", "|" + "---|" * len(columns)]
        self.say(*(f"| {' | '.join(row)} |" for row in rows))

    def aim(self, what: str, found: str, met: bool) -> None:
        self.aims.append((what, found, met))


def page(told: Told, minutes: float) -> str:
    """The whole page."""
    body = Page()
    for part, write in PARTS.items():
        if part in told:
            write(body, told[part])
    top = Page()
    top.say("# Benchmarks", "Written by `make bench`; not by hand.")
    _machine(top, minutes)
    top.say("## Aims")
    rows = [("met" if met else "**MISSED**", what, found) for what, found, met in body.aims]
    top.table("|aim|found", rows)
    missed = [what for what, _, met in body.aims if not met]
    top.say(f"Missed: {'; '.join(missed)}." if missed else "Every aim is met in this run.")
    return "\n".join([*top.lines, *body.lines]).rstrip() + "\n"


def _machine(body: Page, minutes: float) -> None:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 30
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    server = postgres.server()
    engine = f", PostgreSQL {postgres.version(server)}" if server else "; no PostgreSQL answered"
    body.say(
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {memory} GiB, {_processor()}, "
        f"load {os.getloadavg()[0]:.1f} at the end, {minutes:.0f} minutes. "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}{engine}, {libraries}.",
        "",
        "Every time is the median of several runs, with the least and the most in brackets. Absolute numbers belong "
        "to this machine; a ratio was measured side by side, in turns, in this one run. The registers are made up.",
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")),
        platform.machine(),
    )


def s(spread: Told) -> str:
    """Seconds."""
    return f"{spread['median']:.2f} s ({spread['least']:.2f}-{spread['most']:.2f})"


def ms(spread: Told) -> str:
    """Milliseconds."""
    return f"{spread['median'] * 1e3:.1f} ({spread['least'] * 1e3:.1f}-{spread['most'] * 1e3:.1f})"


def ratio(one: Told, other: Told) -> float:
    """How many times as long."""
    return float(one["median"] / other["median"])


def _imports(body: Page, told: Told) -> None:
    body.say("## Import")
    what = "the AWSD export of 2020-11-23" if told["real"] else "a made file (the real export was not there)"
    first = told["sqlite"]
    body.say(
        f"{first['rows']:,} rows, {what}: originals kept, facts coded, revisions chained, index and audit written."
    )
    rows = []
    for engine in [name for name in ("sqlite", "postgresql") if name in told]:
        each = told[engine]
        rows.append(
            (
                engine,
                s(each["import"]),
                f"{each['rows'] / each['import']['median']:,.0f}",
                f"{ratio(each['import'], each['bare']):.1f}× ({s(each['bare'])}, {each['stored']:,} rows)",
                f"{ratio(each['import'], each['read']):,.0f}× ({s(each['read'])})",
                s(each["again"]),
                f"{each['peak_mib']} MiB",
            )
        )
    body.table(
        "engine|import|rows/s|beside bare inserts of all it stored|beside csv reading|same file again|peak memory",
        rows,
    )
    found = first["import"]["median"]
    body.aim("the 2,997-row import under 5 s", f"{found:.2f} s", found < 5)


def _lists(body: Page, told: Told) -> None:
    body.say("## List and search")
    body.say(
        "A reader of one organisation that owns 30 % of the incidents asks for `/incidents/` through everything but "
        "the network: session, policy, filter, page, compression. *Plain* is a view that reads one row through the "
        "same middleware; *SQL* the one statement that finds the page's keys. Milliseconds."
    )
    for engine in [name for name in ("sqlite", "postgresql") if name in told]:
        _pages(body, engine, told[engine])
    weights = ", ".join(
        f"{name.removeprefix('home-')}: {size:,} MiB" for name, size in told["weight_mib"].items()
    )
    body.say(f"Weight of `register.db` by incidents: {weights}.")


def _pages(body: Page, engine: str, sizes: Told) -> None:
    body.say(f"### {engine}")
    small, large = next(iter(sizes.values())), list(sizes.values())[-1]
    body.table(
        "incidents|page p50|page p99|beside the smallest|beside plain|plain p50|SQL p50|SQL p99",
        [
            (
                f"{each['incidents']:,}",
                f"{each['pages']['median'] * 1e3:.1f}",
                f"{each['pages']['p99'] * 1e3:.1f}",
                f"{ratio(each['pages'], small['pages']):.2f}×",
                f"{ratio(each['pages'], each['plain']):.1f}×",
                f"{each['plain']['median'] * 1e3:.1f}",
                f"{each['sql']['median'] * 1e3:.2f}",
                f"{each['sql']['p99'] * 1e3:.2f}",
            )
            for each in sizes.values()
        ],
    )
    body.say(f"At {large['incidents']:,} incidents:")
    body.table(
        "filter|rows|page p50|beside the smallest|SQL p50",
        [
            (name, str(q["rows"]), ms(q["page"]), _beside(q, small["questions"][name]), ms(q["sql"]))
            for name, q in large["questions"].items()
        ],
    )
    _list_aims(body, engine, small, large)


def _beside(question: Told, same: Told) -> str:
    return f"{ratio(question['page'], same['page']):.2f}×"


def _list_aims(body: Page, engine: str, small: Told, large: Told) -> None:
    size = f"{large['incidents']:,} incidents, {engine}"
    times = ratio(large["pages"], small["pages"])
    body.aim(f"pages at {size}, within 2× of those at {small['incidents']:,}", f"{times:.2f}×", times <= 2)
    half = large["pages"]["median"] * 1e3
    body.aim(f"page p50 at {size}, 40 ms at most", f"{half:.1f} ms", half <= 40)
    name, worst = max(large["questions"].items(), key=lambda pair: pair[1]["sql"]["median"])
    slow = worst["sql"]["median"] * 1e3
    body.aim(f"SQL at {size}, 5 ms at most in every filter", f"{slow:.2f} ms ({name})", slow <= 5)


def _exports(body: Page, told: Told) -> None:
    body.say("## Export")
    body.say(
        "HXL-tagged CSV of all that the account may see, streamed to a file, beside the same columns by a bare cursor "
        "and a bare `csv.writer`."
    )
    names = {"small": "analyst, all", "large": "analyst, all", "own": "desk, one organisation, with places"}
    rows = [(names[name], told[name]) for name in names]
    body.table(
        "who|rows|time|rows/s|beside bare|bare rows/s|memory before and at most",
        [
            (
                who,
                f"{each['rows']['ours']:,}",
                s(each["ours"]),
                f"{_rate(each, 'ours'):,.0f}",
                f"{ratio(each['ours'], each['bare']):.2f}×",
                f"{_rate(each, 'bare'):,.0f}",
                f"{each['began_mib']} → {each['peak_mib']} MiB",
            )
            for who, each in rows
        ],
    )
    others = (
        f"{name} {_rate(each, 'ours'):,.0f} rows/s, {each['peak_mib']} MiB"
        for name, each in told["formats"].items()
    )
    body.say(f"Other formats, {told['small']['rows']['ours']:,} rows: {'; '.join(others)}.")
    rate = _rate(told["large"], "ours")
    body.aim("export of 100,000 rows/s", f"{rate:,.0f} rows/s", rate >= 100_000)
    more = told["large"]["peak_mib"] - told["small"]["peak_mib"]
    body.aim(
        "export in flat memory: ten times the rows, no more than 16 MiB more", f"{more:+d} MiB", more <= 16
    )


def _rate(each: Told, which: str) -> float:
    return float(each["rows"][which] / each[which]["median"])


def _freezes(body: Page, told: Told) -> None:
    body.say("## Freeze")
    body.say(
        f"{told['revisions']:,} revisions, {told['incidents']:,} incidents that count, {told['harm_rows']:,} harm rows "
        f"to {told['bytes'] / 1e6:.0f} MB of Parquet with the cubes of every table: {s(told['freeze'])}, at most "
        f"{told['peak_mib']} MiB; {ratio(told['freeze'], told['scan']):.1f}× the bare scan of the same columns "
        f"by the same engine ({s(told['scan'])})."
    )
    took = told["freeze"]["median"]
    body.aim(f"freeze of {told['revisions']:,} revisions in 10 s", f"{took:.1f} s", took <= 10)
    body.aim("freeze within 512 MiB", f"{told['peak_mib']} MiB", told["peak_mib"] <= 512)


def _tables(body: Page, told: Told) -> None:
    body.say("## Tables")
    body.say(
        "All published tables with the columns that their pages show, by both engines, over the cubes; beside one bare "
        "scan of the columns that they name in the rows' Parquet, and beside pandas (codes as categoricals) reading "
        "the same Parquet and summing the person tables."
    )
    rows = []
    for each in told.values():
        ours, scan, pandas = each["ours"], each["scan"], each["pandas"]
        rows.append(
            (
                f"{ours['rows']:,}",
                s(ours["seconds"]),
                f"{ratio(ours['seconds'], scan['seconds']):.2f}× ({s(scan['seconds'])})",
                f"{ratio(pandas['seconds'], ours['seconds']):.1f}× faster ({s(pandas['seconds'])})",
                f"{ours['duckdb']:.2f} s, {ours['sqlite']:.2f} s",
                f"{ours['peak_mib']} MiB, {pandas['peak_mib']} MiB",
            )
        )
        times = ratio(ours["seconds"], scan["seconds"])
        body.aim(
            f"all tables over {ours['rows']:,} harm rows within 3× of the bare scan",
            f"{times:.2f}×",
            times <= 3,
        )
    body.table(
        "harm rows|all tables|beside the bare scan|beside pandas|DuckDB, SQLite|peak: ours, pandas",
        rows,
    )
    ten = told["ten"]
    faster = ratio(ten["pandas"]["seconds"], ten["ours"]["seconds"])
    body.aim(
        f"all tables over {ten['ours']['rows']:,} harm rows 3× faster than pandas",
        f"{faster:.1f}×",
        faster >= 3,
    )
    body.say(f"The cubes of the longer one, made once a snapshot: {ten['grown']['cube_seconds']:.1f} s.")


def _intake(body: Page, told: Told) -> None:
    body.say("## Taking reports in")
    body.say(
        "Reports of 1 kB over HTTP on loopback, each with a key of its own, by four senders, acknowledged when they "
        "are durable (`synchronous=FULL`); what they tell happened in the last ten days. The worker codes them "
        "meanwhile (one killed, two hurt, words and a place: about thirty rows with their index and line), and two "
        "people look at the review queue and a search all the while. Load client, server, worker and database share "
        "the machine. Beside it: single rows of the same weight, one durable commit each, with nothing around them; "
        "and a plain view of one row at 8 clients."
    )
    runs = [each for engine in told.values() for each in engine]
    body.table(
        "engine, stored before|1 client|8 clients|32 clients|32, no worker|coded/s beside 32|coded/s alone|"
        "backlog, age|bare commits/s|plain view/s",
        [_taken_in(each) for each in runs],
    )
    body.say("Each: acknowledged a second, p50 / p99 / longest in milliseconds.")
    body.table(
        "engine, stored before|review queue, quiet|beside 32 clients|search, quiet|beside 32 clients|whole|in order",
        [_looked_at(each) for each in runs],
    )
    body.say("The aims are set for SQLite on two cores; PostgreSQL's numbers stand beside them without one.")
    for each in told["sqlite"]:
        _intake_aims(body, each)


def _taken_in(each: Told) -> tuple[str, ...]:
    line = each["backlog"]
    rates = [_acknowledged(each[name]) for name in ("clients_1", "clients_8", "clients_32", "alone")]
    return (
        _where(each),
        *rates,
        f"{each['coded_meanwhile']:,}",
        f"{each['coded_alone']:,}",
        f"{line['count']:,}, {line['age']:.0f} s",
        f"{each['bare_commits']:,}",
        f"{each['plain']['rate']:,.0f}",
    )


def _where(each: Told) -> str:
    return f"{each['engine']}, {each['stored']:,}"


def _acknowledged(run: Told) -> str:
    odd = f"; {run['other']}" if run["other"] else ""
    return f"{run['rate']:,.0f}; {run['p50']:.1f} / {run['p99']:.0f} / {run['max']:.0f}{odd}"


def _looked_at(each: Told) -> tuple[str, ...]:
    pages = (
        cell
        for name in ("review queue", "search")
        for cell in (f"{each['quiet'][name]:.0f} ms", f"{each['busy'][name]:.0f} ms")
    )
    checked = each["checked"]
    whole = "all" if checked["whole"] else "**NOT ALL**"
    return (
        _where(each),
        *pages,
        f"{whole} of {checked['incidents']:,}",
        "yes" if checked["in_order"] else "**NO**",
    )


def _intake_aims(body: Page, each: Told) -> None:
    at, run = f"{_where(each)} stored", each["clients_32"]
    body.aim(
        f"1,000 reports acknowledged a second at 32 clients, {at}",
        f"{run['rate']:,.0f}/s",
        run["rate"] >= 1000,
    )
    body.aim(
        f"their p99 100 ms at most, {at}",
        f"{run['p99']:.0f} ms (longest {run['max']:.0f})",
        run["p99"] <= 100,
    )
    coded = each["coded_meanwhile"]
    body.aim(f"500 coded a second meanwhile, {at}", f"{coded:,}/s", coded >= 500)
    slower = max(each["busy"][name] / each["quiet"][name] for name in each["quiet"])
    body.aim(f"pages within 2× of their quiet time meanwhile, {at}", f"{slower:.1f}×", slower <= 2)


PARTS = {
    "intake": _intake,
    "imports": _imports,
    "lists": _lists,
    "exports": _exports,
    "freezes": _freezes,
    "tables": _tables,
}
