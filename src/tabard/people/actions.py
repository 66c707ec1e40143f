"""Verbs of this room: entering, renaming, placing and closing an organisation; keeping words of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime

from tabard.access.door import action, record
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.people.models import Organisation, Word
from tabard.rules.refusals import Refused
from tabard.vocab.words import LANGUAGES, is_word

# The lists under whose words an organisation may have its own. Not those that counting itself rests on.
LISTS = (
    "cause", "means", "context", "setting", "actor", "motive", "targeting", "function", "contract",
    "object_kind", "medical", "programme", "breach",
)  # fmt: skip
LONGEST_NAME = 200
LONGEST_LABEL = 80
CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")


def _name(name: str) -> str:
    kept = " ".join(name.split())
    if not 0 < len(kept) <= LONGEST_NAME:
        raise Refused("bad_value", field="name")
    return kept


@action(Permission.ORGANISATION_CREATE)
def create_organisation(
    *, by: Account, name: str, kind: str, parent: Organisation | None = None, example: bool = False
) -> Organisation:
    """A new organisation of a kind from the list `org_type`."""
    if not is_word("org_type", kind):
        raise Refused("unknown_word", field="kind")
    made = Organisation.objects.create(name=name, kind=kind, parent=parent, is_example=example)
    record("people:organisation:create", made.scope_key, kind=kind)
    return made


def _of_organisation(*, organisation: Organisation, **_: object) -> tuple[str, ...]:
    return (organisation.scope_key,)


@action(Permission.ORGANISATION_CHANGE, about=_of_organisation)
def rename_organisation(*, by: Account, organisation: Organisation, name: str) -> None:
    """Give it another name; its id, which everything else speaks of, stays."""
    kept = _name(name)
    if Organisation.objects.filter(name=kept).exclude(pk=organisation.pk).exists():
        raise Refused("name_taken")
    organisation.name = kept
    organisation.save(update_fields=["name"])
    record("people:organisation:rename", organisation.scope_key)


@action(Permission.ORGANISATION_CHANGE, about=_of_organisation)
def place_organisation(*, by: Account, organisation: Organisation, parent: Organisation | None) -> None:
    """Put it under another one, or under none; never under itself or one of its own parts."""
    if parent is not None and organisation.pk in _above(parent):
        raise Refused("bad_value", field="parent")
    organisation.parent = parent
    organisation.save(update_fields=["parent"])
    record("people:organisation:place", organisation.scope_key, parent=parent.pk if parent else None)


def _above(one: Organisation) -> set[str]:
    """An organisation and all that it is a part of."""
    found: set[str] = set()
    at: Organisation | None = one
    while at is not None and at.pk not in found:
        found.add(at.pk)
        at = at.parent
    return found


@action(Permission.ORGANISATION_CHANGE, about=_of_organisation)
def close_organisation(*, by: Account, organisation: Organisation, open_again: bool = False) -> None:
    """Enter nothing new under it, or open it again; what is there stays, and stays visible."""
    organisation.closed_on = None if open_again else datetime.now(UTC).date()
    organisation.save(update_fields=["closed_on"])
    verb = "people:organisation:open" if open_again else "people:organisation:close"
    record(verb, organisation.scope_key)


def _of_owner(*, owner: str = "", **_: object) -> tuple[str, ...]:
    return (f"org:{owner}",) if owner else ()


@action(Permission.WORD_KEEP, about=_of_owner)
def add_word(
    *,
    by: Account,
    list_code: str,
    code: str,
    parent: str,
    labels: Mapping[str, str],
    owner: str = "",
    valid_from: date | None = None,
) -> Word:
    """A word of one's own under a word of a shipped list; without an owner, everybody's here."""
    if list_code not in LISTS:
        raise Refused("unknown_word", field="list")
    if not is_word(list_code, parent):
        raise Refused("unknown_word", field="parent")
    if not CODE.fullmatch(code):
        raise Refused("bad_value", field="code")
    if is_word(list_code, code) or Word.objects.filter(owner=owner, list=list_code, code=code).exists():
        raise Refused("word_taken")
    if owner and not Organisation.objects.filter(pk=owner).exists():
        raise Refused("unknown_word", field="owner")
    kept, starts = _labels(labels), valid_from or datetime.now(UTC).date()
    made = Word.objects.create(
        owner=owner, list=list_code, code=code, parent=parent, labels=kept, valid_from=starts
    )
    record("people:word:add", f"word:{made.pk}", list=list_code, parent=parent, owner=owner)
    return made


def _labels(labels: Mapping[str, str]) -> dict[str, str]:
    kept = {language: " ".join(text.split()) for language, text in labels.items()}
    kept = {language: text for language, text in kept.items() if text}
    if not kept or not kept.keys() <= set(LANGUAGES) or any(len(t) > LONGEST_LABEL for t in kept.values()):
        raise Refused("bad_value", field="label")
    return kept


def _of_word(*, word: Word, **_: object) -> tuple[str, ...]:
    return _of_owner(owner=word.owner)


@action(Permission.WORD_KEEP, about=_of_word)
def label_word(*, by: Account, word: Word, labels: Mapping[str, str]) -> None:
    """Call it otherwise; what it counts as never changes."""
    word.labels = _labels(labels)
    word.save(update_fields=["labels"])
    record("people:word:label", f"word:{word.pk}")


@action(Permission.WORD_KEEP, about=_of_word)
def retire_word(*, by: Account, word: Word, last_day: date | None = None) -> None:
    """Offer it no more from the day after; records that use it keep it, and its code is not used again."""
    if word.valid_to is not None:
        raise Refused("nothing_to_undo")
    ends = last_day or datetime.now(UTC).date()
    if ends < word.valid_from:
        raise Refused("bad_date", field="valid_to")
    word.valid_to = ends
    word.save(update_fields=["valid_to"])
    record("people:word:retire", f"word:{word.pk}")
