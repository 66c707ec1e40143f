"""Which incidents wait for word to next of kin, and what may not leave by any route while one does.

Records of public sources are free: what AWSD and KIKA print, everybody has read. So are invented ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from django.db.models import Q

from tabard.incidents.models import Collection, Current, Incident, Revision, Told
from tabard.incidents.writer import Entry
from tabard.rules import facts
from tabard.rules.kin import FREE as FREE
from tabard.rules.kin import SETTLED as SETTLED
from tabard.rules.kin import SETTLES, Toll, Word, restored, toll, waits, withheld
from tabard.rules.kin import WAITS as WAITS
from tabard.rules.refusals import Refused

PUBLIC_SOURCES = ("awsd", "kika")
# Columns of an export that carry a name, a nationality or an employer: blank while next of kin wait.
COLUMNS = frozenset({"source_key", "organisation", "local", "international"})


def under_embargo(prefix: str = "") -> Q:
    """The condition over `Current` for what must not leave whole."""
    return Q(**{f"{prefix}kin": WAITS})


def may_leave(prefix: str = "") -> Q:
    """The condition for what may: as a plain join where the row asked for stands beside `Current`."""
    return Q(**{f"{prefix}kin__in": (FREE, SETTLED)})


def holds(incident: Incident) -> bool:
    """Whether next of kin of somebody in it still have to be told."""
    current = getattr(incident, "current", None)
    return current is not None and current.kin == WAITS


def waiting(incidents: Iterable[str]) -> frozenset[str]:
    """Of these incidents by id, those that wait."""
    found = Current.objects.filter(under_embargo(), pk__in=list(incidents))
    return frozenset(found.values_list("pk", flat=True))


def require_told(incident: Incident) -> None:
    """Refuse while next of kin wait: for files, of which nobody knows what they show, whoever asks for them."""
    if holds(incident):
        raise Refused("next_of_kin_wait")


def leaving(incident: Incident, entry: Entry) -> Entry:
    """What may leave of an entry: all of it, or while next of kin wait no name, nationality or employer.

    For every answer of a machine and every file; the screen of who may read it is not a route."""
    if not holds(incident):
        return entry
    return replace(entry, facts=withheld(entry.facts), texts=facts.Texts(), original="")


def arriving(incident: Incident, entry: Entry, held: facts.Incident) -> Entry:
    """The way back of `leaving`: a revision by who was given less says about the rest what was held before."""
    return replace(entry, facts=restored(entry.facts, held)) if holds(incident) else entry


def owner_leaving(incident: Incident) -> str:
    """The owner's id, or nothing while next of kin wait: an owner is most often the employer."""
    return "" if holds(incident) else incident.owner


def states(held: Sequence[tuple[Revision, facts.Incident]]) -> Mapping[str, str]:
    """For the index: what each incident owes next of kin, from the facts that hold and the words that stand."""
    grave = {revision.incident_id: told for revision, told in held if _may_wait(revision, told)}
    if not grave:
        return {}
    examples = set(Collection.objects.filter(is_example=True).values_list("pk", flat=True))
    shown = {revision.incident_id for revision, _ in held if revision.incident.collection_id in examples}
    words = words_to(grave)
    return {pk: _state(told, words.get(pk, ())) for pk, told in grave.items() if pk not in shown}


def words_to(incidents: Iterable[str]) -> dict[str, list[Word]]:
    """The words to next of kin that stand, by incident."""
    rows = Told.objects.filter(incident_id__in=list(incidents), whom__in=SETTLES, voids=None, voided_by=None)
    found: dict[str, list[Word]] = {}
    for row in rows:
        found.setdefault(row.incident_id, []).append(Word(Toll(row.persons, row.died), row.subject))
    return found


def _may_wait(revision: Revision, told: facts.Incident) -> bool:
    return revision.incident.source not in PUBLIC_SOURCES and toll(told).persons > 0


def _state(told: facts.Incident, words: Sequence[Word]) -> str:
    return WAITS if waits(told, words) else SETTLED
