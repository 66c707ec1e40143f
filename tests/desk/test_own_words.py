"""An organisation's own words in the report form: offered, sent, shown again, and changed for a shipped one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from desk.conftest import People
from desk.test_editing import sent
from desk.test_reporting import NEW, five
from tabard.access.models import Account
from tabard.incidents.models import Current, Incident, Revision
from tabard.intake.models import Original
from tabard.people.actions import add_word
from tabard.people.models import Word

pytestmark = pytest.mark.django_db(databases="__all__")
As = Callable[[Account], Client]


@pytest.fixture
def word(people: People) -> Word:
    return made(people, "cause", "cattle_raid", "crime")


def made(people: People, list_code: str, code: str, parent: str) -> Word:
    return add_word(
        by=people.console,
        list_code=list_code,
        code=code,
        parent=parent,
        labels={"en": code.title()},
        owner=people.org,
    )


def enter(client: Client, **more: str) -> Incident:
    answer = client.post(NEW, five(**more))
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return Incident.objects.get()


def test_the_form_offers_them_and_the_register_counts_them(people: People, as_: As, word: Word) -> None:
    client = as_(people.officer)
    assert '<option value="own:cattle_raid">' in client.get(NEW).content.decode()
    made = enter(client, cause="own:cattle_raid")
    assert Current.objects.get().cause == "crime"
    assert made.current.revision.tags.get().code == word.pk
    assert "Cattle_Raid (Crime)" in client.get(f"/incidents/{made.reference}/").content.decode()


def test_an_edit_shows_the_word_and_unchanged_makes_no_revision(people: People, as_: As, word: Word) -> None:
    made(people, "function", "night_guard", "guard")
    incident = enter(as_(people.officer), cause="own:cattle_raid", h0__function="own:night_guard")
    client, address = as_(people.desk), f"/incidents/{incident.reference}/edit/"
    page = sent(client.get(address).content)
    assert (page["cause"], page["h0.function"]) == (["own:cattle_raid"], ["own:night_guard"])
    client.post(address, page | {"do": "save"})
    assert Revision.objects.count() == 1


def test_the_shipped_word_chosen_instead_takes_the_tag_away(people: People, as_: As, word: Word) -> None:
    incident = enter(as_(people.officer), cause="own:cattle_raid")
    client, address = as_(people.desk), f"/incidents/{incident.reference}/edit/"
    page: dict[str, Any] = sent(client.get(address).content)
    client.post(address, page | {"cause": ["crime"], "do": "save"})
    held = Current.objects.get().revision
    assert (held.number, held.cause, held.tags.count()) == (2, "crime", 0)


@pytest.mark.parametrize("cause", ["own:not_there", "own:", "own:Crime", "own:crime;", "own:" + "x" * 60])
def test_a_word_that_is_not_there_is_refused_in_the_form(
    cause: str, people: People, as_: As, word: Word
) -> None:
    answer = as_(people.officer).post(NEW, five(cause=cause))
    assert answer.status_code == 400
    assert "Two colleagues were robbed." in answer.content.decode()  # nothing that was typed is lost
    assert not Incident.objects.exists()
    assert not Original.objects.exists()
