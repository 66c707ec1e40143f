"""Taking records away as a file: streamed from one query in flat memory, restricted columns only where allowed.

Every export is an audit line, written before the first row leaves. While next of kin of somebody wait, no name,
nationality or employer of theirs leaves, also not by what was asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from io import TextIOWrapper
from typing import Any, BinaryIO

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, CharField, F, Q, Value, When

from tabard.access import policy, trail
from tabard.access.models import Account
from tabard.access.permissions import Permission
from tabard.formats.out import geojson, hxl_csv, json, xlsx
from tabard.formats.out.columns import INCIDENTS, Cell, Row
from tabard.incidents import kin
from tabard.incidents.models import Current
from tabard.incidents.queries import Filters, asked, scoped
from tabard.people.models import Organisation
from tabard.places.models import Position
from tabard.rules.refusals import Forbidden

CHUNK = 2000
# exported column -> where it stands in `Current`, in the order of the table that goes out
OWN_NAMES = {"incident": "incident_id", "revision": "number", "first_day": "occurred", "affected": "persons"}
OWN_NAMES |= {"organisation": "owner"}
NAMES = tuple(column.name for column in INCIDENTS)
PLACE: Mapping[str, str] = {n: n for n in "admin1 admin2 locality lat lon".split()} | {
    "place_precision": "precision"
}
PLAIN: Mapping[str, str] = {name: OWN_NAMES.get(name, name) for name in NAMES if name not in PLACE}
AT = NAMES.index(next(iter(PLACE)))  # the columns of a place stand together, from here on
NOWHERE: tuple[Cell, ...] = (None,) * len(PLACE)
KEPT_BACK = frozenset(NAMES.index(name) for name in kin.COLUMNS)  # the name of whose it is stands last
Cells = tuple[Cell, ...]


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
        return (dict(zip(NAMES, cells, strict=True)) for cells in self.cells())

    def cells(self) -> Iterator[Cells]:
        """The records as cells, in the order of the table that goes out."""
        by = self._by
        named = (*PLAIN, *PLACE) if policy.may_somewhere(by, Permission.RESTRICTED_READ) else tuple(PLAIN)
        trail.has_read(by=by, verb="incidents:incident:export", subject="incidents:some", fields=named)
        for cells in _cells(self._filters, by):
            self.count += 1
            yield cells


def _cells(filters: Filters, by: Account) -> Iterator[Cells]:
    takes = scoped(by, Permission.INCIDENT_EXPORT)
    opens = scoped(by, Permission.RESTRICTED_READ)
    shown = Case(When(opens, then=F("place")), default=Value(""), output_field=CharField())
    found = asked(Current.objects.filter(takes & _tells_nobody(filters)), by, filters).annotate(shown=shown)
    query = found.order_by("-occurred", "-incident_id").values_list(*PLAIN.values(), "kin", "shown")
    names: dict[Any, str] = dict(Organisation.objects.values_list("pk", "name"))
    with _cursor(query) as fetch:
        while rows := fetch(CHUNK):
            places = _places({row[-1] for row in rows if row[-1]})
            for row in rows:
                whole = row[:AT] + places.get(row[-1], NOWHERE) + row[AT:-3] + (names.get(row[-3]),)
                yield _without(whole) if row[-2] == kin.WAITS else whole


def _tells_nobody(filters: Filters) -> Q:
    """Asked for those recruited locally, a file would say of each record in it what its columns keep back."""
    return ~kin.under_embargo() if filters.recruitment else Q()


def _without(cells: Cells) -> Cells:
    return tuple(None if at in KEPT_BACK else cell for at, cell in enumerate(cells))


def _places(ids: Collection[str]) -> dict[str, Cells]:
    rows = Position.objects.filter(pk__in=ids).values_list("pk", *PLACE.values()) if ids else ()
    return {pk: tuple(place) for pk, *place in rows}


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


def _csv(rows: Rows, text: Any) -> None:
    hxl_csv.write_cells(rows.cells(), text)


WRITERS: Mapping[str, Callable[[Any, BinaryIO], Any]] = {
    "hxl-csv": _text(_csv),
    "geojson": _text(geojson.write),
    "json": _text(json.write),
    "xlsx": xlsx.write,
}
EXTENSIONS = {"hxl-csv": "csv", "geojson": "geojson", "json": "json", "xlsx": "xlsx"}
