"""Editing: an unchanged form changes nothing, what one may not read is kept, and two people lose nothing."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings

from desk.conftest import People
from desk.test_form import told
from tabard.access import policy
from tabard.access.models import Account, AuditLine
from tabard.access.permissions import Permission
from tabard.desk import editing
from tabard.desk.form.filling import fill
from tabard.desk.form.typed import typed
from tabard.formats.report import Told
from tabard.incidents.actions import report, revise
from tabard.incidents.entries import entry_of
from tabard.incidents.models import Incident, Revision, Words
from tabard.incidents.writer import Entry
from tabard.people.actions import add_word
from tabard.places.models import Position
from tabard.rules import facts
from tabard.rules.ids import ulid

pytestmark = pytest.mark.django_db(databases="__all__")
As = Callable[[Account], Client]
DEEP = settings(
    max_examples=12,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # to make a failure smaller would take minutes
    suppress_health_check=[
        HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large,
        HealthCheck.filter_too_much,
    ],
)  # fmt: skip


def entry(**more: Any) -> Entry:
    key = "01J0000000000000000000000K"
    harm = (
        facts.Harm(2, outcomes={"injured": facts.Outcome(True)}, gender="female"),
        facts.Harm(1, outcomes={"died": facts.Outcome(True)}, subject=key),
    )
    whole = facts.Incident(country="SSD", cause="crime", harm=harm, **more)
    place = facts.Position(4.85, 31.6, "near", locality="Juba")
    claim = facts.SourceClaim("focal_point", "B", 2, claims={"injured": 2})
    return Entry(whole, place, facts.Texts("Canary words", "Canary actor", "en"), (claim,))


@pytest.fixture
def incident(people: People) -> Incident:
    return report(by=people.console, collection="own", owner=people.org, entry=entry())


def sent(page: bytes) -> dict[str, list[str]]:
    """What a browser would send of a form's page unchanged: every control with what stands in it."""
    text, found = page.decode(), {}
    form = text[
        text.index('<form class="report"') : text.index("</form>", text.index('<form class="report"'))
    ]
    for tag in re.findall(r"<input [^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and not ('type="checkbox"' in tag and " checked" not in tag):
            found.setdefault(name[1], []).append(html.unescape(value[1] if value else ""))
    for name, body in re.findall(r'<select [^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', body)
        first = re.search(r'value="([^"]*)"', body)
        found.setdefault(name, []).append(html.unescape((chosen or first)[1]))  # type: ignore[index]
    for name, body in re.findall(r'<textarea [^>]*name="([^"]*)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL):
        found.setdefault(name, []).append(html.unescape(body))
    return found


def test_an_unchanged_form_makes_no_revision(people: People, as_: As, incident: Incident) -> None:
    client, address = as_(people.desk), f"/incidents/{incident.reference}/edit/"
    unchanged = sent(client.get(address).content)
    assert unchanged["details"] == ["Canary words"]
    assert client.post(address, unchanged | {"do": "save"})["Location"] == f"/incidents/{incident.reference}/"
    assert Revision.objects.count() == 1


def bare(values: Iterable[str]) -> list[str]:
    """Values without their order and the blanks around them, which are no change."""
    return sorted(value.replace("\r\n", "\n").strip() for value in values)


@DEEP
@given(whole=told())
def test_any_record_goes_through_the_page_unchanged(people: People, as_: As, whole: Told) -> None:
    """The page itself, not only the form behind it: nothing that is stored is without its control."""
    if not all(source.kind for source in whole.sources):
        return
    made = report(
        by=people.console, collection="own", owner=people.org,
        entry=Entry(whole.facts, whole.position, whole.texts, whole.sources),
    )  # fmt: skip
    client, address = as_(people.desk), f"/incidents/{made.reference}/edit/"
    answer = client.get(address)
    shown = typed((n, v) for n, vs in sent(answer.content).items() for v in vs)
    for name, values in fill(whole).items():
        assert bare(shown.get(name, ())) == bare(values), name
    client.post(address, sent(answer.content) | {"do": "save"})
    assert Revision.objects.filter(incident=made).count() == 1


def test_a_change_makes_one_revision_and_keeps_words_and_place_by_reference(
    people: People, as_: As, incident: Incident
) -> None:
    client, address = as_(people.desk), f"/incidents/{incident.reference}/edit/"
    form = sent(client.get(address).content) | {"cause": "terrorism", "reason": "reclassification"}
    client.post(address, form | {"do": "save"})
    first, second = Revision.objects.order_by("number")
    assert (second.cause, second.reason, second.by) == ("terrorism", "reclassification", people.desk.pk)
    assert (second.words, second.place) == (first.words, first.place)
    assert (second.words_hash, second.place_hash) == (first.words_hash, first.place_hash)
    assert (Words.objects.count(), Position.objects.count()) == (1, 1)
    assert entry_of(second).facts.harm == entry().facts.harm


def test_changed_words_are_new_rows_and_the_place_stays(people: People, as_: As, incident: Incident) -> None:
    client, address = as_(people.desk), f"/incidents/{incident.reference}/edit/"
    client.post(address, sent(client.get(address).content) | {"details": "Other words", "do": "save"})
    first, second = Revision.objects.order_by("number")
    assert second.words != first.words
    assert second.place == first.place
    assert Words.objects.get(pk=first.words).details == "Canary words"
    assert Words.objects.get(pk=second.words).details == "Other words"


@pytest.fixture
def blind_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A desk that revises and may not read words."""
    holding = policy.holding

    def without(actor: Any, permission: Permission) -> tuple[Any, ...]:
        found = holding(actor, permission)
        if permission is not Permission.RESTRICTED_READ:
            return found
        return tuple(grant for grant in found if grant.role.code != "desk")

    monkeypatch.setattr(policy, "holding", without)


def test_what_the_editor_may_not_read_is_kept(
    people: People, as_: As, incident: Incident, blind_desk: None
) -> None:
    client, address = as_(people.desk), f"/incidents/{incident.reference}/edit/"
    page = client.get(address).content
    assert b"Canary" not in page
    assert b"Juba" not in page
    assert b"0000000K" not in page
    client.post(address, sent(page) | {"cause": "terrorism", "do": "save"})
    first, second = Revision.objects.order_by("number")
    assert (second.words, second.place) == (first.words, first.place)
    assert entry_of(second).facts.harm == entry().facts.harm  # its keys too


def test_who_may_not_revise_finds_no_edit(people: People, as_: As, incident: Incident) -> None:
    address = f"/incidents/{incident.reference}/edit/"
    assert as_(people.officer).get(address).status_code == 403
    assert as_(people.stranger).get(address).status_code == 403
    absent = as_(people.desk).get("/incidents/XXX-2024-0001/edit/")
    hidden = report(by=people.console, collection="own", owner=people.other, entry=entry())
    assert (
        as_(people.desk).get(f"/incidents/{hidden.reference}/edit/").status_code == absent.status_code == 404
    )


def other_desk(people: People, incident: Incident, **more: Any) -> None:
    revise(by=people.console, incident=incident, entry=entry(**more), reason="correction")


def test_two_who_changed_different_things_keep_both(people: People, as_: As, incident: Incident) -> None:
    client, address = as_(people.desk), f"/incidents/{incident.reference}/edit/"
    mine = sent(client.get(address).content) | {"means": "shooting", "details": "More words", "do": "save"}
    other_desk(people, incident, setting="road")
    answer = client.post(address, mine)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Road" in page
    assert "Shooting" in page
    assert 'type="radio"' not in page
    assert Revision.objects.count() == 2
    client.post(address, mine | {"seen": "2"})
    last = Revision.objects.get(number=3)
    assert (last.means, last.setting) == ("shooting", "road")
    assert entry_of(last).texts.details == "More words"
    assert entry_of(last).texts.actor_name == "Canary actor"


@pytest.mark.parametrize(("side", "cause"), [("mine", "terrorism"), ("theirs", "civil_unrest")])
def test_where_both_changed_the_same_a_person_chooses(
    people: People, as_: As, incident: Incident, side: str, cause: str
) -> None:
    client, address = as_(people.desk), f"/incidents/{incident.reference}/edit/"
    mine = sent(client.get(address).content) | {"cause": "terrorism", "h0.n": "5", "do": "save"}
    revise(
        by=people.console,
        incident=incident,
        entry=Entry(facts.Incident(country="SSD", cause="civil_unrest", harm=entry().facts.harm)),
        reason="correction",
    )
    page = client.post(address, mine).content.decode()
    assert 'name="pick.cause" value="mine"' in page
    assert 'name="pick.h"' not in page
    assert client.post(address, mine | {"seen": "2"}).status_code == 409  # not before it is chosen
    client.post(address, mine | {"seen": "2", "pick.cause": side})
    last = Revision.objects.get(number=3)
    assert last.cause == cause
    assert last.harm.get(position=0).n == 5


def test_a_third_change_while_choosing_is_shown_again(people: People, as_: As, incident: Incident) -> None:
    client, address = as_(people.desk), f"/incidents/{incident.reference}/edit/"
    mine = sent(client.get(address).content) | {"means": "shooting", "do": "save"}
    other_desk(people, incident, setting="road")
    other_desk(people, incident, setting="convoy")
    assert client.post(address, mine | {"seen": "2"}).status_code == 409
    assert Revision.objects.count() == 3


def test_an_edit_waits_as_a_draft(people: People, as_: As, incident: Incident) -> None:
    client, address = as_(people.desk), f"/incidents/{incident.reference}/edit/"
    form = sent(client.get(address).content) | {"cause": "terrorism", "do": "draft"}
    client.post(address, form)
    listed = client.get("/incidents/drafts/").content.decode()
    found = re.search(r"\?draft=(\w{26})", listed)
    assert found
    again = sent(client.get(f"{address}?draft={found[1]}").content)
    assert again["cause"] == ["terrorism"]
    assert Revision.objects.count() == 1


@pytest.mark.parametrize("reason", ["void", "counted_as", "withdrawn", "new", "nonsense"])
def test_no_reason_but_those_offered(people: People, as_: As, incident: Incident, reason: str) -> None:
    client, address = as_(people.desk), f"/incidents/{incident.reference}/edit/"
    form = sent(client.get(address).content) | {"cause": "terrorism", "reason": reason, "do": "save"}
    assert client.post(address, form).status_code == 400
    assert Revision.objects.count() == 1


@pytest.mark.parametrize("base", ["", "0", "99", "x", "-1", "99999999999"])
def test_a_base_that_is_none_breaks_nothing(people: People, as_: As, incident: Incident, base: str) -> None:
    client, address = as_(people.desk), f"/incidents/{incident.reference}/edit/"
    form = sent(client.get(address).content) | {"expected": "0", "base": base, "do": "save"}
    assert client.post(address, form).status_code in (400, 404)


def test_reading_for_an_edit_is_recorded(people: People, incident: Incident) -> None:
    editing.standing(people.desk, incident)
    assert AuditLine.objects.filter(verb="incidents:restricted:read", actor=people.desk.pk).exists()


def test_a_word_of_ones_own_is_offered_chosen_and_counts_as_its_parent(people: People, as_: As) -> None:
    """And shows again in the edit, where an unchanged form still changes nothing."""
    word = add_word(
        by=people.console, owner=people.org, list_code="cause", code="cattle_raid",
        parent="crime", labels={"en": "Cattle raid"},
    )  # fmt: skip
    client, key = as_(people.officer), ulid()
    page = client.get("/incidents/new/").content.decode()
    assert '<option value="own:cattle_raid">Cattle raid</option>' in page
    client.post("/incidents/new/", {"key": key, "cause": "own:cattle_raid", "country": "SSD", "do": "send"})
    revision = Revision.objects.get(incident=key)
    assert revision.cause == "crime"
    assert [(tag.list, tag.code) for tag in revision.tags.all()] == [("local", word.pk)]
    desk, address = as_(people.desk), f"/incidents/{Incident.objects.get(pk=key).reference}/edit/"
    form = sent(desk.get(address).content)
    assert form["cause"] == ["own:cattle_raid"]
    desk.post(address, form | {"do": "save"})
    assert Revision.objects.count() == 1
    desk.post(address, form | {"cause": "fire", "do": "save"})
    last = Revision.objects.get(incident=key, number=2)
    assert (last.cause, last.tags.count()) == ("fire", 0)
