"""Records out as files, beside the same query read by a bare cursor and written by a bare `csv.writer`.

`exports.py FORMAT RUNS [own]`: from the home that the environment names; `own` for the reader of one organisation."""

from __future__ import annotations

import csv
import json
import sys
from io import TextIOWrapper
from typing import Any, BinaryIO

import ready
from django.db import connection
from made import READER
from registers import account, reader
from timing import peak_mib, side_by_side

from tabard.access.models import Account
from tabard.incidents.exporting import PLAIN, write
from tabard.incidents.models import Current
from tabard.incidents.queries import Filters

CHUNK = 2_000


def _out() -> BinaryIO:
    """A file on the disk, as the page writes it."""
    return (ready.HOME / "export.out").open("wb")


def ours(format_: str, by: Account) -> int:
    with _out() as stream:
        return write(format_, Filters(), stream, by=by)


def bare(by: Account, own: bool) -> int:
    """The same columns of the same rows in the same order, without the door, the words or the HXL row."""
    rows = Current.objects.filter(standing="counted")
    rows = rows.filter(owner=READER) if own else rows.exclude(sensitivity="sealed")
    sql, params = (
        rows.order_by("-occurred", "-incident_id").values_list(*PLAIN.values()).query.sql_with_params()
    )
    count = 0
    with connection.chunked_cursor() as cursor, _out() as stream:
        cursor.execute(sql, params)
        text = TextIOWrapper(stream, encoding="utf-8", newline="")
        writer = csv.writer(text)
        while some := cursor.fetchmany(CHUNK):
            writer.writerows(some)
            count += len(some)
        text.flush()
    return count


def main() -> None:
    format_, runs, own = sys.argv[1], int(sys.argv[2]), "own" in sys.argv
    by = reader(READER) if own else account("analyst", "*")
    rows: dict[str, Any] = {}
    works = {
        "ours": lambda: rows.__setitem__("ours", ours(format_, by)),
        "bare": lambda: rows.__setitem__("bare", bare(by, own)),
    }
    if format_ != "hxl-csv":
        del works["bare"]
    began = peak_mib()
    told = side_by_side(works, runs)
    size = (ready.HOME / "export.out").stat().st_size
    (ready.HOME / "export.out").unlink()
    sys.stdout.write(
        json.dumps({**told, "rows": rows, "peak_mib": peak_mib(), "began_mib": began, "bytes": size})
    )


if __name__ == "__main__":
    main()
