"""Taking records away as a file: streamed from one query in flat memory, restricted columns only where allowed.

Every export is an audit line, written before the first row leaves."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from io import TextIOWrapper
from typing import Any, BinaryIO

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, Case, Value, When

from tabard.access import policy, trail
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.formats.out import geojson, hxl_csv, json, xlsx
from tabard.formats.out.columns import Cell, Row
from tabard.incidents.models import Current
from tabard.incidents.queries import Filters, asked, scoped
from tabard.places.models import Position
from tabard.rules.refusals import Forbidden

CHUNK = 2000
# exported column -> where it stands, from `Current`
PLAIN: Mapping[str, str] = {
    "incident": "incident_id",
    "reference": "incident__reference",
    "collection": "collection",
    "source_key": "incident__source_key",
    "revision": "revision__number",
    "known_at": "revision__known_at",
    "first_day": "revision__first_day",
    "last_day": "revision__last_day",
    **{
        name: f"revision__{name}"
        for name in "date_precision country setting cause means context actor".split()
    },
    **{name: f"revision__{name}" for name in "motive certainty severity".split()},
    "affected": "persons",
    **{n: n for n in "died injured abducted detained local international female male".split()},
}
# likewise, from `Position`
PLACE: Mapping[str, str] = {n: n for n in "admin1 admin2 locality lat lon".split()} | {
    "place_precision": "precision"
}


def write(format_: str, filters: Filters, stream: BinaryIO, *, by: Account) -> int:
    """Write what the account may see of what is asked; the number of incidents written."""
    rows = Rows(filters, by=by)
    WRITERS[format_](rows, stream)
    return rows.count


class Rows:
    """The records of an export, as they come from the database; `count` is right once all have come."""

    def __init__(self, filters: Filters, *, by: Account) -> None:
        if not policy.may_somewhere(by, Permission.INCIDENT_EXPORT):
            raise Forbidden
        self.count = 0
        self._filters, self._by = filters, by

    def __iter__(self) -> Iterator[Row]:
        by = self._by
        fields = (
            (*PLAIN, *PLACE.values())
            if policy.may_somewhere(by, Permission.RESTRICTED_READ)
            else tuple(PLAIN)
        )
        trail.has_read(by=by, verb="incidents:incident:export", subject="incidents:some", fields=fields)
        for record in _records(self._filters, by):
            self.count += 1
            yield record


def _records(filters: Filters, by: Account) -> Iterator[Row]:
    takes = scoped(by, Permission.INCIDENT_EXPORT)
    opens = scoped(by, Permission.RESTRICTED_READ)
    shown = Case(When(opens, then=Value(True)), default=Value(False), output_field=BooleanField())
    found = asked(Current.objects.filter(takes), by, filters).annotate(shown=shown)
    query = found.order_by("-occurred", "-incident_id").values_list(
        *PLAIN.values(), "revision__place", "shown"
    )
    names, nowhere = tuple(PLAIN), dict.fromkeys(PLACE)
    with _cursor(query) as fetch:
        while rows := fetch(CHUNK):
            places = _places({row[-2] for row in rows if row[-1] and row[-2]})
            for row in rows:
                # every column in every record: the writers pick those quickest
                record: dict[str, Cell] = dict(zip(names, row, strict=False))
                record["known_at"] = _instant(record["known_at"])
                record.update(places.get(row[-2], nowhere) if row[-1] else nowhere)
                yield record


@lru_cache(maxsize=4096)
def _instant(value: Any) -> str:
    """An instant as ISO 8601 in UTC: one driver gives text without a zone, the other a datetime."""
    known = datetime.fromisoformat(value).replace(tzinfo=UTC) if isinstance(value, str) else value
    return str(known.astimezone(UTC).isoformat())


def _places(ids: Collection[str]) -> dict[str, dict[str, Cell]]:
    rows = Position.objects.filter(pk__in=ids).values_list("pk", *PLACE.values()) if ids else ()
    return {pk: dict(zip(PLACE, place, strict=True)) for pk, *place in rows}


@contextmanager
def _cursor(query: Any) -> Iterator[Callable[[int], list[tuple[Any, ...]]]]:
    """Rows as the driver gives them: Django's converters would cost more than the query."""
    try:
        sql, params = query.query.sql_with_params()
    except EmptyResultSet:  # Django sees that the scope covers nothing
        yield lambda _: []
        return
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, params)
        yield cursor.fetchmany


def _text(writer: Callable[[Any, Any], Any]) -> Callable[[Any, BinaryIO], None]:
    def encoded(rows: Any, stream: BinaryIO) -> None:
        text = TextIOWrapper(stream, encoding="utf-8", newline="", write_through=False)
        writer(rows, text)
        text.flush()
        text.detach()

    return encoded


WRITERS: Mapping[str, Callable[[Any, BinaryIO], Any]] = {
    "hxl-csv": _text(hxl_csv.write),
    "geojson": _text(geojson.write),
    "json": _text(json.write),
    "xlsx": xlsx.write,
}
EXTENSIONS = {"hxl-csv": "csv", "geojson": "geojson", "json": "json", "xlsx": "xlsx"}
