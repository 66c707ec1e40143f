"""The report form: five questions, everything else folded away, each fold open where something stands in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext

from tabard.desk.choices import Choices as Where
from tabard.desk.form.typed import Typed, many, numbers, one
from tabard.desk.form.values import Problem
from tabard.people.words import offered_by_list
from tabard.places import countries
from tabard.rules.facts import OUTCOMES
from tabard.site.components.controls import Control, Fault, Maker, fault, listed
from tabard.site.components.report_folds import folds
from tabard.site.components.report_parts import Fold, Group, kept
from tabard.site.templatetags import words as say

FIRST_OUTCOMES = (
    "died", "injured", "abducted", "detained", "missing", "assaulted", "robbed", "threatened", "harassed",
)  # fmt: skip


@dataclass(frozen=True)
class ReportForm:
    """All of the form."""

    what: Sequence[Control]
    when: Sequence[Control]
    span: Fold
    where: Sequence[Control]
    people: Sequence[Group]
    words: Control
    folds: Sequence[Fold]
    unseen: Sequence[tuple[str, str]]
    faults: Sequence[Fault] = field(default_factory=list)


def report_form(
    form: Typed,
    where: Where | None,
    problems: Sequence[Problem] = (),
    *,
    asked: str = "",
    owner: str | None = None,
) -> ReportForm:
    """The form over what was typed. `where` is None for an edit: whose it is stays. `asked` names a fold to open."""
    whose = one(form, "owner") if owner is None else owner
    make = Maker(form, problems, mine=offered_by_list(whose, say.vocabulary_language()))
    made = ReportForm(
        what=[make.grouped("cause", gettext("What happened?"), make.causes())],
        when=list(_when(make)),
        span=Fold("span", gettext("Over several days, or give or take some"), list(_span(make))),
        where=list(_where(make)),
        people=list(_people(make)),
        words=_words(make),
        folds=list(folds(make, where, asked)),
        unseen=list(_unseen(form, where)),
    )
    return ReportForm(**{**vars(made), "faults": list(_all_faults(make))})


def _all_faults(make: Maker) -> Iterator[Fault]:
    """Those of the controls, in the order of the form; then what belongs to none."""
    yield from make.found
    for problem in make.problems:
        if problem.field not in make.used:
            yield fault(problem, "")


def _when(make: Maker) -> Iterator[Control]:
    yield make.make("first_day", "date", gettext("When?"), hint=gettext("Leave it empty if you do not know."))
    yield make.select(
        "date_precision", label=gettext("How exactly is the day known?"), blank=gettext("to the day")
    )


def _span(make: Maker) -> Iterator[Control]:
    yield make.make("last_day", "date")
    yield make.make("days_off", "number", gettext("Give or take, in days"), most=4)


def _where(make: Maker) -> Iterator[Control]:
    language = say.vocabulary_language()
    named = sorted((countries.name(iso3, language), iso3) for iso3 in countries.countries())
    yield make.select(
        "country", label=gettext("In which country?"), choices=[(code, name) for name, code in named]
    )
    yield make.text(
        "locality",
        gettext("Where there?"),
        hint=gettext("A name is enough: a village, a road, a checkpoint."),
    )


def _words(make: Maker) -> Control:
    hint = gettext(
        "What is known, and how. Write names only where somebody needs them; these words can be erased."
    )
    return make.make("details", "area", gettext("In your own words"), hint=hint, most=32_000)


def _people(make: Maker) -> Iterator[Group]:
    found = numbers(make.form, "h") or [0]
    for place, number in enumerate(found):
        part = make.within(f"h{number}.")
        title = gettext("Who was harmed?") if place == 0 else gettext("Another group of people")
        others = [*(code for code in many(make.form, f"h{number}.outcomes") if code not in FIRST_OUTCOMES)]
        first = [choice for choice in listed("outcome") if choice[0] in (*FIRST_OUTCOMES, *others)]
        rest = [choice for choice in listed("outcome") if choice not in first]
        yield Group(
            "h",
            number,
            title,
            [
                part.make("n", "number", gettext("How many?"), most=9, hint=gettext("Empty: not known.")),
                part.basis(),
                part.checks("outcomes", first, gettext("What happened to them?")),
            ],
            [part.checks("outcomes", rest, gettext("Or this?"), again=True), *_persons(part)],
            list(_days(part)),
            kept(make.form, f"h{number}.", "was", "subject", "organisation"),
        )


def _persons(part: Maker) -> Iterator[Control]:
    for name in ("scope", "org_type", "recruitment", "gender", "function", "contract"):
        yield part.select(name)
    for name in ("on_duty", "family_member"):
        yield part.yes_no(name)
    yield part.grouped("cause", gettext("Cause, if another than above"), part.causes())
    for name in ("care", "serious"):
        yield part.yes_no(name)
    yield part.select("captor")
    yield part.yes_no("held_24h")
    yield part.select("fate")


def _days(part: Maker) -> Iterator[Control]:
    yield part.checks("not", listed("outcome"), gettext("Said not to have happened to them"))
    for code in OUTCOMES:
        yield part.make(f"on.{code}", "date", say.word("outcome", code))


def _unseen(form: Typed, where: Where | None) -> Iterator[tuple[str, str]]:
    """What the form carries without showing it."""
    names = ["key", "expected", "base"]
    if where is not None:
        names += [] if where.asks_collection else ["collection"]
        names += [] if where.asks_owner else ["owner"]
    for name in names:
        for value in form.get(name, ()):
            yield name, value
