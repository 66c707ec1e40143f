"""What is current: keeps the index tables `Current` and `Listing` in step with the revisions.

Both can be thrown away and rebuilt; a test shows that the rebuilt rows are the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from tabard.access.rows import insert_stated, insert_values
from tabard.incidents import kin
from tabard.incidents.facets import UNKNOWN, Answer, all_questions
from tabard.incidents.models import Current, Incident, Listing, Review, Revision
from tabard.rules import facts
from tabard.rules.batches import batched
from tabard.rules.canonical import incident_from
from tabard.rules.counting import said
from tabard.rules.reviewing import NOTHING_OWED, WAITING, Decision, Owed, owed
from tabard.rules.schemes import project
from tabard.vocab.schemes import scheme

BULK = 1000
NO_CATEGORY = "none"
SHOWN = {
    "died": "outcome",
    "injured": "outcome",
    "abducted": "outcome",
    "detained": "outcome",
    "local": "recruitment",
    "international": "recruitment",
    "female": "gender",
    "male": "gender",
}
REPEATED = "number date_precision setting cause means context actor motive certainty severity place".split()
STANDING = {"withdrawn": "withdrawn", "counted_as": "counted_as"}
Held = tuple[Revision, facts.Incident]  # what holds of an incident, and its facts


def refresh(incidents: Iterable[str]) -> None:
    """Make the index right again for these incidents."""
    for some in batched(sorted(set(incidents)), BULK):
        Current.objects.filter(incident_id__in=some).delete()
        Listing.objects.filter(incident_id__in=some).delete()
        latest = [(revision, incident_from(revision.facts)) for revision in latest_of(some)]
        _index(latest, decisions_on(some))


def begin(made: Sequence[Held]) -> None:
    """The index of incidents that are new, each with its one revision: nothing to look up, nobody decided yet."""
    _index(made, {})


def _index(latest: Sequence[Held], decided: Mapping[str, Sequence[Decision]]) -> None:
    families = kin.states(latest)
    insert_stated(
        Current, [_current(*held, decided.get(held[0].incident_id, ()), families) for held in latest]
    )
    # in the order of their indexes: rows that lie close together are written together
    insert_values(Listing, LISTED, sorted(row for held in latest for row in _listing(*held)))


def rebuild() -> int:
    """Throw the whole index away and make it again; the number of incidents looked at."""
    count = 0
    ids = Incident.objects.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=BULK)
    for some in batched(ids, BULK):
        refresh(some)
        count += len(some)
    return count


def latest_of(incidents: Sequence[str]) -> Iterator[Revision]:
    """The revision that holds today, one an incident: latest by (known_at, number), never a voided one."""
    found: dict[str, Revision] = {}
    standing = (
        Revision.objects.filter(incident_id__in=incidents, voided_by__isnull=True)
        .exclude(reason="void")
        .select_related("incident")
        .order_by("incident_id", "known_at", "number")
    )
    for revision in standing:
        found[revision.incident_id] = revision
    return iter(found.values())


def persons(told: facts.Incident) -> tuple[int | None, str]:
    """How many people an incident harmed, and on what basis: the stated total, else the sum of what is known."""
    for margin in told.margins:
        if margin.dimension == "total":
            return margin.n, margin.n_basis
    known = [harm.n for harm in told.harm if harm.n is not None]
    if len(known) < len(told.harm):
        return (sum(known), "at_least") if known else (None, "unknown")
    exact = all(harm.n_basis == "stated" for harm in told.harm)
    return sum(known), "stated" if exact else "estimate"


def decisions_on(incidents: Sequence[str]) -> dict[str, list[Decision]]:
    """The desk's decisions that stand, in their order, by incident."""
    rows = Review.objects.filter(incident_id__in=incidents, voids=None, voided_by=None)
    found: dict[str, list[Decision]] = {}
    for row in rows.order_by("decided_at", "pk"):
        found.setdefault(row.incident_id, []).append(Decision(row.kind, row.stands_on, row.decided_at))
    return found


def _owed(revision: Revision, decisions: Sequence[Decision]) -> Owed:
    """Records of a file answer to their source, those moved in at once to where they came from: the desk owes
    them nothing until it decides on one itself."""
    if revision.reason in STANDING or (revision.incident.source and not decisions):
        return Owed(NOTHING_OWED)
    reported = revision.incident.made_at
    return owed(decisions, reported=reported, held=revision.number, changed=revision.recorded_at)


def _current(
    revision: Revision, told: facts.Incident, decisions: Sequence[Decision], families: Mapping[str, str]
) -> dict[str, Any]:
    count, basis = persons(told)
    due = _owed(revision, decisions)
    return {
        "incident_id": revision.incident_id,
        "revision_id": revision.pk,
        "standing": STANDING.get(revision.reason, "counted"),
        "persons": count,
        "persons_basis": basis,
        "reference": revision.incident.reference,
        "source_key": revision.incident.source_key,
        "known_at": revision.known_at.astimezone(UTC).isoformat(),
        "last_day": day_text(revision.last_day),
        "review": due.state,
        "kin": families.get(revision.incident_id, kin.FREE),
        "waiting_since": instant_text(due.since) if due.since and due.state in WAITING else None,
        **{value: said(told, dimension, value) for value, dimension in SHOWN.items()},
        **{name: getattr(revision, name) for name in REPEATED},
        **_shared(revision),
    }


def day_text(day: date | None) -> str:
    """A day as the index keeps it: ISO, empty when unknown."""
    return day.isoformat() if day else ""


def instant_text(moment: datetime) -> str:
    """An instant as a text that sorts: ISO, UTC, always to the microsecond."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _shared(revision: Revision) -> dict[str, str]:
    incident = revision.incident
    return {
        "collection": incident.collection_id,
        "owner": incident.owner,
        "sensitivity": incident.sensitivity,
        "occurred": day_text(revision.first_day),
        "country": revision.country or "",
    }


LISTED = ("facet", "occurred", "incident_id", "collection", "owner", "sensitivity", "country")
Listed = tuple[int, str, str, str, str, str, str]


def _listing(revision: Revision, told: facts.Incident) -> Iterator[Listed]:
    if revision.reason in STANDING:
        return
    of = _shared(revision)
    rest = (
        of["occurred"],
        revision.incident_id,
        of["collection"],
        of["owner"],
        of["sensitivity"],
        of["country"],
    )
    yield from ((facet, *rest) for facet in all_questions(answers(told)))


def answers(told: facts.Incident) -> set[Answer]:
    """Every (category, recruitment, gender) that the incident states jointly; margins stand alone, never crossed."""
    found = {
        (category, harm.recruitment or UNKNOWN, harm.gender or UNKNOWN)
        for harm in told.harm
        for category in project(scheme("annex"), told, harm).categories or (NO_CATEGORY,)
    }
    for margin in told.margins:
        if margin.n and margin.dimension in ("recruitment", "gender"):
            both = {margin.dimension: margin.value, margin.dimension2: margin.value2}
            found.add((NO_CATEGORY, both.get("recruitment", UNKNOWN), both.get("gender", UNKNOWN)))
    return found or {(NO_CATEGORY, UNKNOWN, UNKNOWN)}
