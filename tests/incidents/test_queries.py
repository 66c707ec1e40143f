"""What each account sees of the register, and what stays hidden: lists, pages, references, files."""

from __future__ import annotations

import io
import json
import tomllib
from dataclasses import dataclass
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from incidents.made import at, cast_member, families_told, killed, report
from tabard.access import policy
from tabard.access.models import Account
from tabard.incidents import actions, exporting, queries
from tabard.incidents.bulk import Coming, report_many
from tabard.incidents.models import Current, Incident
from tabard.incidents.queries import Cursor, Filters
from tabard.incidents.writer import Entry
from tabard.rules import facts
from tabard.rules.ids import ulid
from tabard.rules.refusals import Forbidden, Refused
from tabard.rules.schemes import project
from tabard.vocab.schemes import scheme

pytestmark = pytest.mark.django_db(databases="__all__")

ROLES: dict[str, dict[str, Any]] = tomllib.loads(
    (Path(policy.__file__).parent / "data" / "roles.toml").read_text()
)
LEVELS = ["public", "internal", "restricted", "sealed"]
SCOPES = ["*", "org:A", "org:B", "country:SSD", "collection:awsd", "org:", "country:", "planet:mars", "org:C"]
DIED = {"died": facts.Outcome(True)}


@dataclass(frozen=True)
class Made:
    """What was put into the register, as the test knows it."""

    pk: str
    collection: str
    owner: str
    country: str | None
    sensitivity: str
    day: date | None
    told: facts.Incident


def facts_of(turn: int, day: date | None, country: str | None) -> facts.Incident:
    """Different people each time."""
    recruitment = (None, "local", "international")[turn % 3]
    gender = (None, "female", "male", "undisclosed")[turn % 4]
    outcome = ("died", "injured", "abducted", "harassed", "other_harm")[turn % 5]
    harm = facts.Harm(
        1, outcomes={outcome: facts.Outcome(True)}, recruitment=recruitment, gender=gender, scope="unsms"
    )
    margins = (facts.Margin(2, "gender", "female"),) if turn % 7 == 0 else ()
    return killed(day=day, country=country, harm=(harm,) if turn % 6 else (), margins=margins)


def populate(by: Account) -> list[Made]:
    """Every owner, country, collection and sensitivity, with ties and unknown days."""
    made = []
    each = product(("own", "awsd"), ("A", "B", ""), ("SSD", "NAM", None), LEVELS)
    for turn, (collection, owner, country, sensitivity) in enumerate(each):
        day = None if turn % 8 == 0 else date(2017 + turn % 4, 1 + turn % 2, 5)
        told = facts_of(turn, day, country)
        made.append(Made(ulid(), collection, owner, country, sensitivity, day, told))
    for code in ("own", "awsd"):
        coming = [
            Coming(one.pk, Entry(one.told), at(2020), one.owner, one.sensitivity)
            for one in made
            if one.collection == code
        ]
        report_many(by=by, collection=code, coming=coming)
    return made


def covers(scope: str, one: Made) -> bool:
    kind, _, key = scope.partition(":")
    if scope == "*":
        return True
    named = {"org": one.owner, "country": one.country, "collection": one.collection}
    return bool(key) and named.get(kind) == key


def expected(role: str, scope: str, permission: str, made: list[Made]) -> set[str]:
    """What the roles' own text gives."""
    if permission not in ROLES[role]["permissions"]:
        return set()
    cleared = LEVELS[: LEVELS.index(ROLES[role]["clearance"]) + 1]
    return {one.pk for one in made if covers(scope, one) and one.sensitivity in cleared}


def listed(by: Any, filters: Filters = Filters(), size: int = 50) -> list[str]:  # noqa: B008
    """All pages, walked forward."""
    found: list[str] = []
    cursor: Cursor | None = None
    while True:
        page = queries.page(by, filters, cursor, size)
        found += [row.pk for row in page.rows]
        if not page.following:
            return found
        cursor = Cursor.parse(page.following)


def exported(by: Account, filters: Filters = Filters()) -> list[dict[str, Any]]:  # noqa: B008
    out = io.BytesIO()
    exporting.write("json", filters, out, by=by)
    rows: list[dict[str, Any]] = json.loads(out.getvalue())
    return rows


def test_each_role_in_each_scope_sees_what_is_granted_and_nothing_else(by: Account) -> None:
    made = populate(by)
    everything = {one.pk for one in made}
    for role, scope in product(ROLES, SCOPES):
        actor = cast_member(by, f"{role}-{scope}", role, scope)
        seen = expected(role, scope, "incidents:incident:read", made)
        hidden = everything - seen
        assert set(queries.visible_to(actor).values_list("pk", flat=True)) == seen, (role, scope)
        assert set(listed(actor)) == seen, (role, scope)
        assert not hidden & set(listed(actor, Filters(collection="own")))
        taken = expected(role, scope, "incidents:incident:export", made) & seen
        if "incidents:incident:export" in ROLES[role]["permissions"]:
            assert {row["incident"] for row in exported(actor)} == taken, (role, scope)
        else:
            with pytest.raises(Forbidden):
                exported(actor)


def test_a_stranger_sees_nothing(by: Account) -> None:
    report(by)
    stranger = Account(handle="stranger")
    closed = cast_member(by, "closed", "desk", "*")
    closed.is_active = False
    for nobody in (AnonymousUser(), stranger, closed):
        if isinstance(nobody, Account) and nobody is stranger:
            continue  # not kept: it has no assignments to ask for
        assert listed(nobody) == []
        assert not queries.visible_to(nobody).exists()


QUESTIONS = [
    {"country": "SSD"}, {"country": "unknown"}, {"collection": "awsd"}, {"category": "killed_violence"},
    {"category": "none"}, {"recruitment": "local"}, {"recruitment": "unknown"}, {"gender": "female"},
    {"gender": "unknown"}, {"recruitment": "local", "gender": "female"},
    {"category": "killed_violence", "recruitment": "unknown"}, {"category": "injured_violence", "country": "NAM"},
    {"first_year": 2018}, {"last_year": 2018}, {"first_year": 2018, "last_year": 2019, "gender": "male"},
    {"reference": "SSD"}, {"reference": "ssd-2018"}, {"reference": "ZZZ-2017-0001"}, {"reference": "%"},
]  # fmt: skip


NOTHING = {"category": "none", "recruitment": "unknown", "gender": "unknown"}


def answered(one: Made, question: dict[str, Any], reference: str) -> bool:
    """Whether the facts answer the question, asked of them one by one."""
    asked = dict(question)
    if asked.pop("country", one.country or "unknown") != (one.country or "unknown"):
        return False
    if asked.pop("collection", one.collection) != one.collection:
        return False
    if not reference.startswith(asked.pop("reference", "").upper()):
        return False
    first, last = asked.pop("first_year", None), asked.pop("last_year", None)
    if (first or last) and one.day is None:
        return False
    if one.day and not (first or 1) <= one.day.year <= (last or 9999):
        return False
    return not asked or any(_says(stated, asked) for stated in _stated(one.told))


def _stated(told: facts.Incident) -> list[dict[str, str]]:
    """What is stated jointly, one by one; a margin says what it says of one thing."""
    found = []
    for harm in told.harm:
        for category in project(scheme("annex"), told, harm).categories or ("none",):
            found.append(
                {
                    "category": category,
                    "recruitment": harm.recruitment or "unknown",
                    "gender": harm.gender or "unknown",
                }
            )
    found += [NOTHING | {margin.dimension: margin.value} for margin in told.margins]
    return found or [NOTHING]


def _says(stated: dict[str, str], asked: dict[str, str]) -> bool:
    return all(stated[name] == value for name, value in asked.items())


def test_a_filtered_list_is_what_a_recount_over_the_facts_gives(by: Account, joseph: Account) -> None:
    made = populate(by)
    families_told(by)
    references = dict(Incident.objects.values_list("pk", "reference"))
    reach = {
        by: {one.pk for one in made if one.sensitivity != "sealed"},
        joseph: {one.pk for one in made if one.owner == "B" and one.sensitivity in ("public", "internal")},
    }
    for actor, question in product(reach, QUESTIONS):
        right = {one.pk for one in made if answered(one, question, references[one.pk])} & reach[actor]
        found = listed(actor, Filters(**question))
        assert len(found) == len(set(found))
        assert set(found) == right, question
        if actor is by:
            assert {row["incident"] for row in exported(by, Filters(**question))} == right, question


@pytest.mark.parametrize("size", range(1, 8))
@pytest.mark.parametrize(
    "question", [{}, {"gender": "female"}, {"country": "unknown"}, {"category": "killed_violence"}]
)
def test_walking_back_gives_the_same_pages(by: Account, size: int, question: dict[str, Any]) -> None:
    populate(by)
    filters = Filters(**question)
    pages, cursor = [], None
    while True:
        page = queries.page(by, filters, cursor, size)
        pages.append([row.pk for row in page.rows])
        assert bool(page.previous) == (len(pages) > 1)
        if not page.following:
            break
        cursor = Cursor.parse(page.following)
    every = [pk for rows in pages for pk in rows]
    assert len(every) == len(set(every)) > 0
    assert [len(rows) for rows in pages[:-1]] == [size] * (len(pages) - 1)
    shown = Current.objects.in_bulk(every)
    order = [(shown[pk].occurred, pk) for pk in every]
    assert order == sorted(order, reverse=True)
    for before in reversed(pages[:-1]):
        page = queries.page(by, filters, Cursor.parse(page.previous), size)
        assert [row.pk for row in page.rows] == before
        assert page.following
    assert not page.previous or len(pages) == 1


@pytest.mark.parametrize(
    "text",
    ["x", "a_b", "a_b_c", "__", "2019-01-01_01ARZ3NDEKTSV4RRFFQ69G5FAV_c", "2019_01ARZ3NDEKTSV4RRFFQ69G5FAV_a",
     "\0_01ARZ3NDEKTSV4RRFFQ69G5FAV_a", "2019-01-01_' OR 1=1 --_a", "_01ARZ3NDEKTSV4RRFFQ69G5FAV_a_a",
     "٢٠١٩-٠١-٠١_01ARZ3NDEKTSV4RRFFQ69G5FAV_a"],
)  # fmt: skip
def test_a_cursor_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refusal:
        Cursor.parse(text)
    assert (refusal.value.code, refusal.value.fields) == ("bad_value", {"field": "cursor"})


def test_a_cursor_is_a_place_and_no_key(by: Account, joseph: Account) -> None:
    made = populate(by)
    theirs = {one.pk for one in made if one.owner != "B"}
    days = dict(Current.objects.values_list("pk", "occurred"))
    for pk, back in product(sorted(theirs)[::5], (False, True)):
        cursor = Cursor.parse(str(Cursor(days[pk], pk, back)))
        found = {row.pk for row in queries.page(joseph, Filters(), cursor, 50).rows}
        assert not found & theirs


def test_hidden_and_absent_look_the_same(by: Account, joseph: Account) -> None:
    report(by, owner="A")
    for reference in ("SSD-2019-0001", "SSD-2019-9999"):
        with pytest.raises(Refused) as refusal:
            queries.find(joseph, reference)
        assert (refusal.value.code, refusal.value.fields) == ("not_found", {})
    ours = report(by, owner="B")
    assert queries.find(joseph, ours.reference) == ours


def test_what_is_withdrawn_is_on_no_list_and_keeps_its_page(by: Account, joseph: Account) -> None:
    kept = report(by, owner="B")
    for act in ("withdraw", "count_as"):
        gone = report(by, owner="B")
        more = {"another": kept} if act == "count_as" else {}
        getattr(actions, act)(by=by, incident=gone, **more)
        assert listed(joseph) == [kept.pk]
        assert [row["incident"] for row in exported(by)] == [kept.pk]
        assert queries.find(joseph, gone.reference) == gone


def test_an_incident_moves_with_its_country(by: Account) -> None:
    incident = report(by)
    juba, windhoek = (cast_member(by, code, "reader", f"country:{code}") for code in ("SSD", "NAM"))
    assert (listed(juba), listed(windhoek)) == ([incident.pk], [])
    actions.revise(by=by, incident=incident, entry=Entry(killed(country="NAM")))
    assert (listed(juba), listed(windhoek)) == ([], [incident.pk])


def test_unknown_days_come_last(by: Account) -> None:
    unknown = report(by, entry=Entry(killed(day=None)))
    dated = report(by, entry=Entry(killed(day=date(1990, 1, 1))))
    assert listed(by) == [dated.pk, unknown.pk]


def test_revisions_of_an_incident_come_in_their_order(by: Account) -> None:
    incident = report(by, known_at=at(2020))
    actions.revise(by=by, incident=incident, entry=Entry(killed(2)), known_at=at(2019))
    assert [row.number for row in queries.revisions(incident)] == [1, 2]
