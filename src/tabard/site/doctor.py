"""What is wrong with this installation, and how to mend it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from tabard.access import appendonly, audit, tally
from tabard.access.models import Account
from tabard.figures import manifest
from tabard.figures.models import Snapshot
from tabard.incidents import standing, verifying
from tabard.incidents.models import Current, Incident
from tabard.incidents.writer import revision_digests
from tabard.intake import attachments, writer
from tabard.intake.line import backlog
from tabard.intake.models import Batch, Original, Taken
from tabard.rules.batches import batched
from tabard.site import leftovers

ROOM_WANTED = 500_000_000
CHUNK = 1000
LONGEST_SILENCE = 30  # seconds
LONGEST_WAIT = 600


@dataclass(frozen=True)
class Finding:
    """One check: whether it is well, and a code of the catalogue with what was found."""

    check: str
    well: bool
    code: str = ""
    count: int = 0


def examine() -> Iterator[Finding]:
    """Every check, one after the other."""
    if not _migrated():
        yield Finding("migrations", False, "migrations_missing")
        return
    yield Finding("migrations", True)
    for check in CHECKS:
        yield check()


def _migrated() -> bool:
    for alias in settings.DATABASES:
        executor = MigrationExecutor(connections[alias])
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
    return True


def seals() -> Finding:
    """The database itself refuses to change append-only tables."""
    missing = [table for alias in settings.DATABASES for table in appendonly.missing(alias)]
    return Finding("seals", not missing, "triggers_missing" if missing else "", len(missing))


def chain() -> Finding:
    """The audit chain is whole."""
    verdict = audit.verify()
    return Finding("audit", verdict.whole, "" if verdict.whole else "audit_broken", verdict.lines)


def revisions() -> Finding:
    """Each incident's revisions are chained without a gap, their rows say what their digests say, and none is gone."""
    count = broken = 0
    ids = Incident.objects.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=CHUNK)
    for some in batched(ids, CHUNK):
        count += len(some)
        broken += sum(1 for _ in verifying.broken(some))
    whole = not broken and tally.stands("revisions", revision_digests)
    return Finding("revisions", whole, "" if whole else "revisions_broken", broken or count)


def originals() -> Finding:
    """Every original that a batch or a coded report refers to is known; its body may have been erased."""
    lost = 0
    for some in batched(_referred(), CHUNK):
        lost += len(set(some)) - Original.objects.filter(pk__in=some).count()
    return Finding("originals", not lost, "originals_missing" if lost else "", lost)


def _referred() -> Iterator[str]:
    yield from Batch.objects.values_list("original", flat=True).iterator(chunk_size=CHUNK)
    yield from Taken.objects.values_list("original", flat=True).iterator(chunk_size=CHUNK)


def attached() -> Finding:
    """Every attached file is in the store, and nothing lies there that nobody knows of."""
    lost = attachments.lost()
    if lost:
        return Finding("attachments", False, "attachments_missing", lost)
    strays = sum(1 for _ in attachments.strays())
    return Finding("attachments", not strays, "attachments_stray" if strays else "", strays)


def index() -> Finding:
    """The index names the revision that holds today, of every incident that has one."""
    off, ids = 0, Incident.objects.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=CHUNK)
    for some in batched(ids, CHUNK):
        holds = {row.incident_id: row.pk for row in standing.latest_of(some)}
        named = dict(Current.objects.filter(pk__in=some).values_list("pk", "revision_id"))
        off += len(holds.items() ^ named.items())
    return Finding("index", not off, "index_stale" if off else "", off)


def snapshots() -> Finding:
    """Every snapshot's files are there, and are what was written."""
    kept = [(manifest.folder(one.pk), one.manifest_sha256) for one in Snapshot.objects.all()]
    lost = sum(not (folder / manifest.NAME).exists() for folder, _ in kept)
    if lost:
        return Finding("snapshots", False, "snapshot_missing", lost)
    changed = sum(bool(manifest.faults(folder, sha256)) for folder, sha256 in kept)
    return Finding("snapshots", not changed, "snapshot_damaged" if changed else "", changed)


def space() -> Finding:
    """There is room on the disk."""
    free = shutil.disk_usage(settings.HOME).free
    return Finding("space", free > ROOM_WANTED, "" if free > ROOM_WANTED else "disk_full", free // 1_000_000)


def unfinished() -> Finding:
    """No killed command left a copy of the register behind."""
    count = sum(1 for _ in leftovers.leftovers(settings.HOME))
    return Finding("leftovers", not count, "leftovers_found" if count else "", count)


def examples() -> Finding:
    """Example accounts are fine on a laptop, never on a network."""
    count = Account.objects.filter(is_example=True, is_active=True).count()
    public = any(
        host not in ("127.0.0.1", "localhost", "[::1]", "testserver") for host in settings.ALLOWED_HOSTS
    )
    well = not (count and public)
    return Finding("examples", well, "" if well else "example_not_public", count)


def writer_of_reports() -> Finding:
    """Whoever takes reports in answers. Nobody does while nothing is served."""
    if connections["default"].vendor != "sqlite":
        return Finding("writer", True)
    silent = writer.silent_for(writer.path(), time.time())
    well = silent is None or silent < LONGEST_SILENCE
    return Finding("writer", well, "" if well else "writer_silent", int(silent or 0))


def waiting() -> Finding:
    """Reports are coded soon after they came."""
    line = backlog()
    well = line.age(datetime.now(UTC)) < LONGEST_WAIT
    return Finding("backlog", well, "" if well else "backlog_old", line.count)


CHECKS: tuple[Callable[[], Finding], ...] = (
    seals,
    chain,
    revisions,
    originals,
    attached,
    index,
    snapshots,
    space,
    unfinished,
    examples,
    writer_of_reports,
    waiting,
)
