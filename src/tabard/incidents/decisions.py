"""Writing a decision down: reasons that go with it, the note beside it, what the desk owes from then on.

Only the verbs of `reviewing` and `splitting` use it, inside an act."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from tabard.access.door import announce, record
from tabard.access.models import Account
from tabard.incidents import standing
from tabard.incidents.models import Current, Incident, Link, Note, Review, Revision
from tabard.rules.canonical import salted
from tabard.rules.refusals import Refused
from tabard.vocab.words import is_word, words

LONGEST = 2_000  # characters of a note


@dataclass(frozen=True)
class Why:
    """The reason of a decision, the note beside it, and the act that it is a part of."""

    reason: str
    note: str = ""
    act: str = ""


@dataclass(frozen=True)
class Came:
    """What came of a decision: a revision, a link; or the decision that it takes back."""

    made: int | None = None
    link: Link | None = None
    voids: Review | None = None


def held(incident: Incident, expected: int | None = None) -> Revision:
    """The revision that holds, while nobody else can revise; refused when another one was expected."""
    Incident.objects.select_for_update(no_key=True).get(pk=incident.pk)
    found = next(standing.latest_of([incident.pk]), None)
    if found is None:
        raise Refused("not_found")
    if expected is not None and expected != found.number:
        raise Refused("changed_meanwhile")
    return found


def last(incident: Incident) -> Revision:
    """The revision that holds; where none does any more, the last that was made."""
    found = next(standing.latest_of([incident.pk]), None)
    return found or Revision.objects.filter(incident=incident).latest("number")


def state(incident: Incident) -> str:
    """What the desk owes it (list `review_state`), as of now."""
    return Current.objects.values_list("review", flat=True).get(pk=incident.pk)


def decide(
    account: Account, incident: Incident, kind: str, why: Why, told: Revision, came: Came | None = None
) -> Review:
    """Write the decision on this revision down, and keep the index right."""
    came = came or Came()
    _check(kind, why, undoing=came.voids is not None)
    note, note_hash = _note(incident, why.note.strip())
    review = Review.objects.create(
        incident=incident,
        number=told.number,
        kind=kind,
        reason=why.reason,
        note=note,
        note_hash=note_hash,
        by=account.pk,
        decided_at=datetime.now(UTC),
        act=why.act,
        made=came.made,
        link=came.link,
        voids=came.voids,
    )
    standing.refresh([incident.pk])
    record(
        "incidents:incident:review",
        f"incident:{incident.pk}",
        kind=kind,
        reason=why.reason,
        number=told.number,
        undone=came.voids.pk if came.voids else "",
    )
    announce("incident_reviewed", incident=incident.pk)
    return review


def reasons(kind: str) -> list[str]:
    """The reasons that go with a kind of decision."""
    kind = "split" if kind == "split_off" else kind
    return [code for code, word in words("review_reason").items() if kind in word.extra["kinds"].split()]


def reasons_to_undo() -> list[str]:
    """The reasons that go with taking any decision back."""
    return reasons("unlinked")


def _check(kind: str, why: Why, *, undoing: bool) -> None:
    if not is_word("review_kind", kind):
        raise Refused("unknown_word", field="kind")
    if why.reason not in (reasons_to_undo() if undoing else reasons(kind)):
        raise Refused("unknown_word", field="reason")
    if len(why.note) > LONGEST:
        raise Refused("too_long", field="note", limit=LONGEST)
    if "\0" in why.note:
        raise Refused("bad_value", field="note")


def _note(incident: Incident, text: str) -> tuple[str, str]:
    if not text:
        return "", ""
    salt = secrets.token_hex(16)
    kept = Note.objects.create(incident=incident.pk, salt=salt, text=text)
    return kept.pk, salted(salt, text)
