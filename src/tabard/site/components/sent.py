"""What somebody sent, beside the form that puts it right: word for word, and each value that could not be read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tabard.desk.form.mending import Mended
from tabard.desk.form.typed import Typed
from tabard.desk.form.values import Problem
from tabard.site.components.controls import fault
from tabard.site.components.report_form import ReportForm
from tabard.site.templatetags import words as say
from tabard.vocab.words import is_word

LONGEST = 300  # characters shown of one value; the whole stands in the original
# Characters that hide, or turn the order of what is read; line ends and tabs are none of them.
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Unread:
    """One value: what it is called, what was sent, why it was not taken; `id` of its control, if it has one."""

    label: str
    sent: str
    sentence: str
    next_step: str
    id: str = ""


def plainly(text: str) -> str:
    """The text with every character that hides, or turns the reading order, written as its number."""
    return UNSEEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", unicodedata.normalize("NFC", text))


def short(text: str) -> str:
    """As much of a value as a line of the page holds."""
    seen = plainly(text)
    return seen if len(seen) <= LONGEST else seen[: LONGEST - 1] + "…"


def unread(mended: Mended, problems: Iterable[Problem], form: ReportForm) -> list[Unread]:
    """Those with a field first, as the form itself refuses them; then those that it has no place for."""
    labels, wrong = labels_of(form), {problem.field: problem for problem in problems}
    shown = [
        _line(wrong.get(name) or Problem(name, part.code, part.limit), part.sent, labels)
        for name, part in mended.in_form
    ]
    beyond = [Problem(part.name, part.code, part.limit) for part in mended.beyond]
    return [*shown, *(_line(each, part.sent, {}) for each, part in zip(beyond, mended.beyond, strict=True))]


def strange(typed: Typed, problems: Iterable[Problem], mended: Mended, form: ReportForm) -> list[Unread]:
    """What the form itself refuses of what was sent: a word of no list, a day in the future."""
    there, labels = {name for name, _ in mended.in_form}, labels_of(form)
    found = [problem for problem in problems if problem.field not in there]
    return [_line(problem, ", ".join(typed.get(problem.field, ())), labels) for problem in found]


def _line(problem: Problem, sent: str, labels: Mapping[str, str]) -> Unread:
    known, last = problem.field in labels, problem.field.rpartition(".")[2]
    label = labels[problem.field] if known else short(problem.field)[:60]
    found = fault(problem, say.word("fact", last) if known and is_word("fact", last) else label)
    return Unread(label, short(sent), found.sentence, found.next_step, found.id if known else "")


def labels_of(form: ReportForm) -> Mapping[str, str]:
    """What each field of the form is called."""
    groups = [*form.people, *(group for fold in form.folds for group in fold.groups)]
    within = [control for one in groups for control in (*one.controls, *one.more, *one.days)]
    folded = [control for fold in (form.span, *form.folds) for control in fold.controls]
    plain = [*form.what, *form.when, *form.where, form.words]
    return {control.name: control.label for control in (*within, *folded, *plain)}
