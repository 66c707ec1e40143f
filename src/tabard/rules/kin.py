"""Until next of kin know: for whom it holds, when it ends, and which facts must not leave meanwhile.

A family must not learn from a report, a file or a colleague that somebody died or was taken. What was told
covers what was known then: a death that is learned later waits for its own word to the family."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from tabard.rules.facts import Harm, Incident, Margin
from tabard.rules.refusals import Refused

FAMILY = "next_of_kin"
NOBODY = "no_next_of_kin"
SETTLES = (FAMILY, NOBODY)  # words of `told_party` that end the wait
WAITS, SETTLED, FREE = "waits", "settled", ""

GRAVE = ("died", "died_in_captivity", "abducted", "detained", "missing")
DEATHS = ("died", "died_in_captivity")
OUTSIDE = ("civilian",)  # third parties: whose families these are, the organisations do not know
# What points to a nationality or an employer: the employer's kind too, since some kinds have one member only.
POINTS = ("scope", "org_type", "organisation", "recruitment", "contract", "subject")
DIMENSIONS = ("recruitment", "org_type")
OWN_WORD = "local"  # the tag that names an organisation's own word, and so the organisation


@dataclass(frozen=True, slots=True)
class Toll:
    """How many persons have families to tell, and how many of them died; a group of unknown size is one."""

    persons: int = 0
    died: int = 0

    def within(self, other: Toll) -> bool:
        """Whether a word given for the other toll covers this one."""
        return self.persons <= other.persons and self.died <= other.died


@dataclass(frozen=True, slots=True)
class Word:
    """One word to the family that stands: for one person by the random key, or for all; and what was known then."""

    toll: Toll
    subject: str = ""


def grave(harm: Harm) -> bool:
    """Whether these persons' families must hear it first. An injury is, unless somebody says that it was slight."""
    if harm.n == 0 or harm.scope in OUTSIDE:
        return False
    if any(_holds(harm, code) for code in GRAVE):
        return True
    slight = harm.serious is False or (harm.care is False and harm.serious is not True)
    return _holds(harm, "injured") and not slight


def toll(told: Incident, subject: str = "") -> Toll:
    """The toll of an incident, or of one person in it; what only margins state counts where it is more."""
    rows = [harm for harm in told.harm if grave(harm) and (not subject or harm.subject == subject)]
    if subject:
        return _sum(rows)
    joint, marginal = _sum(rows), _marginal(told)
    return Toll(max(joint.persons, marginal.persons), max(joint.died, marginal.died))


def waits(told: Incident, words: Iterable[Word]) -> bool:
    """Whether next of kin still have to be told something."""
    owed, given = toll(told), tuple(words)
    if not owed.persons or any(not word.subject and owed.within(word.toll) for word in given):
        return False
    return not _each_told(told, owed, given)


def withheld(told: Incident) -> Incident:
    """The facts without what points to a nationality or an employer. Counts by outcome and gender stay."""
    margins = tuple(margin for margin in told.margins if not _points(margin))
    tags = tuple(tag for tag in told.tags if tag[0] != OWN_WORD)
    return replace(told, harm=tuple(map(_bare, told.harm)), margins=margins, tags=tags)


def restored(sent: Incident, held: Incident) -> Incident:
    """What somebody sends back who was given the facts without what was withheld: it is put in again, so that
    nothing is lost by having been kept back. Refused where it cannot be said to whom it belongs."""
    harm, margins = _put_back(sent.harm, held.harm), sent.margins
    if not any(map(_points, margins)):
        margins += tuple(margin for margin in held.margins if _points(margin))
    own = tuple(tag for tag in held.tags if tag[0] == OWN_WORD and tag not in sent.tags)
    return replace(sent, harm=harm, margins=margins, tags=sent.tags + own)


def _put_back(sent: tuple[Harm, ...], held: tuple[Harm, ...]) -> tuple[Harm, ...]:
    """A group that is as it was, first; else the one in its place, where none came or went."""
    bare, left = [_bare(each) for each in held], set(range(len(held)))
    own: dict[int, int] = {}
    for at, each in enumerate(sent):
        same = [n for n in sorted(left) if bare[n] == each]
        if same:
            own[at] = same[0]
            left.discard(same[0])
    for at, each in enumerate(sent):
        if at not in own and each == _bare(each) and left:
            if len(sent) != len(held) or at not in left:
                raise Refused("next_of_kin_wait")
            own[at] = at
            left.discard(at)
    return tuple(_with(each, held[own[at]]) if at in own else each for at, each in enumerate(sent))


def _bare(harm: Harm) -> Harm:
    absent: dict[str, Any] = dict.fromkeys(POINTS)
    return replace(harm, **absent)


def _with(harm: Harm, held: Harm) -> Harm:
    """A key of one person goes with one person only."""
    kept: dict[str, Any] = {name: getattr(held, name) for name in POINTS}
    return replace(harm, **kept) if harm.n == 1 else replace(harm, **{**kept, "subject": None})


def _each_told(told: Incident, owed: Toll, words: tuple[Word, ...]) -> bool:
    """Whether every person in it is known by a key, and the family of each was told."""
    rows = [harm for harm in told.harm if grave(harm)]
    if not owed.within(_sum(rows)):
        return False
    return all(
        harm.subject
        and any(w.subject == harm.subject and toll(told, harm.subject).within(w.toll) for w in words)
        for harm in rows
    )


def _holds(harm: Harm, code: str) -> bool:
    return code in harm.outcomes and harm.outcomes[code].holds


def _sum(rows: Iterable[Harm]) -> Toll:
    found = [
        (_count(harm.n), any(_holds(harm, code) for code in DEATHS) or harm.fate == "died") for harm in rows
    ]
    return Toll(sum(n for n, _ in found), sum(n for n, dead in found if dead))


def _marginal(told: Incident) -> Toll:
    counts = list(_outcomes(told.margins))
    some = sum(n for code, n in counts if code in (*GRAVE, "injured"))
    return Toll(some, sum(n for code, n in counts if code in DEATHS))


def _outcomes(margins: Iterable[Margin]) -> Iterator[tuple[str, int]]:
    """(outcome, persons) of each margin that gives one."""
    for margin in margins:
        if margin.dimension == "outcome":
            yield margin.value, _count(margin.n)
        elif margin.dimension2 == "outcome":
            yield margin.value2, _count(margin.n)


def _count(n: int | None) -> int:
    return 1 if n is None else n


def _points(margin: Margin) -> bool:
    return margin.dimension in DIMENSIONS or margin.dimension2 in DIMENSIONS
