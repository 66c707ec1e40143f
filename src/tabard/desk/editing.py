"""Editing one incident: the form as the editor may see it, and a revision of what really changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from tabard.access.models import Account
from tabard.desk.form.filling import fill, settled
from tabard.desk.form.reading import Said, read
from tabard.desk.form.typed import Typed
from tabard.formats.report import Told
from tabard.incidents import actions, words
from tabard.incidents.entries import entry_of
from tabard.incidents.local import with_own, with_parents
from tabard.incidents.models import Incident, Revision
from tabard.incidents.writer import Entry
from tabard.rules.canonical import canonical
from tabard.rules.refusals import Refused


@dataclass(frozen=True)
class Standing:
    """What holds of an incident at one of its revisions, as one editor may see it."""

    incident: Incident
    held: Revision
    last: int  # the number of the last revision, which an edit must still find there
    entry: Entry
    hidden: bool

    @property
    def told(self) -> Told:
        return Told(self.entry.facts, self.entry.position, self.entry.texts, self.entry.sources)

    @property
    def shown(self) -> Told:
        """The same in words of the owner's own, where it has some."""
        return replace(self.told, facts=with_own(self.told.facts, self.incident.owner))

    @property
    def form(self) -> Typed:
        """The form filled in; `expected` and `base` say what it was filled from."""
        heads = {"expected": (str(self.last),), "base": (str(self.held.number),)}
        return {**fill(self.shown, hidden=self.hidden), **heads}


def standing(by: Account, incident: Incident, number: int | None = None) -> Standing:
    """What holds now, or what a revision said by its number. That words and places were read is recorded."""
    rows = Revision.objects.filter(incident=incident)
    current = incident.current.revision_id
    held = rows.filter(pk=current).first() if number is None else rows.filter(number=number).first()
    if held is None or held.reason == "void":
        raise Refused("not_found")
    last = rows.order_by("-number").values_list("number", flat=True).first() or 0
    hidden = words.read(incident, [held], by=by) is None
    return Standing(incident, held, last, entry_of(held), hidden)


def said(now: Standing, form: Typed, *, today: date | None = None) -> Said:
    """What the form says of it, with what an unchanged or an unseen field keeps."""
    found = read(form, today=today)
    told = settled(found.told, now.shown, form, hidden=now.hidden)
    return Said(replace(told, facts=with_parents(told.facts, now.incident.owner)), found.problems)


def changed(now: Standing, told: Told) -> bool:
    """Whether the form says anything else than what stands."""
    return canonical(_plain(told)) != canonical(_plain(now.told))


def _plain(told: Told) -> list[object]:
    return [told.facts, told.position, told.texts, list(told.sources)]


def save(by: Account, now: Standing, told: Told, *, reason: str, expected: int) -> Revision | None:
    """A revision with what changed; none where nothing did. Words and place that stay are kept by reference."""
    if not changed(now, told):
        return None
    keeps = {"words"} if told.texts == now.told.texts else set()
    keeps |= {"place"} if told.position == now.told.position else set()
    entry = Entry(told.facts, told.position, told.texts, told.sources, now.entry.original)
    return actions.revise(
        by=by, incident=now.incident, entry=entry, reason=reason, expected=expected, keeps=keeps
    )
