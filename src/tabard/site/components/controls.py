"""The controls of a form: each with its label, what stands in it, its choices in the reader's language, its faults."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext

from tabard.desk.form.typed import Typed, many, one
from tabard.desk.form.values import Problem
from tabard.site.templatetags import words as say
from tabard.vocab import catalogue
from tabard.vocab.words import column, is_word, words

Choice = tuple[str, str]
Choices = Sequence[Choice]


@dataclass(frozen=True)
class Fault:
    """What is wrong with a control, and what to do."""

    id: str
    label: str
    sentence: str
    next_step: str


@dataclass(frozen=True)
class Control:
    """One control. `kind` is the way it is drawn; `groups` are choices under headings."""

    name: str
    id: str
    label: str
    kind: str
    value: str = ""
    values: tuple[str, ...] = ()
    choices: Choices = ()
    groups: Sequence[tuple[str, Choices]] = ()
    hint: str = ""
    most: int = 0
    faults: tuple[Fault, ...] = ()
    required: bool = False
    blank: str = ""  # what nothing chosen means, where it is not "not stated"

    @property
    def described(self) -> str:
        """The ids of what describes it."""
        hint = [f"{self.id}-hint"] if self.hint else []
        return " ".join([*hint, *([f"{self.id}-wrong"] if self.faults else [])])


def id_of(name: str) -> str:
    """The id of a control: `h0.n` is `f-h0-n`."""
    return "f-" + name.replace(".", "-")


@dataclass
class Maker:
    """Makes controls over what was typed; with a `start` those of one group."""

    form: Typed
    problems: Iterable[Problem] = ()
    start: str = ""
    mine: Mapping[str, Sequence[tuple[str, str, str]]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    found: list[Fault] = field(default_factory=list)

    def within(self, start: str) -> Maker:
        """The maker of one group's controls."""
        return Maker(self.form, self.problems, start, self.mine, self.used, self.found)

    def make(self, name: str, kind: str, label: str = "", **more: Any) -> Control:
        whole = self.start + name
        self.used.add(whole)
        named = label or say.word("fact", name)
        faults = tuple(self._faults(whole, say.word("fact", name) if is_word("fact", name) else named))
        self.found.extend(one for one in faults if one not in self.found)
        return Control(
            name=whole,
            id=id_of(whole),
            label=named,
            kind=kind,
            value=one(self.form, whole) if kind != "area" else self.form.get(whole, ("",))[0],
            values=many(self.form, whole),
            faults=faults,
            **more,
        )

    def grouped(self, name: str, label: str, groups: Sequence[tuple[str, Choices]], of: str = "") -> Control:
        """One choice under headings. What stands there already can be chosen, retired or not."""
        there = one(self.form, self.start + name)
        known = {code for _, choices in groups for code, _ in choices}
        kept = [(there, say.word(of or name, there))] if there and there not in known else []
        return self.make(name, "grouped", label, choices=kept, groups=groups)

    def select(self, name: str, of: str = "", label: str = "", **more: Any) -> Control:
        """One word of a list, or not stated. What stands there already can be chosen, retired or not."""
        choices = list(more.pop("choices", None) or [*listed(of or name), *self.own(of or name)])
        there = one(self.form, self.start + name)
        if there and there not in dict(choices):
            choices.append((there, say.word(of or name, there)))
        return self.make(name, "select", label, choices=choices, **more)

    def own(self, of: str) -> Choices:
        """The words that the owner has of its own in a list, as a form sends them."""
        return [(f"own:{code}", text) for code, text, _ in self.mine.get(of, ())]

    def causes(self) -> list[tuple[str, Choices]]:
        """The causes by their branch, one's own behind them."""
        mine = self.own("cause")
        return [*causes(), *([(gettext("Words of one’s own"), mine)] if mine else [])]

    def checks(self, name: str, choices: Choices, label: str = "", *, again: bool = False) -> Control:
        """Several words; `again` where other words of the same field stand elsewhere already."""
        made = self.make(name, "checks", label, choices=choices)
        codes = {code for code, _ in choices}
        own = tuple(value for value in made.values if value in codes)
        if again:
            return replace(made, values=own, id=f"{made.id}-2", faults=())
        return replace(made, values=own)

    def basis(self) -> Control:
        """How a number is known: as it stands, unless somebody says otherwise."""
        taken = () if one(self.form, f"{self.start}n_basis") == "stated" else ("stated",)
        choices = listed("n_basis", without=taken)
        plain = say.word("n_basis", "stated")
        return self.select("n_basis", label=gettext("The number is"), choices=choices, blank=plain)

    def yes_no(self, name: str, label: str = "", **more: Any) -> Control:
        return self.select(name, label=label, choices=[("1", gettext("yes")), ("0", gettext("no"))], **more)

    def text(self, name: str, label: str = "", most: int = 200, **more: Any) -> Control:
        return self.make(name, "text", label, most=most, **more)

    def _faults(self, name: str, label: str) -> Iterable[Fault]:
        for problem in self.problems:
            if problem.field == name:
                yield fault(problem, label)


def fault(problem: Problem, label: str) -> Fault:
    """A problem in the reader's language."""
    language = say.vocabulary_language()
    fields: Mapping[str, str | int] = {"field": label, "limit": problem.limit}
    return Fault(
        id_of(problem.field),
        label,
        catalogue.message(problem.code, language, **fields),
        catalogue.next_step(problem.code, language, **fields),
    )


def listed(of: str, *, without: Iterable[str] = ()) -> list[Choice]:
    """The words of a list that may still be used, in its order."""
    left_out = frozenset(without)
    return [
        (code, say.word(of, code))
        for code, word in words(of).items()
        if code not in left_out and not word.valid_to
    ]


def causes() -> list[tuple[str, Choices]]:
    """The causes, violence first, then every other branch."""
    branch = column("cause", "branch")
    violence = [choice for choice in listed("cause") if branch.get(choice[0]) == "violence"]
    others = [choice for choice in listed("cause") if choice not in violence]
    return [(gettext("Violence"), violence), (gettext("Accident, illness or hazard"), others)]
