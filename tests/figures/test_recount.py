"""Two ways to one figure: the tables' SQL over a snapshot, and a count in plain Python from the facts."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from figures import recount
from figures.made import Said, counted, question, snapshot, values
from tabard.figures import engines
from tabard.rules.facts import OUTCOMES, Harm, Incident, Margin, Outcome

DAYS = st.dates(date(2018, 10, 1), date(2020, 3, 31))
CAUSES = st.sampled_from([None, "crime", "armed_conflict", "road_traffic", "fire", "violence_unknown"])
DATED = [code for code in OUTCOMES if code not in ("threatened", "harassed")]
EXAMPLES = 20 if settings.default.max_examples <= 100 else 500  # each freezes and counts three times
FLAG = st.sampled_from([None, True, False])


@st.composite
def outcomes(draw: st.DrawFn) -> dict[str, Outcome]:
    codes = draw(st.lists(st.sampled_from(OUTCOMES), max_size=4, unique=True))
    days = {code: draw(st.none() | DAYS) if code in DATED else None for code in codes}
    return {code: Outcome(draw(st.sampled_from([True, True, True, False])), days[code]) for code in codes}


@st.composite
def harms(draw: st.DrawFn, scopes: tuple[str | None, ...]) -> Harm:
    subject = draw(st.sampled_from([None, None, None, "p1", "p2"]))
    n = 1 if subject else draw(st.sampled_from([None, 0, 1, 2, 5]))
    return Harm(
        n,
        n_basis="unknown" if n is None else "stated",
        subject=subject,
        outcomes=draw(outcomes()),
        scope=draw(st.sampled_from(scopes)),
        org_type=draw(st.sampled_from([None, "ingo", "icrc", "un"])),
        recruitment=draw(st.sampled_from([None, "local", "international"])),
        cause=draw(st.none() | CAUSES),
        family_member=draw(FLAG),
        care=draw(FLAG),
        held_24h=draw(FLAG),
        captor=draw(st.sampled_from([None, "state", "non_state"])),
    )


@st.composite
def incidents(draw: st.DrawFn, scopes: tuple[str | None, ...], margins: bool = False) -> Incident:
    first = draw(st.none() | DAYS)
    last = first and first + timedelta(draw(st.sampled_from([0, 0, 0, 30, 120])))
    values = ("total", ""), ("outcome", "died"), ("outcome", "abducted"), ("recruitment", "local")
    pairs = draw(st.lists(st.sampled_from([*values, ("org_type", "ingo")]), max_size=3, unique=True))
    return Incident(
        first_day=first,
        last_day=last,
        cause=draw(CAUSES),
        actor=draw(st.sampled_from([None, "host_state", "nsag_national", "unknown"])),
        harm=tuple(draw(st.lists(harms(scopes), max_size=3))),
        margins=tuple(Margin(draw(st.integers(0, 9)), *pair) for pair in pairs) if margins else (),
    )


def table(told: list[Incident], name: str, collection: str) -> dict[str, int | None]:
    """Both engines, DuckDB over the cubes and SQLite over the rows; `counted` refuses where they differ."""
    with tempfile.TemporaryDirectory() as folder:
        said = [Said(f"I{at}", each, collection=collection) for at, each in enumerate(told)]
        asked = question(snapshot(Path(folder), said), name, 2019)
        assert engines.by_sqlite(asked, cubed=True) == engines.by_sqlite(asked, cubed=False)
        return values(counted(asked), 2019)


@settings(max_examples=EXAMPLES)
@given(st.lists(incidents(("unsms", "unsms", "ngo", None)), max_size=6))
def test_annex_1(told: list[Incident]) -> None:
    expected = recount.annex(told, 2019)
    found = table(told, "annex-1", "own")
    for row in ("fatalities", "injuries"):
        # The recount knows a death only by its branch; without one it stands in the total alone.
        assert (found.pop(row) or 0) >= expected.pop(row)
    assert {row: found.get(row) or 0 for row in expected} == expected


@settings(max_examples=EXAMPLES)
@given(st.lists(incidents(("humanitarian",), margins=True), max_size=6))
def test_awsd_summary(told: list[Incident]) -> None:
    # Persons who come up twice are a matter of the own register: AWSD knows no person.
    anonymous = [
        Incident(**(_fields(each) | {"harm": tuple(_without_subject(h) for h in each.harm)})) for each in told
    ]
    expected = recount.awsd(anonymous, 2019)
    found = table(anonymous, "awsd-summary", "awsd")
    assert {row: found.get(row) or 0 for row in expected} == dict(expected)


def _fields(incident: Incident) -> dict[str, object]:
    return {name: getattr(incident, name) for name in Incident.__slots__}


def _without_subject(harm: Harm) -> Harm:
    return Harm(**({name: getattr(harm, name) for name in Harm.__slots__} | {"subject": None}))
