"""A report that could not be coded, put right in a real browser: with and without scripts, on a phone, in Arabic."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from browser.stage import LANGUAGES, Stage, sign_in
from browser.stage import stage as stage
from tabard.access import guard
from tabard.incidents.entries import entry_of
from tabard.incidents.models import Incident, Revision
from tabard.intake.models import OriginalBody, Taken
from tabard.rules.ids import ulid

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
Open = Callable[..., Page]
Axe = Callable[[Page], list[dict[str, Any]]]
PHONE = {"width": 360, "height": 740}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
UNFOLD = "document.querySelectorAll('main details').forEach((one) => { one.open = true })"
SENT = {
    "collection": "example",
    "facts": {
        "first_day": "2023-05-04",
        "country": "MLI",
        "cause": "Shelling of the town",
        "colour": "red",
        "harm": [{"n": "two", "outcomes": {"injured": {"holds": True}}, "gender": "female"}],
    },
    "position": {"locality": "Gao"},
    "texts": {"details": "Two were hurt by shelling. " + "Long" * 60},
}
MADE = re.compile(r"/incidents/MLI-2023-\d{4}/(#.*)?$")


@pytest.fixture
def held(stage: Stage) -> Taken:
    """A report of the example that the coder has held."""
    now = datetime.now(UTC)
    with guard.lifted():
        pk = ulid()
        OriginalBody.objects.create(original=pk, salt="s", body=json.dumps(SENT).encode(), fingerprint=pk)
        return Taken.objects.create(
            turn=7, original=pk, received_at=now, by=stage.reader.pk, collection="example", state="held",
            notes=[{"code": "unknown_word", "field": "facts.cause"}], at=now,
        )  # fmt: skip


def opened(page: Page, stage: Stage, held: Taken) -> None:
    """From the queue, as the desk goes."""
    page.goto(f"{stage.url}/review/")
    page.click(".chips a[href$='/review/reports/']")
    page.click(f"a[href$='/review/reports/{held.turn}/']")
    page.click(f"a[href$='/review/reports/{held.turn}/form/']")
    page.wait_for_selector("#report")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_put_right_in_the_form(
    stage: Stage, held: Taken, open_page: Open, language: str, scripts: bool
) -> None:
    """What could be read stands there; the two that could not are marked, and lead to their fields."""
    page = open_page(java_script_enabled=scripts)
    sign_in(page, stage, language=language)
    opened(page, stage, held)
    assert page.input_value("#f-locality") == "Gao"
    assert page.input_value("#f-h0-n") == "two"
    assert page.input_value("#f-cause") == "Shelling of the town"
    unread = page.locator("section[aria-labelledby=unread]")
    expect(unread.locator("li")).to_have_count(3)
    expect(unread).to_contain_text("facts.colour")
    expect(page.locator("[aria-invalid=true]")).to_have_count(2)
    unread.locator("a[href='#f-h0-n']").click()
    page.fill("#f-h0-n", "2")
    page.click("button.main[value=send]")
    page.wait_for_selector("#faults")
    expect(page.locator("[aria-invalid=true]")).to_have_count(1)
    page.select_option("#f-cause", "armed_conflict")
    page.click("button[value=add-h]")
    page.wait_for_selector("#f-h1-n")
    assert page.input_value("#f-h0-n") == "2"
    page.click("#group-h-1 button[value=drop-h-1]")
    expect(page.locator("#f-h1-n")).to_have_count(0)
    page.click("button.main[value=send]")
    page.wait_for_url(MADE)
    incident = Incident.objects.get(pk=Taken.objects.get().incident)
    told = entry_of(Revision.objects.get(incident=incident))
    assert (told.facts.cause, [one.n for one in told.facts.harm]) == ("armed_conflict", [2])
    assert (told.original, told.texts.details) == (held.original, SENT["texts"]["details"])  # type: ignore[index]
    page.click(f"a[href$='/review/reports/{held.turn}/']")
    expect(page.locator("blockquote")).to_contain_text("Shelling of the town")


def test_two_at_once(stage: Stage, held: Taken, open_page: Open) -> None:
    """The second is told, keeps what was typed, and finds what became of it."""
    pages = [open_page(), open_page()]
    for page in pages:
        sign_in(page, stage)
        opened(page, stage, held)
        page.select_option("#f-cause", "armed_conflict")
        page.fill("#f-h0-n", "2")
    pages[1].fill("#f-details", "What the second knows")
    for page in pages:
        page.click("button.main[value=send]")
    pages[0].wait_for_url(MADE)
    expect(pages[1].locator(".note[role=alert]").first).to_contain_text(
        "Somebody else dealt with this report"
    )
    assert pages[1].input_value("#f-details") == "What the second knows"
    pages[1].locator(".note[role=alert] a[href*='/incidents/']").first.click()
    pages[1].wait_for_url(MADE)


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("ar", "dark")])
def test_no_barrier_and_nothing_cut_off(
    stage: Stage, held: Taken, open_page: Open, axe: Axe, language: str, scheme: str
) -> None:
    """Unfolded, on a phone, as it opens and as it comes back; nothing stands in the console but the refusal."""
    page = open_page(color_scheme=scheme, viewport=PHONE)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    sign_in(page, stage, language=language)
    opened(page, stage, held)
    found = {}
    for name in ("opened", "refused"):
        page.evaluate(UNFOLD)
        assert not page.query_selector("[style], style, script:not([src])"), name
        found[name] = (axe(page), page.evaluate(OVERFLOW))
        page.click("button.main[value=send]")
        page.wait_for_selector("#faults")
    assert found == {"opened": ([], 0), "refused": ([], 0)}
    assert [line for line in said if "status of 40" not in line] == []
