"""What somebody was about to report, added to an incident that is there already, as a draft of its edit."""

from __future__ import annotations

from tabard.access import policy
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.desk import drafts, editing
from tabard.desk.form.filling import claims
from tabard.desk.form.reading import claimed, read
from tabard.desk.form.typed import NAME, Typed, numbers, one
from tabard.desk.models import Draft
from tabard.incidents.actions import keys_of
from tabard.incidents.models import Incident

NOT_TAKEN = ("key", "expected", "base", "collection", "owner", "sensitivity", "known_on", "days_off")
WHEN = ("first_day", "last_day", "date_precision")


def add_to(by: Account, incident: Incident, mine: Typed) -> Draft:
    """The incident's own form with what only mine says, my words behind its words, and me as one more source.

    Its groups of people stay as they are: two reports of one event must not add up."""
    policy.require(by, Permission.INCIDENT_REVISE, keys_of(incident))
    form = joined(editing.standing(by, incident).form, mine)
    return drafts.keep(by=by, form={**form, "key": mine["key"]}, incident=incident.pk)


def joined(theirs: Typed, mine: Typed) -> Typed:
    """Both forms in one; nothing of theirs is overwritten."""
    left_out = (*NOT_TAKEN, *(WHEN if one(theirs, "first_day") else ()))
    plain = {
        name: values for name, values in mine.items() if not NAME.fullmatch(name) and name not in left_out
    }
    people = {} if numbers(theirs, "h") else dict(_group(mine, "h"))
    words = "\n\n".join(filter(None, (one(theirs, "details"), one(mine, "details"))))
    both = plain | people | dict(theirs) | dict(_source(theirs, mine))
    return {name: values for name, values in (both | {"details": (words,)}).items() if any(values)}


def _group(form: Typed, letter: str) -> Typed:
    return {
        name: values
        for name, values in form.items()
        if (found := NAME.fullmatch(name)) and found[1] == letter
    }


def _source(theirs: Typed, mine: Typed) -> Typed:
    """One more source: what mine says of itself, and the numbers that my own report claims."""
    number = max(numbers(theirs, "s"), default=-1) + 1
    said = {name.partition(".")[2]: values for name, values in mine.items() if name.startswith("s0.")}
    counted = claims(claimed(read(mine).told.facts.harm))
    whole = {"kind": ("other",), **said, "was": ("new",), "claims": (counted,)}
    return {f"s{number}.{name}": values for name, values in whole.items()}
