"""A report that nobody could code, put right in the form: it becomes the incident, of the original that was sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tabard.access.models import Account
from tabard.desk.choices import Choices, choices
from tabard.desk.form.mending import Mended, known_at, said
from tabard.desk.form.reading import with_a_source
from tabard.desk.form.typed import Typed, one
from tabard.desk.reporting import Head, head_of, written
from tabard.formats.report import Told
from tabard.incidents import held
from tabard.incidents.models import Collection, Incident
from tabard.intake.models import Taken
from tabard.people.models import Organisation
from tabard.rules.ids import ulid


def where(by: Account, taken: Taken) -> Choices:
    """Into which collection, for which organisation: where its sender wanted it, else where one may report."""
    found = choices(by)
    if taken.collection:
        found = replace(found, collections=list(Collection.objects.filter(pk=taken.collection)))
    if taken.owner:
        found = replace(found, owners=list(Organisation.objects.filter(pk=taken.owner)), may_own_none=False)
    return found


def begun(mended: Mended, taken: Taken, among: Choices) -> Typed:
    """The form as it opens, wherever its sender wanted it."""
    first = among.collections[0].pk if among.collections else ""
    heads = {
        "collection": taken.collection or one(mended.form, "collection") or first,
        "owner": taken.owner or one(mended.form, "owner") or among.first_owner,
        "sensitivity": one(mended.form, "sensitivity") or "internal",
    }
    return {**mended.form, **{name: (value,) for name, value in heads.items() if value}}


def head(mended: Mended, form: Typed) -> Head:
    """The head of the form; its key is that of the report, if it had one, whatever came back with the form."""
    found = head_of({**form, "key": (mended.id or ulid(),)})
    return replace(found, key=mended.id, known_at=known_at(mended, form, found.known_at))


def take_in(by: Account, taken: Taken, head: Head, told: Told) -> Incident:
    """Enter it; refused where somebody else has dealt with it meanwhile."""
    return held.take_up(by=by, taken=taken, data=written(head, with_a_source(told)))


def sent_elsewhere(mended: Mended, taken: Taken) -> Sequence[tuple[str, str]]:
    """Where the report itself says that it belongs, as far as that is not where it was sent."""
    stated = {name: one(mended.form, name) for name in ("collection", "owner")}
    return [(name, code) for name, code in stated.items() if code and getattr(taken, name) not in ("", code)]


__all__ = ["begun", "head", "said", "sent_elsewhere", "take_in", "where"]
