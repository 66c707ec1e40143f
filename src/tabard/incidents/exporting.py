"""Taking records away as a file: streamed from one query in flat memory, restricted columns only where allowed.

Every export is an audit line, written before the first row leaves. While next of kin of somebody wait, no name,
nationality or employer of theirs leaves, also not by what was asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
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
from tabard.formats.out.columns import INCIDENTS, Cell, Column, Row
from tabard.incidents import kin
from tabard.incidents.models import Current
from tabard.incidents.queries import Filters, asked, scoped, seen_by
from tabard.people.models import Organisation
from tabard.places.models import Position
from tabard.rules.refusals import Forbidden

CHUNK = 500  # rows whose columns still fit in a processor's own memory
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
        for columns in self.columns():
            yield from (dict(zip(NAMES, cells, strict=True)) for cells in zip(*columns, strict=True))

    def columns(self) -> Iterator[list[Column]]:
        """The records in batches, column by column, in the order of the table that goes out."""
        by = self._by
        named = (*PLAIN, *PLACE) if policy.may_somewhere(by, Permission.RESTRICTED_READ) else tuple(PLAIN)
        trail.has_read(by=by, verb="incidents:incident:export", subject="incidents:some", fields=named)
        for columns in _columns(self._filters, by):
            self.count += len(columns[0])
            yield columns


def _columns(filters: Filters, by: Account) -> Iterator[list[Column]]:
    takes, sees = scoped(by, Permission.INCIDENT_EXPORT), _place_shown(by)
    takes = Q() if takes == seen_by(by) else takes  # `asked` says that already
    shown = asked(Current.objects.filter(takes & _tells_nobody(filters)), by, filters).annotate(**sees)
    query = shown.order_by("-occurred", "-incident_id").values_list(*PLAIN.values(), "kin", *sees)
    names: dict[Any, str] = dict(Organisation.objects.values_list("pk", "name"))
    with _cursor(query) as fetch:
        while rows := fetch(CHUNK):
            found = list(zip(*rows, strict=True))
            places = found.pop() if sees else ("",) * len(rows)
            *plain, owners, states = found
            organisations = tuple(map(names.get, owners))
            yield _kept_back([*plain[:AT], *_places(places), *plain[AT:], organisations], states)


def _place_shown(by: Account) -> dict[str, Case]:
    """A column with the id of the place, where the reader may see it; none for who sees no place at all."""
    if not policy.may_somewhere(by, Permission.RESTRICTED_READ):
        return {}
    opens = scoped(by, Permission.RESTRICTED_READ)
    return {"shown": Case(When(opens, then=F("place")), default=Value(""), output_field=CharField())}


def _tells_nobody(filters: Filters) -> Q:
    """Asked for those recruited locally, a file would say of each record in it what its columns keep back."""
    return ~kin.under_embargo() if filters.recruitment else Q()


def _kept_back(columns: list[Column], states: Sequence[str]) -> list[Column]:
    """Blank, in the rows of which next of kin wait, what must not leave."""
    if kin.WAITS not in states:
        return columns
    waits = [row for row, state in enumerate(states) if state == kin.WAITS]
    for at in KEPT_BACK:
        cells = list(columns[at])
        for row in waits:
            cells[row] = None
        columns[at] = cells
    return columns


def _places(ids: Sequence[str]) -> list[Column]:
    """The columns of a place, one cell for each id; an empty id is no place that this reader sees."""
    wanted = {pk for pk in ids if pk}
    if not wanted:
        return [(None,) * len(ids)] * len(PLACE)
    rows = Position.objects.filter(pk__in=wanted).values_list("pk", *PLACE.values())
    known = {pk: tuple(place) for pk, *place in rows}
    return list(zip(*(known.get(pk, NOWHERE) for pk in ids), strict=True))


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
    hxl_csv.write_columns(rows.columns(), text)


WRITERS: Mapping[str, Callable[[Any, BinaryIO], Any]] = {
    "hxl-csv": _text(_csv),
    "geojson": _text(geojson.write),
    "json": _text(json.write),
    "xlsx": xlsx.write,
}
EXTENSIONS = {"hxl-csv": "csv", "geojson": "geojson", "json": "json", "xlsx": "xlsx"}
