"""The told log, and what it does to the wait for next of kin: the index follows, undo brings it back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.db.utils import IntegrityError
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.made import again, cast_member, index, killed, made_file, report, rolled_back, take, tampering
from tabard.access import guard
from tabard.access.models import Account, AuditLine
from tabard.access.trail import console
from tabard.incidents import kin, standing
from tabard.incidents.actions import create_collection, revise, void, withdraw
from tabard.incidents.models import Current, Incident, Told
from tabard.incidents.told import log_of, parties_told, tell, tell_many, untell
from tabard.incidents.writer import Entry
from tabard.rules import facts
from tabard.rules.ids import ulid
from tabard.rules.refusals import Forbidden, Refused

pytestmark = pytest.mark.django_db(databases="__all__")
YES = facts.Outcome(True)


def state(incident: Incident) -> str:
    return Current.objects.get(pk=incident.pk).kin


def harmed(*people: facts.Harm) -> Entry:
    return Entry(killed(harm=people))


def person(*codes: str, subject: str | None = None) -> facts.Harm:
    return facts.Harm(1, outcomes=dict.fromkeys(codes, YES), scope="unsms", subject=subject)


def test_a_death_waits_until_next_of_kin_are_told(by: Account) -> None:
    incident = report(by)
    assert state(incident) == "waits"
    for whom in ("head_office", "designated_official", "police", "embassy", "partner", "medical"):
        tell(by=by, incident=incident, whom=whom, how="phone")
        assert state(incident) == "waits", whom
    told = tell(by=by, incident=incident, whom="next_of_kin", how="in_person")
    assert state(incident) == "settled"
    assert (told.persons, told.died) == (1, 1)
    assert not kin.holds(again(incident))


def test_where_nobody_came_to_grave_harm_nobody_waits(by: Account) -> None:
    assert state(report(by, entry=harmed(person("threatened"), person("robbed")))) == ""


def test_nobody_to_tell_wants_a_reason(by: Account) -> None:
    incident = report(by)
    for reason, code in (("", "unknown_word"), ("because", "unknown_word")):
        with pytest.raises(Refused, match=code):
            tell(by=by, incident=incident, whom="no_next_of_kin", reason=reason)
    with pytest.raises(Refused, match="bad_value"):
        tell(by=by, incident=incident, whom="police", reason="none_living")
    assert state(incident) == "waits"
    tell(by=by, incident=incident, whom="no_next_of_kin", reason="none_living")
    assert state(incident) == "settled"


def test_taken_back_it_waits_again_and_the_line_stays(by: Account) -> None:
    incident = report(by)
    told = tell(by=by, incident=incident, whom="next_of_kin")
    undone = untell(by=by, told=told)
    assert state(incident) == "waits"
    assert [row.pk for row in log_of(incident)] == [told.pk]
    assert log_of(incident)[0].voided_by == undone
    assert parties_told(incident) == []
    for row in (told, undone):
        with pytest.raises(Refused, match="nothing_to_undo"):
            untell(by=by, told=row)


@pytest.mark.parametrize("what", ["one more died", "the one taken died"])
def test_what_is_learned_later_waits_again(by: Account, what: str) -> None:
    incident = report(by, entry=harmed(person("abducted")))
    told = tell(by=by, incident=incident, whom="next_of_kin")
    later = (person("abducted"), person("died")) if what == "one more died" else (person("abducted", "died"),)
    revise(by=by, incident=again(incident), entry=harmed(*later))
    assert state(incident) == "waits"
    void(by=by, incident=again(incident), number=2)
    assert state(incident) == "settled"
    assert Told.objects.get(pk=told.pk).died == 0


def test_a_withdrawn_record_still_waits(by: Account) -> None:
    incident = report(by)
    withdraw(by=by, incident=incident)
    assert state(incident) == "waits"


def test_person_by_person(by: Account) -> None:
    one, other = ulid(), ulid()
    incident = report(by, entry=harmed(person("died", subject=one), person("abducted", subject=other)))
    tell(by=by, incident=incident, whom="next_of_kin", subject=one)
    assert state(incident) == "waits"
    with pytest.raises(Refused, match="bad_value"):
        tell(by=by, incident=incident, whom="next_of_kin", subject=ulid())
    tell(by=by, incident=incident, whom="no_next_of_kin", reason="told_by_person", subject=other)
    assert state(incident) == "settled"


def test_records_of_public_sources_and_invented_ones_are_free(by: Account) -> None:
    take(by, made_file({"1": 3}), datetime(2020, 1, 1, tzinfo=UTC).date())
    assert list(Current.objects.values_list("kin", flat=True)) == [""]
    create_collection(by=by, code="shown", label="Shown", example=True)
    assert state(report(by, collection="shown")) == ""


def test_the_index_is_rebuilt_to_the_same(by: Account) -> None:
    incidents = [report(by), report(by, entry=harmed(person("robbed"))), report(by)]
    tell(by=by, incident=incidents[2], whom="next_of_kin")
    before = index()
    with guard.lifted():
        standing.rebuild()
    assert index() == before
    assert kin.waiting([each.pk for each in incidents]) == {incidents[0].pk}
    assert set(Incident.objects.filter(kin.under_embargo("current__"))) == {incidents[0]}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"whom": "family"}, "unknown_word"),
        ({"whom": "police", "how": "pigeon"}, "unknown_word"),
        ({"whom": "police", "at": datetime.now(UTC) + timedelta(days=1)}, "future_date"),
    ],
)
def test_what_is_no_word_or_lies_ahead_is_refused(by: Account, given: dict[str, Any], code: str) -> None:
    incident = report(by)
    with pytest.raises(Refused, match=code):
        tell(by=by, incident=incident, **given)
    assert not Told.objects.exists()


def test_who_may(by: Account, amina: Account, joseph: Account) -> None:
    ours, theirs = report(by, owner="A"), report(by, owner="B")
    officer = cast_member(by, "officer", "officer", "org:A")
    for actor in (amina, officer):
        tell(by=actor, incident=again(ours), whom="police")
        with pytest.raises(Forbidden):
            tell(by=actor, incident=again(theirs), whom="police")
        with pytest.raises(Forbidden):
            tell_many(by=actor, incidents=[again(ours), again(theirs)], whom="police")
    with pytest.raises(Forbidden):
        tell(by=joseph, incident=again(theirs), whom="police")
    line = tell(by=by, incident=again(theirs), whom="next_of_kin")
    with pytest.raises(Forbidden):
        untell(by=amina, told=line)


def test_of_many_at_once(by: Account) -> None:
    incidents = [report(by, owner="A") for _ in range(3)]
    made = tell_many(by=by, incidents=incidents, whom="no_next_of_kin", reason="before_register")
    assert {state(each) for each in incidents} == {"settled"}
    assert len(made) == 3
    untell(by=by, told=made[0])
    assert sorted(map(state, incidents)) == ["settled", "settled", "waits"]


def test_the_log_is_append_only_and_the_audit_holds_codes(by: Account) -> None:
    incident = report(by)
    told = tell(by=by, incident=incident, whom="next_of_kin", how="phone")
    line = AuditLine.objects.order_by("-id")[0]
    assert (line.verb, line.subject) == ("incidents:incident:tell", f"incident:{incident.pk}")
    assert "next_of_kin" in str(line.detail)
    assert told.pk in str(line.detail)
    for change in (lambda: Told.objects.update(whom="police"), lambda: Told.objects.all().delete()):
        with pytest.raises((DatabaseError, Refused)), transaction.atomic():
            change()


def test_the_database_itself_wants_the_reason(by: Account) -> None:
    incident = report(by)
    now = datetime.now(UTC)
    with tampering(), pytest.raises(IntegrityError), transaction.atomic():
        Told.objects.create(incident=incident, whom="no_next_of_kin", at=now, recorded_at=now, by=by.pk)


acts = st.lists(
    st.one_of(
        st.tuples(st.just("tell"), st.sampled_from(["next_of_kin", "no_next_of_kin", "police"])),
        st.tuples(st.just("untell"), st.integers(0, 5)),
        st.tuples(st.just("revise"), st.sampled_from(["died", "abducted", "both", "robbed"])),
    ),
    max_size=8,
)
PEOPLE = {
    "died": (person("died"),),
    "abducted": (person("abducted"),),
    "both": (person("died"), person("abducted")),
    "robbed": (person("robbed"),),
}


@given(acts)
@settings(max_examples=40)
def _random(some: list[tuple[str, Any]]) -> None:
    """Whatever is done in whatever order: the column says what a recount over lines and facts says."""
    with rolled_back():
        by = console()
        create_collection(by=by, code="own", label="own")
        incident, held, words = report(by), "died", dict[str, tuple[int, int]]()
        for what, which in some:
            if what == "tell":
                reason = {"reason": "asked_not"} if which == "no_next_of_kin" else {}
                line = tell(by=by, incident=again(incident), whom=which, **reason)
                if which != "police":
                    words[line.pk] = COUNTS[held]
            elif what == "untell" and which < len(words):
                pk = sorted(words)[which]
                del words[pk]
                untell(by=by, told=Told.objects.get(pk=pk))
            elif what == "revise":
                held = which
                revise(by=by, incident=again(incident), entry=harmed(*PEOPLE[which]))
            people, died = COUNTS[held]
            told = any(people <= n and died <= d for n, d in words.values())
            assert state(incident) == ("" if not people else "settled" if told else "waits")


COUNTS = {"died": (1, 1), "abducted": (1, 0), "both": (2, 1), "robbed": (0, 0)}


def test_any_sequence(db: None) -> None:
    _random()
