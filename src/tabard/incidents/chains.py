"""The revisions of some incidents, loaded together, and grown in memory while one act writes more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tabard.incidents.models import Incident, Revision
from tabard.incidents.writer import Entry, Sheaf, Stamp
from tabard.rules import facts


@dataclass
class Chain:
    """One incident's revisions: where its chain ends, and the ones that stand, oldest known first."""

    incident: str
    number: int = 0
    digest: str = ""
    standing: list[Revision] = field(default_factory=list)

    def held(self, at: datetime) -> Revision | None:
        """The revision that holds at an instant: latest by (known_at, number)."""
        known = [revision for revision in self.standing if revision.known_at <= at]
        return known[-1] if known else None

    def between(self, after: datetime, until: datetime) -> bool:
        """Whether anything became known after one instant and no later than the other."""
        return any(after < revision.known_at <= until for revision in self.standing)

    def grew(self, revision: Revision) -> None:
        """Take in a revision that was just made."""
        self.number, self.digest = revision.number, revision.digest
        if revision.voids_id:
            self.standing = [one for one in self.standing if one.pk != revision.voids_id]
        else:
            self.standing = sorted([*self.standing, revision], key=lambda r: (r.known_at, r.number))


@dataclass
class Pen:
    """What one act writes behind many chains: the same instant, person and batch for all."""

    sheaf: Sheaf
    recorded_at: datetime
    by: str
    batch: str

    def revision(self, chain: Chain, known_at: datetime, reason: str, entry: Entry) -> Revision:
        """Write new facts behind a chain."""
        made = self.sheaf.revision(chain.incident, self._stamp(chain, known_at, reason), entry)
        chain.grew(made)
        return made

    def again(self, chain: Chain, known_at: datetime, reason: str, told: Revision, entry: Entry) -> Revision:
        """Write behind a chain what one of its revisions said before."""
        made = self.sheaf.again(chain.incident, self._stamp(chain, known_at, reason), told, entry)
        chain.grew(made)
        return made

    def void(self, chain: Chain, told: Revision) -> Revision:
        """Cancel one of a chain's revisions. A void says nothing itself."""
        stamp = Stamp(
            chain.number + 1,
            told.known_at,
            self.recorded_at,
            self.by,
            "void",
            chain.digest,
            self.batch,
            voids=told.pk,
        )
        made = self.sheaf.revision(chain.incident, stamp, Entry(facts.Incident()))
        chain.grew(made)
        return made

    def _stamp(self, chain: Chain, known_at: datetime, reason: str) -> Stamp:
        """The next revision's stamp. A correction leaves a confirmed duplicate one: a person decided that."""
        held, another = chain.held(known_at), None
        if reason == "correction" and held is not None and held.reason == "counted_as":
            reason, another = "counted_as", held.counted_as_id
        return Stamp(
            chain.number + 1,
            known_at,
            self.recorded_at,
            self.by,
            reason,
            chain.digest,
            self.batch,
            counted_as=another,
        )


def load(incidents: Sequence[str]) -> dict[str, Chain]:
    """The chains of these incidents, which nobody else can grow until the act is done; an empty one

    for an incident without revisions."""
    mine = Incident.objects.select_for_update(no_key=True).filter(pk__in=incidents).order_by("pk")
    chains = {pk: Chain(pk) for pk in mine.values_list("pk", flat=True)}
    rows = list(Revision.objects.filter(incident_id__in=incidents).order_by("incident_id", "number"))
    voided = {row.voids_id for row in rows if row.voids_id}
    for row in rows:
        chain = chains[row.incident_id]
        chain.number, chain.digest = row.number, row.digest
        if row.pk not in voided and row.reason != "void":
            chain.standing.append(row)
    for chain in chains.values():
        chain.standing.sort(key=lambda revision: (revision.known_at, revision.number))
    return chains
