"""An organisation's own word counts as its shipped word everywhere, and is told on the page."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cast import Cast, entry, lines
from cast import cast as cast
from tabard.access import door
from tabard.access.actions import grant
from tabard.incidents import local
from tabard.incidents.actions import create_collection, report, revise
from tabard.incidents.entries import entry_of
from tabard.incidents.models import Revision
from tabard.incidents.writer import Entry
from tabard.people import words
from tabard.people.actions import add_word, create_organisation, label_word, place_organisation, retire_word
from tabard.people.models import Word
from tabard.rules import facts
from tabard.rules.canonical import canonical
from tabard.rules.refusals import Forbidden, Refused

pytestmark = pytest.mark.django_db(databases="__all__")
DAY = date(2019, 5, 1)
A_B: dict[str, Any] = {"list_code": "cause", "code": "a_b", "parent": "crime", "labels": {"en": "x"}}


def made(
    cast: Cast, code: str = "cattle_raid", parent: str = "crime", list_code: str = "cause", **more: Any
) -> Word:
    given = {"owner": cast.organisation_a.pk, "labels": {"en": "Cattle raid"}, "valid_from": DAY} | more
    return add_word(by=cast.administrator, list_code=list_code, code=code, parent=parent, **given)


def told(**more: Any) -> Entry:
    return replace(entry(), facts=replace(entry().facts, **more))


def enter(cast: Cast, said: Entry, owner: str = "") -> Revision:
    create_collection(by=cast.console, code="own", label="Own register")
    found = report(by=cast.console, collection="own", entry=said, owner=owner or cast.organisation_a.pk)
    return found.current.revision


def test_the_fact_is_the_shipped_word_and_the_tag_names_ones_own(cast: Cast) -> None:
    word = made(cast)
    held = enter(cast, told(cause="cattle_raid"))
    assert held.cause == "crime"
    assert list(held.tags.values_list("list", "code")) == [("local", word.pk)]
    assert entry_of(held).facts.tags == (("local", word.pk),)


def test_without_the_word_the_same_report_says_the_same_but_for_the_tag(cast: Cast) -> None:
    made(cast)
    with_own = entry_of(enter(cast, told(cause="cattle_raid"))).facts
    plain = entry_of(enter(cast, told(cause="crime"))).facts
    assert canonical(replace(with_own, tags=())) == canonical(plain)


def test_words_of_persons_things_and_tags_are_found_too(cast: Cast) -> None:
    guard = made(cast, "night_guard", "guard", "function")
    bike = made(cast, "motor_trike", "vehicle", "object_kind")
    harm = facts.Harm(1, outcomes={"injured": facts.Outcome(True)}, function="night_guard")
    thing = facts.ObjectHarm(1, "motor_trike", ("stolen",))
    held = enter(cast, told(harm=(harm,), objects=(thing,)))
    assert held.harm.get().function == "guard"
    assert held.objects_harmed.get().kind == "vehicle"
    assert set(held.tags.values_list("code", flat=True)) == {guard.pk, bike.pk}


def test_nobody_uses_the_words_of_another_organisation(cast: Cast) -> None:
    made(cast)
    with pytest.raises(Refused, match="unknown_word") as refusal:
        enter(cast, told(cause="cattle_raid"), owner=cast.organisation_b.pk)
    assert refusal.value.fields == {"field": "cause"}


def test_parts_use_the_words_of_the_organisation_above_and_their_own_before_them(cast: Cast) -> None:
    part = create_organisation(by=cast.console, name="Part of A", kind="ingo", parent=cast.organisation_a)
    above = made(cast)
    assert enter(cast, told(cause="cattle_raid"), owner=part.pk).tags.get().code == above.pk
    nearer = made(cast, owner=part.pk, parent="terrorism")
    held = enter(cast, told(cause="cattle_raid"), owner=part.pk)
    assert (held.cause, held.tags.get().code) == ("terrorism", nearer.pk)


def test_a_word_of_nobody_in_particular_is_everybodys(cast: Cast) -> None:
    word = made(cast, owner="")
    assert enter(cast, told(cause="cattle_raid"), owner=cast.organisation_b.pk).tags.get().code == word.pk


def test_choosing_another_word_takes_the_tag_away(cast: Cast) -> None:
    made(cast)
    held = enter(cast, told(cause="cattle_raid"))
    said = entry_of(held)
    kept = revise(by=cast.console, incident=held.incident, entry=said)
    assert kept.tags.count() == 1
    other = replace(said, facts=replace(said.facts, cause="terrorism"))
    assert revise(by=cast.console, incident=held.incident, entry=other).tags.count() == 0


def test_a_form_shows_ones_own_word_and_gives_it_back(cast: Cast) -> None:
    made(cast)
    stored = entry_of(enter(cast, told(cause="cattle_raid"))).facts
    owner = cast.organisation_a.pk
    shown = local.with_own(stored, owner)
    assert (shown.cause, shown.tags) == ("cattle_raid", ())
    assert local.with_parents(shown, owner) == stored


@settings(max_examples=40)
@given(st.lists(st.sampled_from(["crime", "terrorism", "cattle_raid", None]), min_size=1, max_size=4))
def test_there_and_back_changes_nothing(causes: list[str | None]) -> None:
    owner = _cast()
    harm = tuple(facts.Harm(1, outcomes={}, cause=cause) for cause in causes)
    said = facts.Incident(cause=causes[0], harm=harm)
    stored = local.with_parents(said, owner)
    assert local.with_parents(local.with_own(stored, owner), owner) == stored


def _cast() -> str:
    """A word of everybody's, made at its first use within the test's own transaction."""
    with door.opened("test"):
        Word.objects.get_or_create(
            owner="", list="cause", code="cattle_raid",
            defaults={"parent": "crime", "labels": {"en": "x"}, "valid_from": DAY},
        )  # fmt: skip
    return ""


def test_a_retired_word_is_offered_no_more_and_what_used_it_keeps_it(cast: Cast) -> None:
    word = made(cast)
    held = enter(cast, told(cause="cattle_raid"))
    retire_word(by=cast.administrator, word=word, last_day=datetime.now(UTC).date() - timedelta(days=2))
    assert words.offered("cause", cast.organisation_a.pk, "en") == []
    with pytest.raises(Refused, match="unknown_word"):
        enter(cast, told(cause="cattle_raid"))
    again = revise(by=cast.console, incident=held.incident, entry=entry_of(held))
    assert again.tags.get().code == word.pk
    with pytest.raises(Refused, match="word_taken"):
        made(cast)
    with pytest.raises(Refused, match="nothing_to_undo"):
        retire_word(by=cast.administrator, word=word)


def test_words_are_offered_in_the_readers_language(cast: Cast) -> None:
    made(cast, labels={"en": "Cattle raid", "ar": "غارة ماشية"})
    assert words.offered("cause", cast.organisation_a.pk, "ar") == [("cattle_raid", "غارة ماشية", "crime")]
    assert words.offered("cause", cast.organisation_a.pk, "fr") == [("cattle_raid", "Cattle raid", "crime")]
    assert words.offered("means", cast.organisation_a.pk, "en") == []
    assert words.offered("cause", cast.organisation_b.pk, "en") == []


def test_a_tag_that_names_no_word_is_refused_or_dropped(cast: Cast) -> None:
    with pytest.raises(Refused, match="unknown_word"):
        enter(cast, told(tags=(("nolist", "x"),)))
    held = enter(cast, told(tags=(("local", "0" * 16),)))
    assert held.tags.count() == 0


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"list_code": "scope"}, "unknown_word"),
        ({"list_code": "outcome"}, "unknown_word"),
        ({"parent": "nothing"}, "unknown_word"),
        ({"code": "crime"}, "word_taken"),
        ({"code": "Upper"}, "bad_value"),
        ({"code": "x" * 41}, "bad_value"),
        ({"labels": {}}, "bad_value"),
        ({"labels": {"en": "  "}}, "bad_value"),
        ({"labels": {"xx": "word"}}, "bad_value"),
        ({"labels": {"en": "x" * 81}}, "bad_value"),
        ({"owner": "0" * 26}, "unknown_word"),
    ],
)
def test_what_is_no_word_is_refused(more: dict[str, Any], code: str, cast: Cast) -> None:
    with pytest.raises(Refused, match=code):
        made(cast, **more)
    assert not Word.objects.exists()


def test_an_organisations_words_are_kept_by_who_may_there(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        add_word(
            by=cast.amina,
            list_code="cause",
            code="a_b",
            parent="crime",
            labels={"en": "x"},
            owner=cast.organisation_a.pk,
        )
    grant(by=cast.console, account=cast.stranger, role="administrator", scope=cast.organisation_b.scope_key)
    cast.stranger.refresh_from_db()
    with pytest.raises(Forbidden):
        add_word(
            by=cast.stranger,
            list_code="cause",
            code="a_b",
            parent="crime",
            labels={"en": "x"},
            owner=cast.organisation_a.pk,
        )
    word = add_word(
        by=cast.stranger,
        list_code="cause",
        code="a_b",
        parent="crime",
        labels={"en": "x"},
        owner=cast.organisation_b.pk,
    )
    label_word(by=cast.stranger, word=word, labels={"en": "y"})
    assert words.offered("cause", cast.organisation_b.pk, "en") == [("a_b", "y", "crime")]


def test_the_chain_says_ids_and_no_label(cast: Cast) -> None:
    word = made(cast)
    last = lines()[-1]
    assert (last.verb, last.subject) == ("people:word:add", f"word:{word.pk}")
    assert "Cattle" not in last.detail


def test_an_organisation_is_never_placed_under_its_own_part(cast: Cast) -> None:
    part = create_organisation(by=cast.console, name="Part", kind="ingo", parent=cast.organisation_a)
    for parent in (part, cast.organisation_a):
        with pytest.raises(Refused, match="bad_value"):
            place_organisation(by=cast.administrator, organisation=cast.organisation_a, parent=parent)
    place_organisation(by=cast.administrator, organisation=part, parent=None)
    part.refresh_from_db()
    assert part.parent is None
