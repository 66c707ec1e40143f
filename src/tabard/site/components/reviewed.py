"""What the desk decided on one incident, and what it may decide now, put into words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from tabard.access import policy
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.incidents.actions import keys_of
from tabard.incidents.decisions import reasons, reasons_to_undo
from tabard.incidents.likely import Likely, likely, unlinked
from tabard.incidents.models import Current, Incident, Note, Review
from tabard.incidents.words import may_read
from tabard.rules.canonical import incident_from
from tabard.rules.facts import Incident as Facts
from tabard.rules.missing import missing
from tabard.site.templatetags import words as say
from tabard.vocab import words

# What the button of a decision says: the word of the list tells what was done, this what to do.
DO = {
    "verified": _("Verify"),
    "coded": _("Coding is finished"),
    "held": _("Hold"),
    "released": _("Release"),
    "asked_back": _("Ask back"),
    "linked": _("Link"),
    "counted_as": _("Count as another"),
    "withdrawn": _("Withdraw"),
    "split": _("Split"),
}
Choices = list[tuple[str, str]]
# kind of decision -> the key that opens its form
KEYS = {
    "verified": "v",
    "coded": "c",
    "held": "h",
    "asked_back": "a",
    "released": "r",
    "linked": "l",
    "counted_as": "d",
    "withdrawn": "w",
}


@dataclass(frozen=True)
class Form:
    """One decision that may be taken now: what its form asks beside a reason and a note."""

    kind: str
    key: str
    do: Any
    reasons: Choices
    open: bool = False
    certainty: Choices = field(default_factory=list)
    links: Choices = field(default_factory=list)
    asks_another: bool = False
    is_question: bool = False


@dataclass(frozen=True)
class Decided:
    """One decision: who, why, and whether it still stands."""

    review: Review
    by: str
    note: str
    erased: bool
    voided: bool
    may_undo: bool


@dataclass(frozen=True)
class Reviewed:
    """All of the panel."""

    state: str
    since: datetime | None
    number: int
    missing: tuple[str, ...]
    decided: list[Decided]
    forms: list[Form]
    may_split: bool
    undo: Choices
    likely: list[Likely]
    may: bool
    typed: Mapping[str, str]

    @property
    def opened(self) -> bool:
        """Whether a form stands open, and says itself what was refused."""
        return any(form.open for form in self.forms)


def reviewed(
    incident: Incident, by: Account, *, do: str = "", typed: Mapping[str, str] | None = None
) -> Reviewed:
    """The panel for an incident that the account was found to see; `do` names the form that stands open."""
    row = Current.objects.select_related("revision").get(pk=incident.pk)
    told = incident_from(row.revision.facts)
    may = policy.may(by, Permission.INCIDENT_REVIEW, keys_of(incident))
    return Reviewed(
        state=row.review,
        since=datetime.fromisoformat(row.waiting_since) if row.waiting_since else None,
        number=row.number,
        missing=missing(told),
        decided=_decided(incident, by, may=may),
        forms=list(_forms(row, do)) if may else [],
        may_split=may and row.standing == "counted" and _divisible(told),
        undo=choices(reasons_to_undo()),
        likely=unlinked(incident, likely(by, row)),
        may=may,
        typed=typed or {},
    )


def _forms(row: Current, do: str) -> Iterator[Form]:
    for kind in _offered(row):
        yield Form(
            kind,
            KEYS[kind],
            DO[kind],
            choices(reasons(kind)),
            open=kind == do,
            certainty=labels("certainty") if kind == "verified" else [],
            links=labels("link_kind") if kind == "linked" else [],
            asks_another=kind in ("linked", "counted_as"),
            is_question=kind == "asked_back",
        )


def _offered(row: Current) -> Iterator[str]:
    """What makes sense in its state; everything else the verbs would refuse."""
    if row.standing != "counted":
        yield "linked"
        return
    yield "verified"
    if row.review not in ("coded", "verified"):
        yield "coded"
    yield "released" if row.review in ("held", "asked") else "held"
    yield from ("asked_back", "linked", "counted_as", "withdrawn")


def _divisible(told: Facts) -> bool:
    return not told.margins and len(told.harm) + len(told.objects) > 1


def _decided(incident: Incident, by: Account, *, may: bool) -> list[Decided]:
    """Newest first; a note only to whoever reads words, which the page's audit line says already."""
    rows = list(
        Review.objects.filter(incident=incident).select_related("link").order_by("-decided_at", "-pk")
    )
    names = dict(Account.objects.filter(pk__in={row.by for row in rows}).values_list("pk", "name"))
    notes = _notes(rows) if may_read(by, incident) else {}
    voided = {row.voids_id for row in rows if row.voids_id}
    return [_one(row, names, notes, voided, may=may) for row in rows]


def _one(
    row: Review, names: Mapping[str, str], notes: Mapping[str, str], voided: set[str], *, may: bool
) -> Decided:
    stands = row.voids_id is None and row.pk not in voided
    return Decided(
        review=row,
        by=names.get(row.by, ""),
        note=notes.get(row.note, ""),
        erased=bool(row.note and notes and row.note not in notes),
        voided=row.pk in voided,
        may_undo=may and stands and row.kind != "split_off",
    )


def _notes(rows: Sequence[Review]) -> dict[str, str]:
    return dict(Note.objects.filter(pk__in={row.note for row in rows if row.note}).values_list("pk", "text"))


def choices(codes: Sequence[str]) -> Choices:
    """Reasons with their labels."""
    return [(code, say.word("review_reason", code)) for code in codes]


def labels(list_code: str) -> Choices:
    """The words of a list with their labels."""
    return [(code, say.word(list_code, code)) for code in words.words(list_code)]
