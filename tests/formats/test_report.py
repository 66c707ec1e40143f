"""The one schema of a report: what it takes, what it refuses and in which words, and that nothing gets lost."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.strategies import incidents
from tabard.formats.report import LARGEST, ReportIn, Told, read, read_revision
from tabard.rules import facts
from tabard.rules.canonical import canonical
from tabard.rules.refusals import Refused
from tabard.vocab.catalogue import codes, message
from tabard.vocab.words import words

ULID = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
SMALL: dict[str, Any] = {"collection": "own", "facts": {}}
WHOLE: dict[str, Any] = {
    "id": ULID,
    "collection": "own",
    "owner": "01BX5ZZKBKACTAV9WEVGEMMVRZ",
    "sensitivity": "restricted",
    "known_at": "2026-03-04T05:06:07+02:00",
    "facts": {
        "first_day": "2026-03-01",
        "last_day": "2026-03-03",
        "date_precision": "days",
        "days_off": 1,
        "country": "SSD",
        "cause": "shooting",
        "near_miss": False,
        "tags": [["medical", "ambulance"]],
        "harm": [
            {"n": 1, "outcomes": {"died": {"holds": True, "on": "2026-03-02"}}, "subject": ULID},
            {"outcomes": {"injured": {"holds": False}}, "on_duty": True},
        ],
        "margins": [{"n": 3, "dimension": "total"}],
        "objects": [{"n": 2, "kind": "vehicle", "effects": ["stolen"]}],
    },
    "position": {"lat": 4.85, "lon": 31, "precision": "near", "locality": "Juba"},
    "texts": {"details": "Two cars were stopped.\nOne person died.", "actor_name": "", "language": "en"},
    "sources": [
        {"kind": "witness", "reliability": "B", "credibility": 2, "claims": {"died": 1, "affected": None}}
    ],
}


def sent(change: dict[str, Any] | None = None, **head: Any) -> bytes:
    return json.dumps(SMALL | {"facts": change or {}} | head).encode()


def refused(data: bytes) -> Refused:
    with pytest.raises(Refused) as caught:
        read(data)
    return caught.value


def test_the_smallest_report_says_nothing() -> None:
    report = read(sent())
    assert report.told() == Told(facts.Incident())
    assert (report.id, report.owner, report.sensitivity, report.known_at) == (None, "", "internal", None)


def test_a_whole_report_is_read_as_it_is_meant() -> None:
    report = read(json.dumps(WHOLE).encode())
    assert report.told() == Told(
        facts=facts.Incident(
            first_day=date(2026, 3, 1),
            last_day=date(2026, 3, 3),
            date_precision="days",
            days_off=1,
            country="SSD",
            cause="shooting",
            near_miss=False,
            tags=(("medical", "ambulance"),),
            harm=(
                facts.Harm(1, "stated", {"died": facts.Outcome(True, date(2026, 3, 2))}, subject=ULID),
                facts.Harm(None, "unknown", {"injured": facts.Outcome(False)}, on_duty=True),
            ),
            margins=(facts.Margin(3, "total", ""),),
            objects=(facts.ObjectHarm(2, "vehicle", ("stolen",)),),
        ),
        position=facts.Position(4.85, 31.0, "near", "", "", "Juba"),
        texts=facts.Texts("Two cars were stopped.\nOne person died.", "", "en"),
        sources=(facts.SourceClaim("witness", "B", 2, claims={"died": 1, "affected": None}),),
    )
    assert report.known_at == datetime(2026, 3, 4, 3, 6, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("told", "days", "precision"),
    [
        ({}, (None, None), "unknown"),
        ({"first_day": "2026-01-02"}, ("2026-01-02", "2026-01-02"), "exact"),
        ({"last_day": "2026-01-02"}, ("2026-01-02", "2026-01-02"), "exact"),
        ({"first_day": "2026-01-01", "last_day": "2026-01-03"}, ("2026-01-01", "2026-01-03"), "days"),
        (
            {"first_day": "2026-01-01", "last_day": "2026-01-31", "date_precision": "month"},
            ("2026-01-01", "2026-01-31"),
            "month",
        ),
    ],
)
def test_days_left_out_follow_from_those_given(
    told: dict[str, str], days: tuple[str | None, str | None], precision: str
) -> None:
    found = read(sent(told)).told().facts
    assert (found.first_day, found.last_day) == tuple(day and date.fromisoformat(day) for day in days)
    assert found.date_precision == precision


TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=20)
POSITIONS = st.builds(
    facts.Position,
    lat=st.floats(-90, 90),
    lon=st.floats(-180, 180),
    precision=st.sampled_from(sorted(words("place_precision"))),
    admin1=TEXT,
    admin2=TEXT,
    locality=TEXT,
)
SOURCES = st.builds(
    facts.SourceClaim,
    kind=st.sampled_from(sorted(words("source_kind"))),
    reliability=st.sampled_from("ABCDEF"),
    credibility=st.integers(1, 6),
    certainty=st.none() | st.sampled_from(sorted(words("certainty"))),
    tlp=st.sampled_from(sorted(words("tlp"))),
    consent=st.none() | st.booleans(),
    claims=st.dictionaries(
        st.sampled_from((*facts.OUTCOMES, "affected")), st.none() | st.integers(0, 1_000_000)
    ),
)
TOLD = st.builds(
    Told,
    incidents(),
    st.none() | POSITIONS,
    st.builds(facts.Texts, TEXT, TEXT, st.sampled_from(["", "en", "zh-hans"])),
    st.lists(SOURCES, max_size=2).map(tuple),
)


@given(TOLD)
def test_whatever_the_register_holds_can_be_written_and_read_again(told: Told) -> None:
    again = read(ReportIn.from_facts(told, collection="own").written()).told()
    assert canonical(again.facts) == canonical(told.facts)
    assert (again.position or facts.Position()) == (told.position or facts.Position())
    assert (again.texts, again.sources) == (told.texts, told.sources)


@pytest.mark.parametrize(
    ("data", "code", "field"),
    [
        (b"", "bad_json", None),
        (b"{", "bad_json", None),
        (b"\xff\xfe{}", "bad_json", None),
        (b'{"collection":"own","facts":{}} x', "bad_json", None),
        (b'{"collection":"\\ud800","facts":{}}', "bad_json", None),
        (b"[" * 5_000, "bad_json", None),
        (b'{"facts":' * 2_000 + b"1" + b"}" * 2_000, "bad_json", None),
        (b"[]", "wrong_kind", "report"),
        (b"null", "wrong_kind", "report"),
        (b'"own"', "wrong_kind", "report"),
        (b'{"facts":{}}', "missing_field", "collection"),
        (b'{"collection":"own"}', "missing_field", "facts"),
        (sent(Mallory="x"), "field_not_known", "report"),
        (sent({"secret name": 1}), "field_not_known", "facts"),
        (sent({"harm": [{"n": 1, "Asha": 1}]}), "field_not_known", "facts.harm.0"),
        (sent(collection="Own"), "bad_value", "collection"),
        (sent(collection="o" * 41), "too_long", "collection"),
        (sent(collection="o\0wn"), "bad_value", "collection"),
        (sent(id="not one"), "bad_value", "id"),
        (sent(id="8" + ULID[1:]), "bad_value", "id"),
        (sent(owner="x"), "bad_value", "owner"),
        (sent(sensitivity="secret"), "unknown_word", "sensitivity"),
        (sent(known_at="2026-01-01"), "bad_moment", "known_at"),
        (sent(known_at="2026-01-01T00:00:00"), "bad_moment", "known_at"),
        (sent(known_at=0), "bad_moment", "known_at"),
        (sent(known_at="0001-01-01T00:00:00+14:00"), "out_of_range", "known_at"),
        (sent({"first_day": "2026-02-30"}), "bad_date", "facts.first_day"),
        (sent({"first_day": "20260201"}), "bad_date", "facts.first_day"),
        (sent({"first_day": "2026-02-01T00:00:00"}), "bad_date", "facts.first_day"),
        (sent({"first_day": 20260201}), "bad_date", "facts.first_day"),
        (sent({"first_day": "1899-12-31"}), "out_of_range", "facts.first_day"),
        (sent({"first_day": "9999-12-31"}), "out_of_range", "facts.first_day"),
        (sent({"country": "ssd"}), "bad_value", "facts.country"),
        (sent({"cause": 7}), "wrong_kind", "facts.cause"),
        (sent({"cause": "x" * 49}), "too_long", "facts.cause"),
        (sent({"near_miss": "no"}), "wrong_kind", "facts.near_miss"),
        (sent({"near_miss": 0}), "wrong_kind", "facts.near_miss"),
        (sent({"days_off": 3_661}), "out_of_range", "facts.days_off"),
        (sent({"harm": {}}), "wrong_kind", "facts.harm"),
        (sent({"harm": [{"n": 1.5}]}), "bad_number", "facts.harm.0.n"),
        (sent({"harm": [{"n": "1"}]}), "bad_number", "facts.harm.0.n"),
        (sent({"harm": [{"n": True}]}), "bad_number", "facts.harm.0.n"),
        (sent({"harm": [{"n": -1}]}), "out_of_range", "facts.harm.0.n"),
        (sent({"harm": [{"n": 10**400}]}), "out_of_range", "facts.harm.0.n"),
        (sent({"harm": [{"n": 1_000_001}]}), "out_of_range", "facts.harm.0.n"),
        (sent({"harm": [{"n": float("nan")}]}), "bad_number", "facts.harm.0.n"),
        (sent({"harm": [{}] * 201}), "too_many", "facts.harm"),
        (
            sent({"harm": [{"outcomes": {"Asha died": {"holds": True}}}]}),
            "bad_value",
            "facts.harm.0.outcomes",
        ),
        (
            sent({"harm": [{"outcomes": {"killed": {"holds": True}}}]}),
            "unknown_word",
            "facts.harm.0.outcomes",
        ),
        (sent({"harm": [{"outcomes": {"died": True}}]}), "wrong_kind", "facts.harm.0.outcomes"),
        (
            sent({"harm": [{"outcomes": {"died": {"holds": None}}}]}),
            "wrong_kind",
            "facts.harm.0.outcomes.holds",
        ),
        (sent({"tags": [["medical"]]}), "missing_field", "facts.tags.0.1"),
        (sent({"tags": [["a", "b", "c"]]}), "too_many", "facts.tags.0"),
        (sent(position={"lat": 91, "lon": 0}), "position_off_globe", "position.lat"),
        (sent(position={"lat": 1}), "position_off_globe", "position"),
        (sent(position={"lat": float("nan"), "lon": 0}), "position_off_globe", "position.lat"),
        (sent(position={"lat": float("inf"), "lon": 0}), "position_off_globe", "position.lat"),
        (sent(position={"precision": "here"}), "unknown_word", "position.precision"),
        (sent(position={"locality": "x" * 201}), "too_long", "position.locality"),
        (sent(texts={"details": "a\0b"}), "bad_value", "texts.details"),
        (sent(texts={"details": "x" * 100_001}), "too_long", "texts.details"),
        (sent(texts={"language": "x" * 13}), "too_long", "texts.language"),
        (sent(sources=[{}]), "missing_field", "sources.0.kind"),
        (sent(sources=[{"kind": "rumour"}]), "unknown_word", "sources.0.kind"),
        (sent(sources=[{"kind": "self", "reliability": "G"}]), "unknown_word", "sources.0.reliability"),
        (sent(sources=[{"kind": "self", "credibility": 7}]), "out_of_range", "sources.0.credibility"),
        (sent(sources=[{"kind": "self", "tlp": "TLP:PINK"}]), "unknown_word", "sources.0.tlp"),
        (sent(sources=[{"kind": "self", "certainty": "sure"}]), "unknown_word", "sources.0.certainty"),
        (sent(sources=[{"kind": "self", "claims": {"lost": 1}}]), "unknown_word", "sources.0.claims"),
        (b" " * LARGEST + b"{}", "too_large", None),
    ],
)
def test_each_fault_has_its_code_and_the_name_of_its_field(data: bytes, code: str, field: str | None) -> None:
    refusal = refused(data)
    assert (refusal.code, refusal.fields.get("field")) == (code, field)
    assert code in codes()
    assert "…" not in message(code, **refusal.fields)


@given(st.text(min_size=3), st.text(min_size=3))
def test_a_refusal_never_says_what_was_typed(name: str, value: str) -> None:
    typed = "MALLORY" + name
    for data in (sent({typed: value}), sent(**{typed: value}), sent({"harm": [{"outcomes": {typed: {}}}]})):
        refusal = refused(data)
        assert "MALLORY" not in repr(refusal.fields)
        assert refusal.__context__ is None


@given(st.binary(max_size=300))
def test_rubbish_is_refused_with_a_code(data: bytes) -> None:
    assert refused(data).code in codes()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


def paths(value: Any, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, part in steps for found in ((*before, key), *paths(part, (*before, key)))]


@given(st.sampled_from(paths(WHOLE)), JSON)
def test_one_value_changed_is_read_or_refused_with_a_code(path: tuple[Any, ...], value: Any) -> None:
    changed: Any = json.loads(json.dumps(WHOLE))
    part = changed
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value
    data = json.dumps(changed).encode("utf-8", "surrogatepass")
    assert said(data) in (None, *codes())


def said(data: bytes) -> str | None:
    """The code of the refusal; nothing where the report is taken."""
    try:
        read(data).told()
    except Refused as refusal:
        return refusal.code if "…" not in message(refusal.code, **refusal.fields) else "a gap"
    return None


def test_a_revision_has_a_reason_and_no_head() -> None:
    revision = read_revision(b'{"facts":{"country":"SSD"},"reason":"late_verification"}')
    assert (revision.reason, revision.told().facts.country) == ("late_verification", "SSD")
    assert read_revision(b'{"facts":{}}').reason == "correction"
    with pytest.raises(Refused) as caught:
        read_revision(sent())
    assert caught.value.code == "field_not_known"
