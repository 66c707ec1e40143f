"""Made incidents, made files, and what the register knows, told back as plain values."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from django.db import connections, transaction

from formats.made import AWSD_39, ONE_KILLED, awsd
from tabard.access import actions as accounts
from tabard.access import appendonly, guard
from tabard.access.models import Account
from tabard.formats.reading import Reading, ReadRow
from tabard.formats.registry import FORMATS
from tabard.incidents import actions, asof, kin
from tabard.incidents.models import Current, Incident, Listing, Revision
from tabard.incidents.told import tell_many
from tabard.incidents.worker import process
from tabard.incidents.writer import Entry
from tabard.intake import actions as intake
from tabard.intake.models import Batch
from tabard.places.countries import find
from tabard.rules import facts
from tabard.rules.canonical import canonical

NOT_COUNTED = ("withdrawn", "counted_as")


@contextmanager
def rolled_back() -> Iterator[None]:
    """What is done inside never was: for many examples within one test."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def tampering() -> Iterator[None]:
    """As somebody who holds the database itself may: neither guard nor triggers."""
    connection = connections["default"]
    connection.check_constraints()  # PostgreSQL drops no trigger while checks of keys wait
    with guard.lifted(), appendonly.lifted():
        yield
        connection.check_constraints()


def cast_member(by: Account, handle: str, role: str, scope: str) -> Account:
    """An account with one role within a scope."""
    account = accounts.create_account(by=by, handle=handle, password=None)
    accounts.grant(by=by, account=account, role=role, scope=scope)
    return account


def collection(by: Account, code: str) -> None:
    """Open a collection."""
    actions.create_collection(by=by, code=code, label=code)


def killed(n: int = 1, **more: Any) -> facts.Incident:
    """An incident in which `n` persons were killed."""
    died = facts.Harm(n, outcomes={"died": facts.Outcome(True)}, scope="unsms")
    day = more.pop("day", date(2019, 5, 4))
    plain: dict[str, Any] = {"country": "SSD", "cause": "violence_unknown", "harm": (died,)}
    spanned = {"first_day": day, "last_day": day, "date_precision": "exact" if day else "unknown"}
    return facts.Incident(**(plain | spanned | more))


def entry(n: int = 1, **more: Any) -> Entry:
    """The same, to be entered."""
    return Entry(killed(n, **more))


def at(year: int, month: int = 1, day: int = 1, hour: int = 12) -> datetime:
    """An instant."""
    return datetime(year, month, day, hour, tzinfo=UTC)


def report(by: Account, **given: Any) -> Incident:
    """Enter an incident into `own`."""
    return actions.report(by=by, **({"collection": "own", "entry": entry()} | given))


def families_told(by: Account) -> None:
    """Next of kin of everybody know: nothing is kept back any more."""
    tell_many(
        by=by, incidents=list(Incident.objects.filter(kin.under_embargo("current__"))), whom="next_of_kin"
    )


def again(incident: Incident) -> Incident:
    """The incident as the database has it now."""
    return Incident.objects.select_related("current").get(pk=incident.pk)


def receive(by: Account, data: bytes, as_of: date, **how: Any) -> Batch:
    """Put a file in line."""
    code = how.get("collection", "awsd")
    owner = how.get("owner", "")
    original = intake.receive(by=by, data=data, media_type="text/csv", collection=code, owner=owner)
    given = {"format": "awsd", "collection": code} | how
    return intake.open_batch(by=by, original=original, as_of=as_of, **given)


def take(by: Account, data: bytes, as_of: date, **how: Any) -> Batch:
    """Take a file in."""
    return process(by=by, batch=receive(by, data, as_of, **how))


def row(key: str, n: int = 1, **more: str) -> dict[str, str]:
    """One record of a made AWSD file: `n` nationals killed."""
    count = str(n)
    said = {
        "Nationals killed": count,
        "Total nationals": count,
        "Total killed": count,
        "Total affected": count,
    }
    return ONE_KILLED | {"Incident ID": key, "INGO": count, "Gender Female": count} | said | more


def made_file(
    rows: Mapping[str, int] | Sequence[Mapping[str, str]], header: Sequence[str] = AWSD_39
) -> bytes:
    """An AWSD file of {key: killed}, or of whole rows."""
    if isinstance(rows, Mapping):
        rows = [row(key, n) for key, n in rows.items()]
    return awsd(header, *rows)


def reading(data: bytes, format_: str = "awsd") -> Reading:
    """A file as its reader reads it, with the real countries."""
    return FORMATS[format_].read(data, country=find)


def file_facts(data: bytes, format_: str = "awsd") -> dict[str, str]:
    """What a file says, key by key, as canonical text."""
    accepted: list[ReadRow] = [r for r in reading(data, format_) if r.state == "accepted"]
    return {r.key or "": canonical(r.facts) for r in accepted}


def physical_rows(data: bytes) -> list[list[str]]:
    """The records of a CSV as the standard library counts them, without the header."""
    text = data.decode("utf-8", "replace")
    return list(csv.reader(io.StringIO(text, newline="")))[1:]


def known(code: str, on: date | datetime, recorded_by: datetime | None = None) -> dict[str, str]:
    """What was known of a collection on a day, key by key, as canonical text; only what counts."""
    keys = dict(Incident.objects.filter(collection_id=code).values_list("pk", "source_key"))
    held = asof.latest(list(keys), asof.instant(on), recorded_by)
    return {
        keys[pk] or pk: revision.facts for pk, revision in held.items() if revision.reason not in NOT_COUNTED
    }


def index() -> tuple[list[Any], list[Any]]:
    """The rows of the index, without their own numbers, in an order of their own."""
    current = sorted(map(str, Current.objects.values_list()))
    names = [f.attname for f in Listing._meta.concrete_fields if f.name != "id"]
    return current, sorted(map(str, Listing.objects.values_list(*names)))


def written() -> tuple[int, int]:
    """How many incidents and revisions there are."""
    return Incident.objects.count(), Revision.objects.count()


def every_text(alias: str) -> dict[str, str]:
    """All that a database holds, one text for each column of each table."""
    found: dict[str, str] = {}
    connection = connections[alias]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            names = [column[0] for column in cursor.description]
            rows = cursor.fetchall()
            for position, name in enumerate(names):
                found[f"{table}.{name}"] = "\n".join(_text(row[position]) for row in rows)
    return found


def _text(value: object) -> str:
    return bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)
