"""Measures what the checker finds in copies of printed figures, each with one change; writes docs/checker.md.

    python scripts/measure_checker.py path/to/published_figures.csv

The file is the one that `tabard published import` takes. Its notes are dropped: they say what is wrong."""

from __future__ import annotations

import csv
import io
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tabard.figures.published.declared import bound, declared
from tabard.figures.published.reading import entries
from tabard.rules.checks.figure import Figure
from tabard.rules.checks.finding import NOTE, Finding
from tabard.rules.checks.whole import check

PAGE = Path(__file__).resolve().parent.parent / "docs" / "checker.md"
EXPECTED = PAGE.parent.parent / "tests" / "figures" / "alarms.csv"
SEED, COPIES = 2019, 1000
UNITS = ("persons", "attacks", "reported cases", "per cent")
Change = Callable[[random.Random, Figure, Sequence[Figure]], Figure]


@dataclass(frozen=True)
class Outcome:
    """One copy with one change: what the change was, and whether it was found by something that names the figure."""

    kind: str
    figure: Figure
    changed: Figure
    found: bool
    asks: bool
    elsewhere: int


def without_notes(data: bytes) -> bytes:
    """The same file without its column of notes."""
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    out = io.StringIO()
    writer = csv.DictWriter(out, [name for name in rows[0] if name != "note"], extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def figures(data: bytes) -> tuple[Figure, ...]:
    """What the file says is printed, as the checks take it."""
    numbered = enumerate(entries(data), 2)
    return tuple(bound(f"row {line}", entry) for line, entry in numbered if not entry.derived)


def _digit(chance: random.Random, figure: Figure, _: Sequence[Figure]) -> Figure:
    place = chance.randrange(len(figure.text))
    other = chance.choice([digit for digit in "0123456789" if digit != figure.text[place]])
    return replace(figure, text=figure.text[:place] + other + figure.text[place + 1 :])


def _swapped(chance: random.Random, figure: Figure, _: Sequence[Figure]) -> Figure:
    text = figure.text
    place = chance.randrange(max(len(text) - 1, 1))
    return replace(figure, text=text[:place] + text[place : place + 2][::-1] + text[place + 2 :])


def _dropped(chance: random.Random, figure: Figure, _: Sequence[Figure]) -> Figure:
    place = chance.randrange(len(figure.text))
    return replace(figure, text=(figure.text[:place] + figure.text[place + 1 :]) or "0")


def _doubled(chance: random.Random, figure: Figure, _: Sequence[Figure]) -> Figure:
    place = chance.randrange(len(figure.text))
    return replace(figure, text=figure.text[: place + 1] + figure.text[place:])


def _off(by: int) -> Change:
    def change(chance: random.Random, figure: Figure, _: Sequence[Figure]) -> Figure:
        return replace(figure, text=str(max(int(figure.text) + chance.choice((-by, by)), 0)))

    return change


def _copied(chance: random.Random, figure: Figure, all_: Sequence[Figure]) -> Figure:
    """The number of another row of the same document and year, as 141 stands twice in A/RES/77/31."""
    near = [f.text for f in all_ if (f.source, f.year) == (figure.source, figure.year) and f.text.isdigit()]
    return replace(figure, text=chance.choice(near))


def _unit(chance: random.Random, figure: Figure, _: Sequence[Figure]) -> Figure:
    said = declared()
    others = [unit for unit in UNITS if said.unit_of(unit) != said.unit_of(figure.unit)]
    return replace(figure, unit=chance.choice(others))


KINDS: Mapping[str, Change] = {
    "one digit is another": _digit,
    "two digits changed places": _swapped,
    "a digit was left out": _dropped,
    "a digit was written twice": _doubled,
    "off by one": _off(1),
    "off by ten": _off(10),
    "the number of another row": _copied,
    "another unit": _unit,
}


def known(findings: Sequence[Finding]) -> set[tuple[str, str, tuple[str, ...]]]:
    """What a finding is, without its numbers: an old finding with other numbers is no new one."""
    return {(each.rule, each.severity, each.keys) for each in findings}


def copies(printed: Sequence[Figure], count: int, seed: int = SEED) -> Iterator[Outcome]:
    """That many copies, each with one change, the kinds in turn."""
    chance = random.Random(seed)
    counted = [each for each in printed if each.text.isdigit()]
    before = known(check(printed, declared()))
    kinds = list(KINDS)
    made = 0
    while made < count:
        kind, figure = kinds[made % len(kinds)], chance.choice(counted)
        changed = KINDS[kind](chance, figure, printed)
        if (changed.value, changed.unit) != (figure.value, figure.unit):
            yield _outcome(kind, figure, changed, printed, before)
            made += 1


def _outcome(
    kind: str,
    figure: Figure,
    changed: Figure,
    printed: Sequence[Figure],
    before: set[tuple[str, str, tuple[str, ...]]],
) -> Outcome:
    copy = [changed if each.key == figure.key else each for each in printed]
    new = [each for each in check(copy, declared()) if (each.rule, each.severity, each.keys) not in before]
    own = [each for each in new if figure.key in each.keys]
    asks = any(each.severity != NOTE for each in own)
    return Outcome(kind, figure, changed, bool(own), asks, len(new) - len(own))


def alarms() -> list[dict[str, str]]:
    """The reviewed list of what the checker says of the documents, each with what it is."""
    with EXPECTED.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _table(outcomes: Sequence[Outcome], by: Callable[[Outcome], str], title: str) -> list[str]:
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for each in outcomes:
        groups[by(each)].append(each)
    lines = [
        f"| {title} | copies | found | of these, somebody has to look | alarms elsewhere |",
        "|---|--:|--:|--:|--:|",
    ]
    for name, found in [*sorted(groups.items()), ("**all**", list(outcomes))]:
        shown = [sum(each.found for each in found), sum(each.asks for each in found)]
        parts = " | ".join(f"{n} ({100 * n / len(found):.0f} %)" for n in shown)
        lines.append(f"| {name} | {len(found)} | {parts} | {sum(each.elsewhere for each in found)} |")
    return lines


def page(printed: Sequence[Figure], outcomes: Sequence[Outcome]) -> str:
    """docs/checker.md."""
    findings = check(printed, declared())
    reviewed = alarms()
    kinds = Counter(row["is"] for row in reviewed)
    by_table = {figure.key: figure.measure.partition(".")[0] for figure in printed}
    return "\n".join(
        [
            "# The checker of printed figures, measured",
            "",
            "Written by `scripts/measure_checker.py`; `make prove` runs the same copies, `make test` the first 60.",
            "",
            f"Over {len(printed)} printed figures, notes dropped, it says {len(findings)} things: "
            f"{kinds['mistake']} are mistakes of the documents, {kinds['alarm']} are not.",
            "",
            "## What it says of the documents",
            "",
            "| rule | year | of | is | why |",
            "|---|---|---|---|---|",
            *(
                f"| `{row['rule']}` | {row['year']} | {row['of']} | {row['is']} | {row['why']} |"
                for row in reviewed
            ),
            "",
            f"## {len(outcomes)} copies with one change",
            "",
            "Found: a finding that was not there before, of a rule and of figures that were not named together before, "
            "and that names the changed figure. Elsewhere: a new finding that does not name it.",
            "",
            *_table(outcomes, lambda each: each.kind, "change"),
            "",
            *_table(outcomes, lambda each: by_table[each.figure.key], "figures of"),
            "",
            "What is not found stands alone: it is printed once, adds up to nothing, and the change stays within its "
            "whole and near the years beside it. No arithmetic can see it; only the source can.",
            "",
        ]
    )


def main(path: str) -> None:
    printed = figures(without_notes(Path(path).read_bytes()))
    outcomes = list(copies(printed, COPIES))
    PAGE.write_text(page(printed, outcomes), encoding="utf-8")
    print(f"{sum(each.found for each in outcomes)} of {len(outcomes)} found; {PAGE.name} is written.")


if __name__ == "__main__":
    main(sys.argv[1])
