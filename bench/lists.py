"""Pages of the list for a reader of one organisation: every set of filters, rare values, references, deep pages.

`lists.py RUNS HOME...`: the registers, small to large, are asked in turns; the numbers go out as JSON."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

from calling import get, session_of
from django.conf import settings
from django.db import connection
from django.db.models import Count
from made import READER
from registers import choose, count, reader, registers
from timing import percentile, seconds, spread

from tabard.access.models import Account
from tabard.incidents import queries
from tabard.incidents.facets import UNKNOWN, facet
from tabard.incidents.models import Current, Listing
from tabard.incidents.queries import Cursor, Filters
from tabard.site.views.incidents import asked

PARTS = ("country", "category", "recruitment", "gender")
COMMON = {"country": "", "category": "injured_violence", "recruitment": "local", "gender": "female"}
CATEGORIES = ("killed_safety", "sexual_assault", "abducted", "arrested_detained", "none", "injured_violence")
DEEP = 40  # pages


@dataclass
class Asked:
    """One address of the list in one register, and the times it took."""

    filters: Filters
    cursor: Cursor | None = None
    page: list[float] = field(default_factory=list)
    statement: tuple[str, Any] = ("", ())
    sql: list[float] = field(default_factory=list)
    rows: int = 0


def questions(account: Account) -> dict[str, Asked]:
    """The same questions of every register; which values are rare each one says itself."""
    by_frequency = _by_frequency("country")
    common = COMMON | {"country": by_frequency[0]}
    found = {"any": Asked(Filters())}
    for size in range(1, len(PARTS) + 1):
        for names in combinations(PARTS, size):
            found[" + ".join(names)] = Asked(Filters(**{name: common[name] for name in names}))
    rare = {"country": by_frequency[-1]} | _rarest()
    found["rarest people"] = Asked(Filters(**_rarest()))
    found["rarest in the commonest country"] = Asked(Filters(**_rarest(), country=by_frequency[0]))
    found["all four, rarest"] = Asked(Filters(**rare))
    found["rarest country"] = Asked(Filters(country=by_frequency[-1]))
    found["nobody: awsd"] = Asked(Filters(collection="awsd"))
    found["own + category"] = Asked(Filters(collection="own", category="injured_violence"))
    found["years + category"] = Asked(Filters(first_year=2001, last_year=2001, category="abducted"))
    found |= _references(by_frequency)
    found["page 40"] = Asked(Filters(), _deep(account))
    return found


def _by_frequency(column: str) -> list[str]:
    """The values of the reader's incidents, the commonest first."""
    mine = Current.objects.filter(owner=READER, standing="counted").exclude(**{column: ""})
    return list(mine.values_list(column, flat=True).annotate(n=Count("pk")).order_by("-n", column))


def _references(countries: list[str]) -> dict[str, Asked]:
    mine = Current.objects.filter(owner=READER, country=countries[len(countries) // 2]).order_by("pk")
    one = mine.values_list("incident__reference", flat=True)[0]
    parts = {
        "reference": one,
        "references of a year": one[:8],
        "references of a rare country": f"{countries[-1]}-",
    }
    parts["references of the commonest country"] = f"{countries[0]}-"
    parts["a reference that nobody has"] = f"{countries[-1]}-1931-0001"
    return {name: Asked(Filters(reference=value)) for name, value in parts.items()}


def _rarest() -> dict[str, str]:
    """Of all combinations of people, that with the fewest incidents of the reader, one at least."""
    numbers = {facet(c, r, g): (c, r, g) for c, r, g in _combinations()}
    rows = Listing.objects.filter(owner=READER, facet__in=numbers).values("facet")
    rare = rows.annotate(n=Count("pk")).order_by("n", "facet")[0]
    category, recruitment, gender = ("unknown" if v == UNKNOWN else v for v in numbers[rare["facet"]])
    return {"category": category, "recruitment": recruitment, "gender": gender}


def _combinations() -> Iterator[tuple[str, str, str]]:
    for category in CATEGORIES:
        for recruitment in ("local", "international", UNKNOWN):
            for gender in ("female", "male", "diverse", "undisclosed", UNKNOWN):
                yield category, recruitment, gender


def _deep(account: Account) -> Cursor | None:
    keys = queries.keys(account, Filters(), None, min(DEEP * queries.PAGE, count() // 10))
    return Cursor(*keys[-1])


def _query(question: Asked) -> str:
    known = asked(question.filters) | ({"cursor": str(question.cursor)} if question.cursor else {})
    return "&".join(f"{name}={value}" for name, value in known.items())


def _listen(question: Asked, account: Account) -> None:
    """Keep the statement that finds the page's keys, to run it by itself."""
    heard: list[tuple[str, Any]] = []

    def hear(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        heard.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(hear):
        found = queries.keys(account, question.filters, question.cursor, queries.PAGE + 1)
    question.statement, question.rows = heard[-1], len(found)


def _alone(statement: tuple[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(*statement)
        cursor.fetchall()


def measure(homes: list[str], runs: int) -> dict[str, Any]:
    """Every question of every register, in turns."""
    settings.ROOT_URLCONF = "plain"
    told: dict[str, Any] = {}
    for home in homes:
        choose(home)
        account = reader(READER)
        wanted = questions(account)
        for question in wanted.values():
            _listen(question, account)
        told[home] = (session_of(account), wanted, Current.objects.filter(owner=READER).first().pk, [])  # type: ignore[union-attr]
    for turn in range(runs + 1):
        for home in homes:
            choose(home)
            _round(*told[home], keep=turn > 0)
    return {name: _say(home, *told[home][1:]) for name, home in zip(registers(homes), homes, strict=True)}


def _round(cookie: str, wanted: dict[str, Asked], key: str, plain: list[float], *, keep: bool) -> None:
    """Each question once, as a page and as SQL alone; the first round only warms up."""
    gc.collect()
    for question in wanted.values():
        query = _query(question)
        page = seconds(lambda query=query: get("/incidents/", query, cookie))  # type: ignore[misc]
        one = seconds(lambda: get(f"/one-row/{key}/", "", cookie))
        connection.ensure_connection()
        sql = seconds(lambda question=question: _alone(question.statement))  # type: ignore[misc]
        if keep:
            question.page.append(page)
            plain.append(one)
            question.sql.append(sql)


def _say(home: str, wanted: dict[str, Asked], _key: str, plain: list[float]) -> dict[str, Any]:
    choose(home)
    pages = [time for question in wanted.values() for time in question.page]
    statements = [time for question in wanted.values() for time in question.sql]
    return {
        "incidents": count(),
        "pages": spread(pages) | {"p99": percentile(pages, 0.99)},
        "plain": spread(plain) | {"p99": percentile(plain, 0.99)},
        "sql": spread(statements) | {"p99": percentile(statements, 0.99)},
        "questions": {
            name: {
                "rows": q.rows,
                "page": spread(q.page),
                "sql": spread(q.sql),
                "asked": asked(replace(q.filters)),
            }
            for name, q in wanted.items()
        },
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(sys.argv[2:], int(sys.argv[1]))))
