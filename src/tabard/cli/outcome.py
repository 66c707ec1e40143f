"""What became of a batch, for people and for programs: numbers that add up, reasons, and how to mend."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tabard.incidents.models import Incident
from tabard.intake.models import Batch, Row
from tabard.vocab.catalogue import message, next_step

SHOWN = 50


def told(batch: Batch) -> dict[str, Any]:
    """What became of a batch, in numbers that add up."""
    effects = dict(batch.effects)
    held, rejected = effects.pop("held", 0), effects.pop("rejected", 0)
    return {
        "batch": batch.pk,
        "original": batch.original,
        "collection": batch.collection,
        "as_of": batch.as_of.isoformat(),
        "rows": batch.rows_total,
        "accepted": sum(effects.values()),
        "held": held,
        "rejected": rejected,
        "effects": effects,
        "withdrawn": batch.withdrawn,
        "withdrawals_held": len(batch.withdrawals_held),
        "not_carried": batch.lost,
        "discrepancies": discrepancies(batch),
        "not_accepted": [
            {"row": row.number, "state": row.state, "notes": [_told_note(row, note) for note in row.notes]}
            for row in Row.objects.filter(batch=batch).exclude(state="accepted").order_by("number")
        ],
    }


def discrepancies(batch: Batch) -> dict[str, int]:
    """In how many of the accepted rows something does not agree, by code; the most frequent first."""
    found: Counter[str] = Counter()
    noted = Row.objects.filter(batch=batch, state="accepted").exclude(notes=[])
    for notes in noted.values_list("notes", flat=True).iterator(chunk_size=2000):
        found.update({note["code"] for note in notes})
    return dict(found.most_common())


def _told_note(row: Row, note: dict[str, Any]) -> dict[str, Any]:
    said = {"message": _sentence(message, row, note), "next_step": _sentence(next_step, row, note)}
    return {"code": note["code"], "field": note.get("field", ""), **said}


def _sentence(part: Any, row: Row, note: dict[str, Any]) -> str:
    return str(part(note["code"], "en", field=note.get("field") or "the row", row=row.number))


def reasons(row: Row) -> list[str]:
    """Why a row is what it is, and what to do, each with the numbers that clash."""
    return [_reason(row, note) for note in row.notes]


def _reason(row: Row, note: dict[str, Any]) -> str:
    numbers = ", ".join(str(value) for value in note.get("values", ()))
    said, step = _sentence(message, row, note), _sentence(next_step, row, note)
    return f"{said}{f' ({numbers})' if numbers else ''} {step}"


def report(batch: Batch, found: dict[str, Any], show_held: bool) -> str:
    """The same as text."""
    effects = ", ".join(f"{count} {name}" for name, count in sorted(found["effects"].items()) if count)
    lines = [
        f"{found['rows']} rows: {found['accepted']} accepted ({effects or 'none'}), "
        f"{found['held']} held, {found['rejected']} rejected. {found['withdrawn']} withdrawn.",
        f"Batch {batch.pk}, original {batch.original}.",
    ]
    if found["withdrawals_held"]:
        lines.append(_withdrawals(batch, found["withdrawals_held"]))
    if found["discrepancies"]:
        lines.append("Accepted rows with something that does not agree:")
        lines += [f"  {count} rows: {code}" for code, count in found["discrepancies"].items()]
    if found["not_carried"]:
        columns = ", ".join(f"{name} ({count})" for name, count in found["not_carried"])
        lines.append(f"Not carried over, kept in the original only: {columns}.")
    return "\n".join(lines + (_not_accepted(batch) if show_held else []))


def _withdrawals(batch: Batch, count: int) -> str:
    same = {"collection_id": batch.collection, "owner": batch.owner, "source": batch.source}
    total = Incident.objects.filter(**same).exclude(source_key=None).count()
    sentences = (part("withdrawals_held", "en", count=count, total=total) for part in (message, next_step))
    return " ".join([*sentences, f"To confirm: tabard confirm {batch.pk}"])


def _not_accepted(batch: Batch) -> list[str]:
    rows = Row.objects.filter(batch=batch).exclude(state="accepted").order_by("number")
    lines = [f"  row {row.number} {row.state}: {' '.join(reasons(row))}" for row in rows[:SHOWN]]
    if (more := rows.count() - SHOWN) > 0:
        lines.append(f"  and {more} rows more; --json lists them all.")
    if (first := rows.filter(state="held").first()) is not None:
        lines.append(f'To mend a held row: tabard mend {batch.pk} {first.number} --set "Column=Value"')
    return lines
