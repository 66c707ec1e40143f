"""The checks of a paragraph: its own arithmetic, then its figures against those that others have printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tabard.rules.checks.figure import Figure
from tabard.rules.checks.finding import NOTE, Finding, ordered
from tabard.rules.checks.footing import adds_up, lies_within
from tabard.rules.checks.paragraph import SOURCE, Found
from tabard.rules.checks.phrases import by_cause, stale
from tabard.rules.checks.shares import reachable
from tabard.rules.checks.shelf import Shelf, shelf
from tabard.rules.checks.structure import Structure
from tabard.rules.checks.whole import check


def check_found(
    found: Iterable[Found], said: Structure, others: Iterable[Figure] = ()
) -> tuple[Finding, ...]:
    """What is wrong with a paragraph, by the figures found in it; what is wrong among the others alone is left out."""
    told = tuple(found)
    figures = [each.figure for each in told]
    kept = tuple(figure for figure in others if figure.source != SOURCE)
    own = {figure.key for figure in figures}
    repeated = {one.key for one in figures if _is_printed(one, kept)}
    findings = [
        finding
        for finding in check((*figures, *kept), said)
        if own & set(finding.keys) and not _is_theirs(finding, own, repeated)
    ]
    findings += [each for each in _tied(told) if each.keys not in {known.keys for known in findings}]
    findings += _phrases(told, shelf((*figures, *kept), said))
    return ordered(findings)


def _is_printed(figure: Figure, others: Iterable[Figure]) -> bool:
    """Whether some document prints the same number of the same count and year."""
    same = (figure.measure, figure.year, figure.value)
    return bool(figure.measure) and any((each.measure, each.year, each.value) == same for each in others)


def _is_theirs(finding: Finding, own: set[str], repeated: set[str]) -> bool:
    """Whether a finding speaks of what documents print, which the text only repeats."""
    about_others = finding.rule == "check_jump" or finding.severity == NOTE
    return about_others and len(finding.keys) > 1 and own & set(finding.keys) <= repeated


def _tied(found: tuple[Found, ...]) -> Iterator[Finding]:
    """What the sentence itself ties together, whatever is counted."""
    known = {each.figure.key: each for each in found}
    for each in found:
        if each.within and each.kind == "share" and not each.figure.measure.startswith("unsms"):
            yield from reachable(each.figure, [known[each.within].figure], "half_up")
        elif each.within and each.figure.unit == known[each.within].figure.unit:
            yield from lies_within(each.figure, known[each.within].figure)
    for key, total in known.items():
        parts = [each.figure for each in found if each.part_of == key]
        if total.kind in ("attacks", "victims") and len(parts) > 1 and not total.figure.measure:
            yield from adds_up(total.figure, parts)


def _phrases(found: tuple[Found, ...], laid: Shelf) -> Iterator[Finding]:
    for each in found:
        if each.causes:
            yield from stale(each.figure, each.causes, by_cause(laid, each.figure))
