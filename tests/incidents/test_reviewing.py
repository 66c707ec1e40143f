"""The desk's decisions: what each does to what is owed, and that undoing brings back what was."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.made import again, at, entry, index, killed, made_file, report, rolled_back
from incidents.made import take as take_in
from incidents.strategies import IN_DATABASE
from tabard.access import guard
from tabard.access.models import Account, AuditLine
from tabard.incidents import actions, reviewing, standing
from tabard.incidents.bulk import Coming, report_many
from tabard.incidents.decisions import Why, reasons, reasons_to_undo
from tabard.incidents.models import Current, Incident, Link, Note, Review, Revision
from tabard.incidents.splitting import Part, split
from tabard.incidents.writer import Entry
from tabard.rules import facts
from tabard.rules.canonical import incident_from
from tabard.rules.ids import ulid
from tabard.rules.refusals import Forbidden, Refused
from tabard.vocab.words import words

pytestmark = pytest.mark.django_db(databases="__all__")
CHECKED, MISTAKE = Why("checked"), Why("mistake")


def owed(incident: Incident) -> tuple[str, bool]:
    """The state of the desk's queue, and whether it waits there."""
    row = Current.objects.get(pk=incident.pk)
    return row.review, row.waiting_since is not None


def test_what_is_reported_waits_for_the_desk(by: Account) -> None:
    incident = report(by)
    assert owed(incident) == ("new", True)
    assert Current.objects.get().waiting_since == incident.made_at.isoformat(timespec="microseconds")


def test_verified_until_somebody_revises(by: Account) -> None:
    incident = report(by)
    reviewing.verify(by=by, incident=incident, why=CHECKED)
    assert owed(incident) == ("verified", False)
    changed = actions.revise(by=by, incident=incident, entry=entry(2))
    assert owed(incident) == ("changed", True)
    actions.void(by=by, incident=incident, number=changed.number)
    assert owed(incident) == ("verified", False)  # what was verified holds again


def test_a_late_verification_is_a_revision_with_the_same_words(by: Account) -> None:
    told = Entry(killed(certainty="rumour"), texts=facts.Texts("The words of the source."))
    incident = report(by, entry=told)
    reviewing.verify(by=by, incident=incident, why=Why("witness"), certainty="confirmed")
    first, second = Revision.objects.order_by("number")
    assert (second.reason, second.certainty, second.words) == ("late_verification", "confirmed", first.words)
    assert owed(incident) == ("verified", False)


@pytest.mark.parametrize(
    ("decide", "reason", "state"),
    [("hold", "doubtful", "held"), ("code", "checked", "coded"), ("ask_back", "unclear", "asked")],
)
def test_what_waits_for_something(by: Account, decide: str, reason: str, state: str) -> None:
    incident = report(by)
    getattr(reviewing, decide)(by=by, incident=incident, why=Why(reason, "Which road?"))
    assert owed(incident) == (state, True)


def test_a_hold_lasts_and_a_question_ends_with_a_revision(by: Account) -> None:
    held, asked = report(by), report(by)
    reviewing.hold(by=by, incident=held, why=Why("doubtful"))
    reviewing.ask_back(by=by, incident=asked, why=Why("unclear", "Which road?"))
    for incident in (held, asked):
        actions.revise(by=by, incident=incident, entry=entry(2))
    assert owed(held) == ("held", True)
    assert owed(asked) == ("changed", True)
    reviewing.release(by=by, incident=held, why=Why("settled"))
    assert owed(held) == ("new", True)


def test_withdrawn_and_counted_elsewhere_owe_nothing(by: Account) -> None:
    one, two, other = report(by), report(by), report(by)
    reviewing.withdraw(by=by, incident=one, why=Why("refuted"))
    reviewing.count_as(by=by, incident=two, another=other, why=Why("same_event"))
    assert [owed(one), owed(two), owed(other)] == [("", False), ("", False), ("new", True)]
    assert set(Current.objects.values_list("standing", flat=True)) == {"withdrawn", "counted_as", "counted"}


def test_what_a_file_brought_owes_nothing_until_decided_on(by: Account) -> None:
    take_in(by, made_file({"9001": 1}), date(2020, 1, 1))
    incident = Incident.objects.get(source_key="9001")
    assert owed(incident) == ("", False)
    review = reviewing.hold(by=by, incident=incident, why=Why("doubtful"))
    assert owed(incident) == ("held", True)
    reviewing.undo(by=by, review=review, why=MISTAKE)
    assert owed(incident) == ("", False)


def test_what_moves_in_at_once_owes_nothing(by: Account) -> None:
    coming = [Coming(ulid(), entry(), at(2020), reviewed=reviewed) for reviewed in (True, False)]
    report_many(by=by, collection="own", coming=coming)
    assert [owed(Incident.objects.get(pk=one.id)) for one in coming] == [("", False), ("new", True)]


def test_the_question_is_an_erasable_note(by: Account) -> None:
    incident = report(by, entry=replace(entry(), texts=facts.Texts("Words."), original="01JORIGINAL"))
    review = reviewing.ask_back(by=by, incident=incident, why=Why("unclear", " Which road? "))
    assert Note.objects.get(pk=review.note).text == "Which road?"
    assert review.note_hash
    actions.erase_words(by=by, original="01JORIGINAL", reason="asked")
    assert not Note.objects.exists()
    assert "Which" not in "".join(AuditLine.objects.values_list("detail", flat=True))


@pytest.mark.parametrize(
    ("why", "code"),
    [
        (Why("official"), "unknown_word"),  # goes with another decision
        (Why("because"), "unknown_word"),
        (Why("doubtful", "x" * 2001), "too_long"),
        (Why("doubtful", "x\0"), "bad_value"),
    ],
)
def test_reasons_and_notes_are_checked(by: Account, why: Why, code: str) -> None:
    incident = report(by)
    with pytest.raises(Refused, match=code):
        reviewing.hold(by=by, incident=incident, why=why)
    assert not Review.objects.exists()


def test_refusals(by: Account) -> None:
    incident = report(by)
    review = reviewing.verify(by=by, incident=incident, why=CHECKED)
    refused: list[tuple[str, Any, dict[str, Any]]] = [
        ("already_so", reviewing.verify, {"why": CHECKED}),
        ("already_so", reviewing.code, {"why": CHECKED}),
        ("already_so", reviewing.release, {"why": Why("settled")}),
        ("missing_field", reviewing.ask_back, {"why": Why("unclear", "  ")}),
        ("only_revision", reviewing.void, {"number": 1, "why": MISTAKE}),
        ("changed_meanwhile", reviewing.hold, {"why": Why("doubtful"), "expected": 7}),
        ("bad_value", reviewing.link, {"another": incident, "kind": "part_of", "why": Why("together")}),
    ]
    for code, verb, more in refused:
        with pytest.raises(Refused, match=code):
            verb(by=by, incident=incident, **more)
    reviewing.undo(by=by, review=review, why=MISTAKE)
    for twice in (review, Review.objects.latest("decided_at")):
        with pytest.raises(Refused, match="nothing_to_undo"):
            reviewing.undo(by=by, review=twice, why=MISTAKE)


def test_what_came_of_a_decision_is_undone_with_it_only(by: Account) -> None:
    incident = report(by)
    reviewing.verify(by=by, incident=incident, why=CHECKED, certainty="confirmed")
    with pytest.raises(Refused, match="undo_the_decision"):
        reviewing.void(by=by, incident=incident, number=2, why=MISTAKE)


def both() -> Entry:
    """Two groups and a vehicle."""
    injured = facts.Harm(2, outcomes={"injured": facts.Outcome(True)}, scope="ngo")
    told = killed(objects=(facts.ObjectHarm(1, "vehicle", ("destroyed",)),))
    return Entry(
        replace(told, harm=(*told.harm, injured)),
        texts=facts.Texts("Two things happened."),
        sources=(facts.SourceClaim("media", claims={"died": 1, "injured": 2}),),
    )


def counted() -> tuple[int, int]:
    """Killed and injured in all incidents that count."""
    rows = Current.objects.filter(standing="counted")
    return sum(r.died or 0 for r in rows), sum(r.injured or 0 for r in rows)


def test_a_split_moves_persons_and_loses_none(by: Account) -> None:
    incident = report(by, entry=both())
    review = split(by=by, incident=incident, parts=[Part(harm=frozenset({1}))], why=Why("several"))
    assert counted() == (1, 2)
    first, new = Incident.objects.order_by("reference")
    assert first == incident
    assert (new.owner, new.sensitivity, new.collection_id) == (incident.owner, incident.sensitivity, "own")
    held = standing.latest_of([new.pk]).__next__()
    told = incident_from(held.facts)
    assert [h.n for h in told.harm] == [2]
    assert told.objects == ()
    assert held.words == Revision.objects.get(incident=incident, number=1).words
    assert held.sources.get().claims == "{}"
    assert Link.objects.get().kind == "part_of"
    assert held.known_at == Revision.objects.get(incident=incident, number=2).known_at
    assert [owed(first), owed(new)] == [("new", True), ("new", True)]
    reviewing.undo(by=by, review=review, why=MISTAKE)
    assert counted() == (1, 2)
    assert Current.objects.count() == 1
    assert Link.objects.filter(voids=None, voided_by=None).count() == 0


def test_a_split_that_somebody_went_on_with_is_not_undone(by: Account) -> None:
    incident = report(by, entry=both())
    review = split(by=by, incident=incident, parts=[Part(harm=frozenset({1}))], why=Why("several"))
    new = Incident.objects.latest("reference")
    later = reviewing.verify(by=by, incident=new, why=CHECKED)
    before = index()
    with pytest.raises(Refused, match="undo_later_first"):
        reviewing.undo(by=by, review=review, why=MISTAKE)
    assert index() == before
    reviewing.undo(by=by, review=later, why=MISTAKE)
    made = actions.revise(by=by, incident=incident, entry=entry(5))
    with pytest.raises(Refused, match="undo_later_first"):
        reviewing.undo(by=by, review=review, why=MISTAKE)
    actions.void(by=by, incident=incident, number=made.number)
    reviewing.undo(by=by, review=review, why=MISTAKE)
    assert counted() == (1, 2)


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([], "split_nothing"),
        ([Part()], "split_nothing"),
        ([Part(frozenset({0, 1}), frozenset({0}))], "split_nothing"),
        ([Part(frozenset({0})), Part(frozenset({0}))], "bad_value"),
        ([Part(frozenset({9}))], "bad_value"),
    ],
)
def test_a_split_leaves_something_everywhere(by: Account, parts: list[Part], code: str) -> None:
    incident = report(by, entry=both())
    with pytest.raises(Refused, match=code):
        split(by=by, incident=incident, parts=parts, why=Why("several"))


def test_a_split_never_divides_a_number_stated_by_itself(by: Account) -> None:
    told = both()
    margins = (facts.Margin(3, "total", ""),)
    incident = report(by, entry=replace(told, facts=replace(told.facts, margins=margins)))
    with pytest.raises(Refused, match="split_by_numbers"):
        split(by=by, incident=incident, parts=[Part(frozenset({0}))], why=Why("several"))


def test_who_may(by: Account, amina: Account, joseph: Account) -> None:
    ours, theirs = report(by, owner="A"), report(by, owner="B")
    reviewing.verify(by=amina, incident=again(ours), why=CHECKED)
    for account, incident in ((amina, theirs), (joseph, ours), (joseph, theirs)):
        with pytest.raises(Forbidden):
            reviewing.hold(by=account, incident=again(incident), why=Why("doubtful"))
    with pytest.raises(Forbidden):
        reviewing.undo(by=joseph, review=Review.objects.get(), why=MISTAKE)
    with pytest.raises(Forbidden):
        reviewing.link(
            by=amina, incident=again(ours), another=again(theirs), kind="part_of", why=Why("together")
        )


def test_every_kind_of_decision_has_reasons() -> None:
    for kind in words("review_kind"):
        assert reasons(kind), kind
    kinds = {k for word in words("review_reason").values() for k in word.extra["kinds"].split()}
    assert kinds <= set(words("review_kind"))
    assert "mistake" in reasons_to_undo()


# Random sequences of decisions over three incidents, then everything undone, the last first.
WHICH = st.integers(0, 2)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            "verify confirm code hold ask_back release withdraw count_as link unlink void split undo".split()
        ),
        WHICH,
        WHICH,
    ),
    min_size=1,
    max_size=8,
)


def take(by: Account, step: str, one: Incident, other: Incident) -> Review | None:
    """One decision; None where it is refused."""
    plain = {"verify": CHECKED, "code": CHECKED, "hold": Why("doubtful"), "release": Why("settled")}
    try:
        if step in plain:
            return getattr(reviewing, step)(by=by, incident=one, why=plain[step])  # type: ignore[no-any-return]
        if step == "confirm":
            return reviewing.verify(by=by, incident=one, why=CHECKED, certainty="confirmed")
        if step == "ask_back":
            return reviewing.ask_back(by=by, incident=one, why=Why("unclear", "Where?"))
        if step == "withdraw":
            return reviewing.withdraw(by=by, incident=one, why=Why("refuted"))
        if step == "count_as":
            return reviewing.count_as(by=by, incident=one, another=other, why=Why("same_event"))
        if step == "link":
            return reviewing.link(
                by=by, incident=one, another=other, kind="same_event", why=Why("same_event")
            )
        if step == "unlink":
            found = Link.objects.filter(first=one, voids=None, voided_by=None).first()
            return found and reviewing.unlink(by=by, incident=one, link=found, why=MISTAKE)
        if step == "void":
            return reviewing.void(by=by, incident=one, number=1, why=MISTAKE)
        if step == "split":
            return split(by=by, incident=one, parts=[Part(harm=frozenset({0}))], why=Why("several"))
    except Refused:
        return None
    last = Review.objects.filter(voids=None, voided_by=None).exclude(kind="split_off").last()
    return last and reviewing.undo(by=by, review=last, why=MISTAKE)


def links() -> list[tuple[str, str, str]]:
    """The links that stand."""
    rows = Link.objects.filter(voids=None, voided_by=None)
    return sorted(rows.values_list("first_id", "second_id", "kind").distinct())


NUMBERED = {
    "revision_id",
    "number",
    "review",
    "waiting_since",
}  # a revision said again has a number of its own


def canonical_rows(*, exact: bool) -> list[str]:
    """The rows of the index, told by column."""
    skipped = set() if exact else NUMBERED
    names = [f.attname for f in Current._meta.concrete_fields if f.attname not in skipped]
    return sorted(map(str, Current.objects.values_list(*names)))


@IN_DATABASE
@given(steps=STEPS)
def test_undoing_everything_brings_back_what_was(by: Account, steps: list[tuple[str, int, int]]) -> None:
    with rolled_back():
        three = [report(by, entry=both(), known_at=at(2019, 5, 5)) for _ in range(3)]
        for incident in three:
            actions.revise(by=by, incident=incident, entry=both(), known_at=at(2019, 5, 6))
        exact = not any(step == "void" for step, _, _ in steps)
        before = canonical_rows(exact=exact), links()
        for step, one, other in steps:
            take(by, step, again(three[one]), again(three[other]))
        told = index()
        rebuild()
        assert index() == told
        _undo_all(by)
        assert (canonical_rows(exact=exact), links()) == before
        rebuild()
        assert canonical_rows(exact=exact) == before[0]


def rebuild() -> None:
    """As the command line does it."""
    with guard.lifted():
        standing.rebuild()


def _undo_all(by: Account) -> None:
    rows = Review.objects.filter(voids=None, voided_by=None).exclude(kind="split_off")
    for review in sorted(rows, key=lambda r: (r.decided_at, r.pk), reverse=True):
        reviewing.undo(by=by, review=review, why=MISTAKE)
