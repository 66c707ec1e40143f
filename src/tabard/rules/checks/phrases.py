"""Does a sentence still say what the data say: a list of causes carried over from another year.

A/RES/75/125 names crime and armed conflict; of the 11 killed by violence, 5 were killed by violent extremism."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from tabard.rules.checks.figure import Figure
from tabard.rules.checks.finding import ERROR, WARNING, Finding
from tabard.rules.checks.shelf import Shelf, plain


def stale(figure: Figure, named: Iterable[str], counts: Mapping[str, Figure]) -> Iterator[Finding]:
    """Causes that the text names without a case behind them, and causes with cases that it does not name."""
    listed = tuple(named)
    for word, count in counts.items():
        value = count.value
        if value is None:
            continue
        numbers = {"cause": word, "count": plain(value), "total": figure.text, "named": ", ".join(listed)}
        if value > 0 and word not in listed:
            yield Finding("check_cause_missing", ERROR, (figure.key, count.key), numbers)
        elif value == 0 and word in listed:
            yield Finding("check_cause_without_case", WARNING, (figure.key, count.key), numbers)


def by_cause(shelf: Shelf, figure: Figure) -> dict[str, Figure]:
    """What is known of the causes of a count in its year, from whatever document."""
    found = {}
    for cause in shelf.said.causes:
        numbers = shelf.numbers(cause.measure, figure.year)
        if cause.of == figure.measure and numbers:
            found[cause.word] = numbers[0]
    return found
