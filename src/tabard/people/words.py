"""An organisation's own words: which are offered, what each counts as, what people read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime

from django.db.models import Q, QuerySet

from tabard.people.models import Organisation, Word
from tabard.vocab.words import label as shipped_label


def usable(owner: str, on: date | None = None) -> QuerySet[Word]:
    """The words that an organisation may use on a day: its own, those of the organisations above it, everybody's."""
    day = on or datetime.now(UTC).date()
    in_force = Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gte=day))
    return Word.objects.filter(in_force, owner__in=["", *_line(owner)])


def _line(owner: str) -> list[str]:
    """An organisation's id and those of all above it, nearest first."""
    found: list[str] = []
    at = Organisation.objects.filter(pk=owner).first() if owner else None
    while at is not None and at.pk not in found:
        found.append(at.pk)
        at = at.parent
    return found


def offered(list_code: str, owner: str, language: str) -> list[tuple[str, str, str]]:
    """For a form: code, label in the language, and the shipped word under which it stands."""
    rows = usable(owner).filter(list=list_code)
    return sorted(((row.code, label(row, language), row.parent) for row in rows), key=lambda each: each[1])


def offered_by_list(owner: str, language: str) -> Mapping[str, list[tuple[str, str, str]]]:
    """The same for every list at once."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for row in usable(owner):
        found.setdefault(row.list, []).append((row.code, label(row, language), row.parent))
    return {name: sorted(rows, key=lambda each: each[1]) for name, rows in found.items()}


def label(word: Word, language: str) -> str:
    """What people read: in their language, else in English, else in any."""
    texts = word.labels
    return str(texts.get(language) or texts.get("en") or next(iter(texts.values()), word.code))


def found(pairs: Collection[tuple[str, str]], owner: str) -> Mapping[tuple[str, str], Word]:
    """Of these (list, code), the words that the organisation may use today; the nearest owner's first."""
    if not pairs:
        return {}
    wanted = {code for _, code in pairs}
    line = {pk: at for at, pk in enumerate([*_line(owner), ""])}
    rows = sorted(usable(owner).filter(code__in=wanted), key=lambda row: -line[row.owner])
    return {(row.list, row.code): row for row in rows if (row.list, row.code) in set(pairs)}


def by_id(ids: Iterable[str]) -> Mapping[str, Word]:
    """Words by the ids that facts carry, retired ones too."""
    return Word.objects.in_bulk(list(ids))


def named(ids: Collection[str], language: str) -> list[str]:
    """For a page: `Own word (shipped word)` of each id."""
    words = by_id(ids).values() if ids else ()
    return [f"{label(w, language)} ({shipped_label(w.list, w.parent, language)})" for w in words]
