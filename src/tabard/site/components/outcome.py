"""What became of an import and of each of its rows, in numbers that add up and in plain words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from tabard.incidents.models import Current, Incident
from tabard.intake.models import Batch, Row
from tabard.site.templatetags.words import vocabulary_language
from tabard.vocab import catalogue

EFFECTS = ("new", "revised", "unchanged", "additional", "reinstated")


@dataclass(frozen=True)
class Told:
    """An import in numbers: accepted + held + rejected = rows."""

    rows: int
    rows_total: int | None
    accepted: int
    held: int
    rejected: int
    effects: list[tuple[str, int]]
    withdrawn: int
    withdrawals_held: int
    withdrawals_message: str
    ended: bool
    failure: str
    failure_next: str


@dataclass(frozen=True)
class ToldRow:
    """One row: its notes as sentences, each with what to do next."""

    number: int
    key: str
    state: str
    effect: str
    notes: list[tuple[str, str]]


def told(batch: Batch, rows: int | None = None) -> Told:
    """An import; `rows` is how far it has got while it is being read."""
    effects = dict(batch.effects)
    held, rejected = effects.pop("held", 0), effects.pop("rejected", 0)
    waiting = len(batch.withdrawals_held)
    language = vocabulary_language()
    return Told(
        rows=batch.rows_done if rows is None else rows,
        rows_total=batch.rows_total,
        accepted=sum(effects.values()),
        held=held,
        rejected=rejected,
        effects=[(name, effects[name]) for name in EFFECTS if effects.get(name)],
        withdrawn=batch.withdrawn,
        withdrawals_held=waiting,
        withdrawals_message=_withdrawals(batch, waiting, language),
        ended=batch.state not in ("waiting", "reading"),
        failure=_failure(batch, catalogue.message, language),
        failure_next=_failure(batch, catalogue.next_step, language),
    )


def told_row(row: Row) -> ToldRow:
    """One row with its notes in the reader's language."""
    key = "" if row.key.startswith("=") else row.key
    return ToldRow(row.number, key, row.state, row.effect, [_note(row, note) for note in row.notes])


def _withdrawals(batch: Batch, waiting: int, language: str) -> str:
    """Out of how many: the source's records on the register, not the rows of this file."""
    if not waiting:
        return ""
    own = Incident.objects.filter(collection=batch.collection, owner=batch.owner, source=batch.source)
    held = Current.objects.filter(incident__in=own.exclude(source_key=None)).exclude(standing="withdrawn")
    return catalogue.message("withdrawals_held", language, count=waiting, total=max(held.count(), waiting))


def _failure(batch: Batch, say: Callable[..., str], language: str) -> str:
    """Only the code of a failure is kept, so what it was about is named in general."""
    if not batch.failure:
        return ""
    code = "a_row_too_long" if batch.failure == "row_too_long" else batch.failure
    return say(
        code,
        language,
        format=batch.format.upper(),
        field=gettext("a column"),
        limit=gettext("number of bytes or rows"),
    )


def _note(row: Row, note: dict[str, Any]) -> tuple[str, str]:
    """The numbers that clash stand behind the sentence."""
    language = vocabulary_language()
    fields = {"field": note.get("field") or "–", "row": row.number}
    numbers = ", ".join(str(value) for value in note.get("values", ()))
    sentence = catalogue.message(note["code"], language, **fields)
    return (f"{sentence} ({numbers})" if numbers else sentence), catalogue.next_step(
        note["code"], language, **fields
    )
